"""Why this agent: counts of those passed over, the winner's score, the runner-up and where they differed."""

from __future__ import annotations

from typing import Final

from schemas.values import Explanation, ScorePart
from schemas.vocabulary import LegKind, LegState, PassedOver
from streams.routing.audiences import Audience, Free, misfits
from streams.routing.model import (
    DISCONNECTED,
    DRAINING,
    NOT_RESPONDING,
    OFF_QUEUE,
    Agent,
    Interaction,
    Leg,
)
from streams.routing.passing import blocked, present
from streams.routing.policy import required
from streams.routing.world import World

TRANSFERRED_TO_AGENT: Final = "transferred_to_agent"
CONSULTED_AGENT: Final = "consulted_agent"
ASSIGNED: Final = "assigned"
JOINED: Final = "joined"
"""Rules of queue, rank and skill set aside on purpose."""
_TO_AGENT: Final = {LegKind.MAIN: TRANSFERRED_TO_AGENT, LegKind.CONSULT: CONSULTED_AGENT}

AWAY: Final = {
    OFF_QUEUE: PassedOver.OFF_QUEUE,
    NOT_RESPONDING: PassedOver.NOT_RESPONDING,
    DISCONNECTED: PassedOver.DISCONNECTED,
    DRAINING: PassedOver.DRAINING,
}


def offer(
    w: World,
    interaction: Interaction,
    leg: Leg,
    audience: Audience,
    loose: dict[str, Agent],
    choice: tuple[Free, Free | None],
) -> Explanation:
    """What `OfferMade` says of the choice. Each agent passed over counts once, for the first reason that holds:
    what the configuration says of him, then his presence, then his room, then what he did with this interaction."""
    winner, runner_up = choice
    preferred = w.agents.get(leg.preferred or interaction.preferred_agent or "")
    parts = score(audience, winner, preferred)
    return Explanation(
        queue=leg.queue,
        step=leg.step,
        requirements=dict(audience.key.requirements),
        considered=audience.serving,
        passed_over=_passed_over(w, interaction, leg, audience, loose),
        score=parts,
        runner_up=None if runner_up is None else runner_up[4],
        tie_break=None if runner_up is None else _tie_break(parts, _compared(runner_up, preferred)),
        relaxations=() if leg.target is None else (_TO_AGENT[leg.kind],),
        configuration_version=w.policy.version,
    )


def chosen(w: World, interaction: Interaction, leg: Leg, relaxation: str) -> Explanation:
    """What `OfferMade` says of a supervisor's choice: an agent assigned, or himself who joins."""
    return Explanation(
        queue=leg.queue,
        step=leg.step,
        requirements=requirements(w, interaction, leg),
        considered=1,
        relaxations=(relaxation,),
        configuration_version=w.policy.version,
    )


def reasons(w: World, interaction: Interaction, leg: Leg, agent: Agent) -> tuple[PassedOver, ...]:
    """Every reason that keeps the agent from the waiting leg now; empty = none does."""
    audience = w.audience(interaction, leg)
    found = list(dict.fromkeys(misfits(audience.key, agent.agent_id, agent.settings)))
    if agent.code_now < 0:
        found.append(AWAY[agent.code_now])
    number = w.profiles.channel_numbers[interaction.profile]
    if not w.capacity.room(agent)[0] >> number & 1:
        found.append(PassedOver.NO_CAPACITY)
    if w.capacity.is_at_limit(agent, number):
        found.append(PassedOver.CHANNEL_LIMIT)
    passed = blocked(w, interaction, leg, audience) if leg.state is LegState.QUEUED else tuple(interaction.passed or ())
    if agent.agent_id in present(interaction, leg):
        found.append(PassedOver.TAKES_PART)
    elif agent.agent_id in passed:
        found.append(PassedOver.REJECTED_BEFORE)
    return tuple(found)


def requirements(w: World, interaction: Interaction, leg: Leg) -> dict[str, int]:
    """What the leg asks for in its present step."""
    step = w.policy.queue(leg.queue or "").steps[leg.step]
    return dict(required(w.profile(interaction).requirements, step))


def _passed_over(
    w: World, interaction: Interaction, leg: Leg, audience: Audience, loose: dict[str, Agent]
) -> dict[PassedOver, int]:
    counts = dict(audience.counts)
    for agent in loose.values():
        if agent.code != agent.code_now and agent.agent_id in audience.members:
            counts[agent.code] -= 1
            counts[agent.code_now] = counts.get(agent.code_now, 0) + 1
    found = dict(audience.static)
    number = w.profiles.channel_numbers[interaction.profile]
    width = len(w.policy.channels.names)
    for code, count in counts.items():
        if code < 0:
            reason = AWAY[code]
        elif not code >> number & 1:
            reason = PassedOver.NO_CAPACITY
        elif not code >> (width + number) & 1:
            reason = PassedOver.CHANNEL_LIMIT
        else:
            continue
        if count:
            found[reason] = found.get(reason, 0) + count
    there = present(interaction, leg)
    rejected = tuple(agent_id for agent_id in blocked(w, interaction, leg, audience) if agent_id not in there)
    for reason, agent_ids in ((PassedOver.TAKES_PART, there), (PassedOver.REJECTED_BEFORE, rejected)):
        with_room = [w.agents[name] for name in agent_ids if name in w.agents and name in audience.members]
        count = sum(1 for agent in with_room if agent.take >> number & 1)
        if count:
            found[reason] = count
    return dict(sorted(found.items()))


def score(audience: Audience, entry: Free, preferred: Agent | None) -> tuple[ScorePart, ...]:
    """What is compared of an agent who could take it, in the order compared."""
    since = "last_accepted_ms" if entry[2] else "idle_since_ms"
    names: tuple[str, ...] = ("rank", audience.strategy.value, "has_work", since)
    if preferred is not None:
        names = ("preferred", *names)
    values = _compared(entry, preferred)
    return tuple(ScorePart(name=name, value=value) for name, value in zip(names, values, strict=True))


def _compared(entry: Free, preferred: Agent | None) -> tuple[int, ...]:
    """The values that `score` names: lower is better."""
    return entry[:4] if preferred is None else (int(entry[6] is not preferred), *entry[:4])


def _tie_break(winner: tuple[ScorePart, ...], runner_up: tuple[int, ...]) -> str:
    for mine, other in zip(winner, runner_up, strict=True):
        if mine.value != other:
            return mine.name
    return "agent_id"
