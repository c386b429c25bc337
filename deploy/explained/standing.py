"""A workspace as it was, as lines: queues with who waits, offers, agents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deploy.explained.story import Clock
from deploy.explained.words import Words
from deploy.states import StateThen
from schemas.line import waits
from schemas.values import AgentValue, LegValue

LONGEST_LINE: Final = 20


def standing(state: StateThen, words: Words) -> list[str]:
    """The state, line by line."""
    return list(_lines(state, words, Clock(state.time_zone, state.asked_ms)))


def _lines(state: StateThen, words: Words, clock: Clock) -> Iterator[str]:
    yield words.say(
        "state_title",
        workspace=state.workspace,
        time=clock.date(state.asked_ms),
        zone=clock.name,
        epoch=state.epoch,
        seq=state.seq,
        offset=state.offset,
    )
    if state.stopped is not None:
        yield words.say("state_stopped", invariant=state.stopped.invariant, offset=state.stopped.offset)
    yield from ("", words.say("state_queues"))
    yield from _queues(state, words)
    yield from ("", words.say("state_offers"))
    yield from _offers(state, words)
    yield from ("", words.say("state_agents"))
    yield from _agents(state, words)


def _queues(state: StateThen, words: Words) -> Iterator[str]:
    lines: dict[str | None, list[LegValue]] = {}
    for one in state.work:
        for leg in one.legs:
            if waits(leg):
                lines.setdefault(leg.queue, []).append(leg)
    if not state.queues:
        yield f"  {words.say('state_nothing')}"
    for queue in state.queues:
        since = queue.oldest_waiting_since_ms
        longest = "" if since is None else words.say("state_longest", length=words.length(state.asked_ms - since))
        opened = words.say("state_open" if queue.open else "state_closed")
        yield "  " + words.say(
            "state_queue",
            queue=queue.queue,
            open=opened,
            waiting=queue.waiting,
            offered=queue.offered,
            longest=longest,
        )
        line = sorted(lines.get(queue.queue, []), key=lambda one: one.virtual_arrival_ms or 0)
        for leg in line[:LONGEST_LINE]:
            waited = leg.waited_ms + state.asked_ms - leg.since_ms
            yield "    " + words.say(
                "state_waiting", id=leg.interaction_id, state=words.state(leg.state), length=words.length(waited)
            )

        if len(line) > LONGEST_LINE:
            yield "    " + words.say("more_agents", count=len(line) - LONGEST_LINE)


def _offers(state: StateThen, words: Words) -> Iterator[str]:
    if not state.offers:
        yield f"  {words.say('state_nothing')}"
    for offer in state.offers:
        left = (offer.due_ms or state.asked_ms) - state.asked_ms
        yield "  " + words.say(
            "state_offer",
            id=offer.interaction_id,
            agent=offer.agent_id,
            length=words.length(state.asked_ms - offer.made_ms),
            left=words.length(left),
        )


def _agents(state: StateThen, words: Words) -> Iterator[str]:
    legs = {leg.leg_id: leg for one in state.work for leg in one.legs}
    if not state.agents:
        yield f"  {words.say('state_nothing')}"
    for agent in state.agents:
        yield "  " + words.say(
            "state_agent",
            agent=agent.agent_id,
            status=words.state(agent.status),
            routing=words.state(agent.routing_status),
            since=words.say("state_since", length=words.length(state.asked_ms - agent.since_ms)),
            units=agent.units,
            capacity=agent.capacity,
            work=_in_hand(agent, legs, words),
        )


def _in_hand(agent: AgentValue, legs: dict[str, LegValue], words: Words) -> str:
    found = [legs[leg_id] for leg_id in agent.legs if leg_id in legs]
    if not found:
        return ""
    parts = [words.say("state_part", id=leg.interaction_id, state=words.state(leg.state)) for leg in found]
    return words.say("state_work", work=words.listed(parts))
