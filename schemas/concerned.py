"""Whom a thing in a view concerns, as keys that screens subscribe to.

`ALL`: whoever sees the whole workspace. `watch(queue)`: whoever watches a queue. `line(queue)`: whoever sees the queue's
figures only. `agent(id)`: that agent.
"""

from __future__ import annotations

from typing import Final

from schemas.values import AgentValue, OfferValue

ALL: Final = "*"

Concerned = tuple[str, ...]


def watch(queue: str) -> str:
    """Concerns whoever watches the whole queue."""
    return "w:" + queue


def line(queue: str) -> str:
    """Concerns whoever sees the queue's figures."""
    return "q:" + queue


def agent(agent_id: str) -> str:
    """Concerns that agent."""
    return "a:" + agent_id


def by_agent(value: AgentValue) -> Concerned:
    """Whom an agent's value concerns: the agent, and whoever watches a queue that the agent serves."""
    return (ALL, agent(value.agent_id), *(watch(queue) for queue in value.queues))


def by_offer(value: OfferValue) -> Concerned:
    """Whom an offer concerns."""
    concerned = (ALL, agent(value.agent_id))
    return concerned if value.queue is None else (*concerned, watch(value.queue))


def by_queue(queue: str) -> Concerned:
    """Whom a queue's figures concern."""
    return (ALL, line(queue), watch(queue))
