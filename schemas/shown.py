"""What screens show beyond what decisions carry, and how a view is kept in a snapshot."""

from __future__ import annotations

import enum
from typing import Final

from schemas.event import Value
from schemas.line import Line
from schemas.values import AgentValue, Explanation, InteractionValue, LegValue, OfferValue, QueueValue

VIEW_FORMAT: Final = 1


class Kind(enum.StrEnum):
    """The kinds of things in a view."""

    INTERACTION = "interaction"
    LEG = "leg"
    OFFER = "offer"
    AGENT = "agent"
    QUEUE = "queue"


class ShownOffer(OfferValue, frozen=True, kw_only=True):
    """An offer with the reason for it: why this agent."""

    why: Explanation | None = None


class ShownQueue(QueueValue, frozen=True, kw_only=True):
    """A queue with who stands in its line: `waiting` are queued, `offered` ring at an agent; both have their longest
    wait counted from the two moments (None = nobody waits). `scheduled` callbacks are yet to enter it.
    """

    waiting: int = 0
    offered: int = 0
    oldest_arrived_ms: int | None = None
    oldest_waiting_since_ms: int | None = None
    scheduled: int = 0


class Stopped(Value, frozen=True, kw_only=True):
    """Why routing of the workspace has stopped: an invariant broke at that input."""

    invariant: str
    offset: int
    at_ms: int
    detail: str = ""


class HeldInteraction(Value, frozen=True, kw_only=True):
    """An interaction in a snapshot; `handed_on`: its newest main leg ended and the next one is about to come."""

    value: InteractionValue | None
    newest_main: int = 0
    handed_on: bool = False
    interaction_id: str = ""


class ViewHead(Value, frozen=True, kw_only=True):
    """The mark and what there is once in a workspace."""

    workspace: str
    epoch: int
    seq: int
    at_ms: int
    configuration_version: int
    stopped: Stopped | None = None


class ViewPart(Value, frozen=True, kw_only=True):
    """One piece of a view; the first has the head."""

    head: ViewHead | None = None
    interactions: tuple[HeldInteraction, ...] = ()
    legs: tuple[LegValue, ...] = ()
    offers: tuple[ShownOffer, ...] = ()
    agents: tuple[AgentValue, ...] = ()
    queues: tuple[QueueValue, ...] = ()


def shown_offer(value: OfferValue, why: Explanation | None) -> ShownOffer:
    """The offer with its reason."""
    return ShownOffer(
        offer_id=value.offer_id,
        leg_id=value.leg_id,
        interaction_id=value.interaction_id,
        agent_id=value.agent_id,
        state=value.state,
        made_ms=value.made_ms,
        queue=value.queue,
        due_ms=value.due_ms,
        rescind_reason=value.rescind_reason,
        why=why,
    )


def shown_queue(value: QueueValue, line: Line | None, scheduled: int = 0) -> ShownQueue:
    """The queue with the figures of its line."""
    return ShownQueue(
        queue=value.queue,
        open=value.open,
        class_=value.class_,
        strategy=value.strategy,
        service_level_within_ms=value.service_level_within_ms,
        service_level_goal_percent=value.service_level_goal_percent,
        max_waiting=value.max_waiting,
        waiting=0 if line is None else line.queued,
        offered=0 if line is None else line.offered,
        oldest_arrived_ms=None if line is None else line.oldest_arrived_ms(),
        oldest_waiting_since_ms=None if line is None else line.oldest_waiting_since_ms(),
        scheduled=scheduled,
    )
