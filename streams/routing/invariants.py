"""What always holds (the invariants that can be seen in one state), with the number that the contract gives each.

`check_touched` looks at what an input's decisions name and costs next to nothing; `check` looks at everything.
"""

from __future__ import annotations

from schemas import ids
from schemas.decisions import OfferMade
from schemas.vocabulary import ACTIVE, ENDED, LegKind, LegState
from streams.routing import explain, partaking, project
from streams.routing.breach import BrokenInvariant
from streams.routing.legs import IN_HAND, TALKING, WAITING
from streams.routing.model import Agent, Interaction
from streams.routing.world import World


def check_touched(w: World) -> None:
    """Of the last input's decisions: numbers are dense, offers fit their agents, work is held by one agent.

    Raises:
        BrokenInvariant: one of them does not hold.
    """
    seq = w.seq - len(w.decisions)
    named: dict[str, None] = {}
    for decision in w.decisions:
        seq += 1
        if decision.seq != seq:
            raise BrokenInvariant("dense_seq", f"{decision.seq} where {seq} was due")
        if isinstance(decision, OfferMade) and decision.agent is not None:
            value = decision.agent
            if value.units > value.capacity and not decision.explanation.relaxations:
                raise BrokenInvariant("within_capacity", f"{value.agent_id}: {value.units} of {value.capacity}")
        if decision.agent is not None:
            named[decision.agent.agent_id] = None
    for agent_id in named:
        agent = w.agents.get(agent_id)
        if agent is not None:
            _check_work(agent)


def check(w: World) -> None:
    """Everything; looks at all work and all agents.

    Raises:
        BrokenInvariant: the first that does not hold.
    """
    _check_tally(w)
    held: dict[tuple[str, int], str] = {}
    for agent in w.agents.values():
        _check_work(agent)
        for key in agent.work:
            if key in held:
                raise BrokenInvariant("one_owner", f"{key}: {held[key]} and {agent.agent_id}")
            held[key] = agent.agent_id
    waiting: dict[str, int] = {}
    for interaction in w.interactions.values():
        if not w.names.knows(interaction):
            raise BrokenInvariant("whoever_is_named_is_found", interaction.interaction_id)
        for leg in interaction.all_legs():
            key = (interaction.interaction_id, leg.number)
            if (leg.state in IN_HAND or leg.state is LegState.OFFERED) != (key in held):
                raise BrokenInvariant("one_owner", f"{key} is {leg.state} with {held.get(key)}")
            if leg.state is LegState.QUEUED and leg.queue is not None:
                waiting[leg.queue] = waiting.get(leg.queue, 0) + 1
        _check_company(interaction)
    counted = {name: queue.waiting for name, queue in w.queues.items() if queue.waiting}
    if counted != waiting:
        raise BrokenInvariant("accepted_is_accounted_for", f"queues count {counted}, waiting are {waiting}")
    _check_nobody_idles(w)
    _check_timers(w)
    for agent in w.agents.values():
        _check_remembered(w, agent)


def tally(w: World) -> dict[str, int]:
    """How many interactions are where, by their newest main leg."""
    found = {"accepted": w.accepted, "scheduled": 0, "waiting": 0, "offered": 0, "active": 0, "ended": w.ended}
    for interaction in w.interactions.values():
        state = interaction.main.state
        if state is LegState.SCHEDULED:
            found["scheduled"] += 1
        elif state is LegState.QUEUED:
            found["waiting"] += 1
        elif state is LegState.OFFERED:
            found["offered"] += 1
        elif state in ACTIVE:
            found["active"] += 1
        elif state in ENDED:
            found["ended"] += 1
    return found


def _check_tally(w: World) -> None:
    found = tally(w)
    if found["accepted"] != sum(count for name, count in found.items() if name != "accepted"):
        raise BrokenInvariant("accepted_is_accounted_for", str(found))


def _check_work(agent: Agent) -> None:
    for (interaction_id, number), (_, leg) in agent.work.items():
        if leg.agent_id != agent.agent_id or (leg.state not in IN_HAND and leg.state is not LegState.OFFERED):
            name = ids.leg_id(interaction_id, number)
            raise BrokenInvariant("one_owner", f"{name} is {leg.state} with {leg.agent_id}, not {agent.agent_id}")


def _check_remembered(w: World, agent: Agent) -> None:
    """What is derived of an agent's work, step by step, is what follows from the work itself."""
    ringing = {key: project.offer_id(*one) for key, one in agent.work.items() if one[1].state is LegState.OFFERED}
    in_hand = {key: project.leg_id(*one) for key, one in agent.work.items() if key not in ringing}
    room = w.capacity.room_of(w.capacity.load(agent), agent.settings.capacity, agent.settings.max)
    named = [*agent.ringing.items()] == [*ringing.items()] and [*agent.in_hand.items()] == [*in_hand.items()]
    if not named or w.capacity.room(agent) != room:
        raise BrokenInvariant("agents_work_is_remembered", f"{agent.agent_id}: {agent.ringing}, {agent.in_hand}")


def _check_company(interaction: Interaction) -> None:
    """Who is beside an owner is so only while the owner is with the customer, once, and in one consult at a time."""
    beside = partaking.companions(interaction)
    if beside and interaction.main.state not in TALKING:
        raise BrokenInvariant("one_owner", f"{interaction.interaction_id}: {len(beside)} beside no owner")
    there = partaking.with_it(interaction)
    if len(set(there)) < len(there):
        raise BrokenInvariant("one_owner", f"{interaction.interaction_id}: twice with one agent of {there}")
    consults = [leg for leg in beside if leg.kind is LegKind.CONSULT and leg.join_mode is None]
    older = [leg for leg in interaction.others if leg.kind is LegKind.MAIN and leg.state is not LegState.WRAP_UP]
    if len(consults) > 1 or older:
        raise BrokenInvariant(
            "one_owner", f"{interaction.interaction_id}: {len(consults)} consults, {len(older)} owners"
        )


def _check_nobody_idles(w: World) -> None:
    free = [agent for agent in w.agents.values() if agent.code_now >= 0]
    with_room: dict[int, list[Agent]] = {}
    for interaction in w.interactions.values():
        for leg in interaction.all_legs():
            if leg.state is not LegState.QUEUED:
                continue
            number = w.profiles.channel_numbers[interaction.profile]
            if number not in with_room:
                with_room[number] = [agent for agent in free if _has_room(w, agent, number)]
            for agent in with_room[number]:
                asked = leg.queue in agent.settings.queues or leg.target == agent.agent_id
                if asked and not explain.reasons(w, interaction, leg, agent):
                    name = ids.leg_id(interaction.interaction_id, leg.number)
                    raise BrokenInvariant("nobody_idles_while_work_waits", f"{agent.agent_id} could take {name}")


def _has_room(w: World, agent: Agent, number: int) -> bool:
    return bool(w.capacity.room(agent)[0] >> number & 1) and not w.capacity.is_at_limit(agent, number)


def _check_timers(w: World) -> None:
    log, attended = w.pending_timers()
    if log and log[0][0] < w.now_ms:
        raise BrokenInvariant("timers_fire", f"{log[0]} at {w.now_ms}")
    if attended and attended[0][0] < w.clocks.attended_ms:
        raise BrokenInvariant("timers_fire", f"{attended[0]} at {w.clocks.attended_ms} of attended time")
    known = {timer[1] for timer in (*log, *attended)}
    for interaction in w.interactions.values():
        for leg in interaction.all_legs():
            timed = leg.state in (LegState.OFFERED, LegState.CONNECTING, LegState.WRAP_UP, LegState.SCHEDULED)
            if timed and leg.timer not in known:
                raise BrokenInvariant("timers_fire", f"{interaction.interaction_id}.{leg.number} has no deadline")
            if leg.state not in WAITING and leg.wake_timer:
                raise BrokenInvariant("timers_fire", f"{interaction.interaction_id}.{leg.number} still wakes")


__all__ = ["BrokenInvariant", "check", "check_touched", "tally"]
