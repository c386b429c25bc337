"""`fold`: a workspace's state and its next decision to the state after it. Pure, in whole numbers.

After an epoch has started all values are stated anew: what they say is taken over, and nothing of it is counted again.
"""

from __future__ import annotations

from schemas.configuration import DEFAULT_FORMULA, OFFLINE, SHORT_ABANDON_MS
from schemas.decisions import (
    AgentRemoved,
    ConfigurationApplied,
    Decision,
    EpochStarted,
    InteractionChanged,
    QueueRemoved,
)
from schemas.metrics import Dimension
from schemas.values import AgentValue, InteractionValue, LegValue, OfferValue, QueueValue
from schemas.vocabulary import ENDED, LegKind
from streams.metrics import consults, counting
from streams.metrics.counting import Change
from streams.metrics.kept import Group, KeptAgent, KeptContact, KeptLeg, KeptQueue, Place, Stay
from streams.metrics.spans import interval_of
from streams.metrics.state import State
from streams.metrics.tally import Tally, groups_of_contact, groups_of_desk

KEEP_MS = 26 * 60 * 60 * 1000
"""Intervals are forgotten when they began so long before the newest decision: the longest day has 25 hours."""


class Gap(Exception):
    """A decision is missing: the figures must not go on."""


def fold(state: State, decision: Decision, keep_ms: int | None = KEEP_MS) -> None:
    """Applies the next decision; nothing when it is not above the mark. `keep_ms` None = intervals are kept for ever.

    Raises:
        Gap: the decision is not the next one.
    """
    place = (decision.epoch, decision.seq)
    if not _is_next(state, decision, place):
        return
    tally = Tally()
    if isinstance(decision, EpochStarted):
        _forget(state, decision, place, tally)
    _workspace(state, decision, place)
    _agent(state, decision, place, tally)
    interaction_id = _interaction_of(decision)
    if interaction_id is not None:
        _contact(state, decision, interaction_id, place, tally)
    if state.counted < place:
        state.count(tally, interval_of(decision.at_ms), place)
        state.counted = place
    if keep_ms is not None and interval_of(state.head.at_ms) < interval_of(decision.at_ms):
        state.drop_cells_before(interval_of(decision.at_ms - keep_ms))
    state.head.place = place
    state.head.at_ms = max(state.head.at_ms, decision.at_ms)
    state.changes.head = True


def _is_next(state: State, decision: Decision, place: Place) -> bool:
    if place <= state.place:
        return False
    if place != (state.place[0], state.place[1] + 1) and not isinstance(decision, EpochStarted):
        raise Gap(f"{state.workspace}: decision {place} follows {state.place}")
    return True


def _forget(state: State, decision: Decision, place: Place, tally: Tally) -> None:
    """An epoch begins: agents' time is counted up to here, and nothing is known any more."""
    for agent_id, agent in list(state.agents.items()):
        _count_time(state, agent_id, agent, decision.at_ms, tally)
        state.set_agent(agent_id, None, place)
    for name in list(state.queues):
        state.set_queue(name, None, place)
    for interaction_id, contact in list(state.contacts.items()):
        if contact.place < place:
            state.drop_contact(interaction_id, contact)


def _workspace(state: State, decision: Decision, place: Place) -> None:
    if isinstance(decision, ConfigurationApplied):
        reporting = decision.reporting
        state.head.time_zone = None if reporting is None else reporting.time_zone
        state.head.tiers = {} if reporting is None else reporting.tiers
    elif isinstance(decision, QueueRemoved):
        state.set_queue(decision.queue_id, None, place)
    elif decision.queue is not None:
        state.set_queue(decision.queue.queue, _queue(decision.queue, place), place)


def _queue(value: QueueValue, place: Place) -> KeptQueue:
    return KeptQueue(
        place=place,
        within_ms=value.service_level_within_ms,
        goal_percent=value.service_level_goal_percent,
        formula=value.service_level_formula or DEFAULT_FORMULA,
        short_ms=SHORT_ABANDON_MS if value.short_abandon_ms is None else value.short_abandon_ms,
    )


def _agent(state: State, decision: Decision, place: Place, tally: Tally) -> None:
    if isinstance(decision, AgentRemoved):
        gone = state.agents.get(decision.agent_id)
        if gone is not None:
            _count_time(state, decision.agent_id, gone, decision.at_ms, tally)
            state.set_agent(decision.agent_id, None, place)
    elif decision.agent is not None:
        value = decision.agent
        before = state.agents.get(value.agent_id)
        state.set_agent(value.agent_id, _agent_now(state, before, value, decision.at_ms, place, tally), place)


def _agent_now(
    state: State, before: KeptAgent | None, value: AgentValue, at_ms: int, place: Place, tally: Tally
) -> KeptAgent:
    counted_ms = at_ms
    now = (value.status != OFFLINE, value.routing_status, value.team, value.site)
    if before is not None:
        if now == (before.online, before.routing_status, before.team, before.site):
            counted_ms = before.counted_ms
        else:
            _count_time(state, value.agent_id, before, at_ms, tally)
    return KeptAgent(
        place=place,
        online=now[0],
        routing_status=value.routing_status,
        since_ms=value.since_ms,
        counted_ms=counted_ms,
        team=value.team,
        site=value.site,
        queues=tuple(value.queues),
        offers=len(value.offers),
        legs=len(value.legs),
    )


def time_groups(workspace: str, agent_id: str, agent: KeptAgent) -> tuple[Group, ...]:
    """Where an agent's time in a status counts."""
    return (*groups_of_desk(agent_id, agent), (Dimension.WORKSPACE, workspace))


def _count_time(state: State, agent_id: str, agent: KeptAgent, at_ms: int, tally: Tally) -> None:
    if agent.online:
        groups = time_groups(state.workspace, agent_id, agent)
        tally.spent(groups, agent.routing_status, agent.counted_ms, at_ms)


def _contact(state: State, decision: Decision, interaction_id: str, place: Place, tally: Tally) -> None:
    contact = state.contacts.get(interaction_id)
    if contact is None:
        contact = state.contacts[interaction_id] = KeptContact(place=(0, 0), legs={})
    elif contact.place >= place:
        return
    contact.place = place
    state.changes.contacts[interaction_id] = None
    was = groups_of_contact(state.workspace, contact)
    if decision.interaction is not None:
        _learn(state, contact, decision.interaction)
    if decision.offer is not None and not isinstance(decision, InteractionChanged):
        _offer(state, contact, decision.offer, tally)
    if decision.leg is not None:
        _leg(state, contact, decision.leg, decision, was, tally)
    if not contact.legs and contact.handed_on is None:
        del state.contacts[interaction_id]


def _learn(state: State, contact: KeptContact, value: InteractionValue) -> None:
    moves = contact.legs and (contact.channel, contact.site, contact.arrived_ms) != (
        value.channel,
        value.site,
        value.arrived_ms,
    )
    if moves:
        for leg in contact.legs.values():
            state.standing.leg(contact, leg, None)
    contact.channel, contact.site, contact.tier = value.channel, value.site, value.tier
    contact.arrived_ms = value.arrived_ms
    if moves:
        for leg in contact.legs.values():
            state.standing.leg(contact, None, leg)


def _offer(state: State, contact: KeptContact, offer: OfferValue, tally: Tally) -> None:
    agent = state.agents.get(offer.agent_id)
    counting.offered_to_agent(state.workspace, contact, offer, agent, tally)


def _leg(
    state: State, contact: KeptContact, value: LegValue, decision: Decision, was: tuple[Group, ...], tally: Tally
) -> None:
    before = contact.legs.get(value.leg_id)
    stay = _stay(state, contact, value.queue, decision.at_ms)
    leg: KeptLeg | None
    if before is None and isinstance(decision, InteractionChanged):
        leg = counting.stated(value, stay)
    else:
        agent = state.agents.get(value.agent_id or "")
        owned = None if value.kind is LegKind.MAIN else consults.owner_of(contact)
        owner = None if owned is None else (owned, state.agents.get(owned.agent_id or ""))
        change = Change(state.workspace, contact, before, value, decision.at_ms, stay, agent, was, owner)
        leg = counting.moved(change, tally)
        if value.kind is LegKind.MAIN:
            _hand_on(contact, before, leg, value)
    leg = None if value.state in ENDED else leg
    state.standing.leg(contact, before, leg)
    if leg is None:
        contact.legs.pop(value.leg_id, None)
    else:
        contact.legs[value.leg_id] = leg


def _hand_on(contact: KeptContact, before: KeptLeg | None, leg: KeptLeg, value: LegValue) -> None:
    """A new main leg takes over; one that is handed on awaits its successor."""
    if before is None:
        contact.handed_on = None
    elif leg.handed_on and not before.handed_on and not _is_followed(contact, value):
        contact.handed_on = value.reason


def _is_followed(contact: KeptContact, value: LegValue) -> bool:
    """Whether the main leg after this one is there already."""
    mains = (leg.leg_id for leg in contact.legs.values() if leg.kind is LegKind.MAIN)
    return any(int(leg_id.rpartition(".")[2]) > value.number for leg_id in mains)


def _stay(state: State, contact: KeptContact, queue: str | None, at_ms: int) -> Stay:
    """By what a stay is counted that begins now: the tier's threshold goes before the queue's."""
    kept = state.queues.get(queue or "")
    own = state.head.tiers.get(contact.tier or "")
    within_ms = own if own is not None else None if kept is None else kept.within_ms
    return Stay(at_ms, within_ms, SHORT_ABANDON_MS if kept is None else kept.short_ms)


def _interaction_of(decision: Decision) -> str | None:
    for value in (decision.leg, decision.interaction, decision.offer):
        if value is not None:
            return value.interaction_id
    return None
