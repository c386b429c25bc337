"""What is said of an expectation that does not hold: where, what there is instead, and why, as things stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from streams.routing import explain, project
from streams.routing.model import Agent, Interaction
from streams.routing.scenario_expectations import Seen
from streams.routing.scenario_grammar import EXPECTATIONS, kind
from streams.routing.scenario_names import Sentence

_MANY: Final = 8


def moment(after_ms: int) -> str:
    """A time of the scenario: `5s`, `7.999s`."""
    seconds, thousandths = divmod(after_ms, 1_000)
    return f"{seconds}s" if not thousandths else f"{seconds}.{thousandths:03}".rstrip("0") + "s"


def report(seen: Seen, sentence: Sentence, when: str, answer: str) -> str:
    """The place, the sentence and the answer; below, whatever the sentence names."""
    verb, said, path = sentence
    written = ", ".join(f"{name}: {_written(value)}" for name, value in said.items())
    lines = [f"{path} at {when} {{{written}}}, but {answer}"]
    for name, value in said.items():
        wanted = kind(EXPECTATIONS, verb, name)
        if wanted == "contact":
            lines += _contact(seen, value)
        elif wanted == "agent":
            lines += _agent(seen, value)
        elif wanted == "queue":
            lines += _queue(seen, value)
    return "\n".join(lines)


def _written(value: Any) -> str:
    if value is None:
        return "null"
    return f"[{', '.join(value)}]" if isinstance(value, list) else str(value)


def _contact(seen: Seen, contact: str) -> Iterator[str]:
    interaction = seen.interaction(contact)
    if interaction is None:
        ended = seen.end(contact)
        yield f"  {contact} " + ("is not here yet" if ended is None else f"has ended as {ended[0]}, reason {ended[1]}")
        return
    world = seen.engine.world
    leg = interaction.main
    asks = _skills(explain.requirements(world, interaction, leg))
    yield f"  {contact} is {leg.state.value} in {leg.queue or 'no queue'}, on step {leg.step}, and requires {asks}"
    serving = world.serving.get(leg.queue or "", ())
    for agent in serving[:_MANY]:
        yield f"  {agent.agent_id}: {_why_not(seen, interaction, agent)}"
    if len(serving) > _MANY:
        yield f"  and {len(serving) - _MANY} more agents"


def _why_not(seen: Seen, interaction: Interaction, agent: Agent) -> str:
    leg = interaction.main
    if leg.agent_id == agent.agent_id:
        return f"it is {leg.state.value} with this agent"
    reasons = explain.reasons(seen.engine.world, interaction, leg, agent)
    return ", ".join(reasons) or "could take it"


def _agent(seen: Seen, name: str) -> Iterator[str]:
    agent = seen.engine.world.agents.get(name)
    if agent is None:
        yield f"  {name} is not in the workspace"
        return
    routing = project.routing_status(seen.engine.world, agent).value
    work = [f"{interaction.interaction_id} {leg.state.value}" for interaction, leg in agent.work.values()]
    text = f"  {name} is {agent.status}, routing sees {routing}, {agent.units} of {agent.settings.capacity} units"
    yield f"{text}, in hand: {', '.join(work) or 'nothing'}"


def _queue(seen: Seen, queue: str) -> Iterator[str]:
    yield f"  in {queue} wait: {', '.join(seen.queued(queue)) or 'nobody'}"


def _skills(asks: Mapping[str, int]) -> str:
    return ", ".join(f"{skill} {level}" for skill, level in asks.items()) or "no skill"
