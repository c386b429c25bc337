"""Brings waiting work and free agents together until nothing more fits.

Only what was touched is looked at: any pair that newly fits has in it a touched leg, or a touched agent with new room.
Interactions go first, by `(class, virtual arrival, place)`, each to its best agent; with `rank_first` the pair of
lowest `(class, agent's rank)` goes first. A freed agent looks at the heads of his lanes only.
"""

from __future__ import annotations

import heapq
from typing import Final

from schemas.vocabulary import LegKind, LegState
from streams.routing import agents, explain, offers, passing, rules, statuses, steps, waiting
from streams.routing.audiences import Audience, Free
from streams.routing.lanes import is_waiting
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.passing import blocked
from streams.routing.world import World

_LOOSE_AT_MOST: Final = 16

Order = tuple[int, int, int, int, int]
"""(class, agent's rank where rank goes first, virtual arrival, place, turn)"""
Candidate = tuple[Order, int, Interaction, Leg, Agent | None]


def settle(w: World) -> None:
    """Match until nothing more fits; afterwards whoever still waits or is free stands where he will be found."""
    if not w.touched_agents and not w.touched_legs:
        return
    loose = refresh(w)
    heap: list[Candidate] = []
    for interaction, leg in _by_rank(w):
        if leg.state is LegState.QUEUED:
            steps.stand(w, interaction, leg)
    if w.agents:
        _match(w, loose, heap)
    for interaction, leg in w.touched_legs.values():
        if leg.state is LegState.QUEUED:
            stand_in_lane(w, interaction, leg)
    for agent in loose.values():
        index(agent)
    w.touched_agents = {}
    w.touched_legs = {}


def _by_rank(w: World) -> list[tuple[Interaction, Leg]]:
    """The touched legs in the order in which they go first: of several whose step has them overflow now, who enters the
    other queue first."""
    found = list(w.touched_legs.values())
    if len(found) > 1 and rules.steps_are_taken_by_rank(w.engine_version):
        found.sort(key=lambda one: _rank(w, *one))
    return found


def _rank(w: World, interaction: Interaction, leg: Leg) -> tuple[int, int, int, str, int]:
    class_ = w.policy.queue(leg.queue or "").class_
    return class_, leg.virtual_arrival_ms, leg.place, interaction.interaction_id, leg.number


def refresh(w: World) -> dict[str, Agent]:
    """Recompute the touched agents; returns those on queue whose room is not indexed yet."""
    loose: dict[str, Agent] = {}
    for agent in list(w.touched_agents.values()):
        statuses.drain(w, agent)
    for agent in w.touched_agents.values():
        reconsider(w, agent, loose)
    return loose


def reconsider(w: World, agent: Agent, loose: dict[str, Agent]) -> None:
    """Recompute one agent; going on or off queue is counted at once."""
    agent.code_now = agents.code(w, agent)
    before = agent.code >> len(w.policy.channels.names) if agent.code > 0 else 0
    agent.gains = agent.take & ~before
    if (agent.code_now >= 0) != (agent.code >= 0):
        change = 1 if agent.code_now >= 0 else -1
        for queue in agent.settings.queues:
            w.on_queue[queue] = w.on_queue.get(queue, 0) + change
        index(agent)
        if change < 0:
            _recall(w, agent)
    if agent.code_now >= 0:
        agent.loose = True
        loose[agent.agent_id] = agent
        if len(loose) > _LOOSE_AT_MOST:
            for other in loose.values():
                index(other)
            loose.clear()
    elif agent.code != agent.code_now:
        index(agent)


def index(agent: Agent) -> None:
    """Let the agent be counted by what he is now, and stand where he has room."""
    agent.loose = False
    before, agent.code = agent.code, agent.code_now
    if agent.take or before != agent.code:
        for audience in agent.audiences:
            audience.note(agent, before)


def stand_in_lane(w: World, interaction: Interaction, leg: Leg) -> None:
    """The queued leg waits where freed agents look; alone where somebody is passed over for it."""
    audience = w.audience(interaction, leg)
    if interaction.passed or leg.kind is LegKind.CONSULT:
        audience.alone[interaction.interaction_id, leg.number] = (interaction, leg, leg.turn)
        return
    audience.lane(w.profiles.channel_numbers[interaction.profile]).enter(interaction, leg)


def best_waiting(w: World, agent: Agent) -> Candidate | None:
    """The waiting leg that goes first among those the agent may take."""
    if not agent.take:
        return None
    best: Candidate | None = None
    take = agent.take
    rank_first = w.policy.settings.rank_first
    for audience in agent.audiences:
        rank = audience.members[agent.agent_id] if rank_first else 0
        for number, lane in audience.lanes.items():
            if not lane.heap or not take >> number & 1:
                continue
            head = lane.heap[0]
            if head[4].turn != head[2] or head[4].state is not LegState.QUEUED:
                fresh = lane.head()
                if fresh is None:
                    continue
                head = fresh
            order = (audience.class_, rank, head[0], head[1], head[2])
            if best is None or order < best[0]:
                best = (order, 0, head[3], head[4], agent)
        if audience.alone:
            best = _best_alone(w, agent, audience, rank, best)
    return best


def _best_alone(w: World, agent: Agent, audience: Audience, rank: int, best: Candidate | None) -> Candidate | None:
    for key, (interaction, leg, turn) in list(audience.alone.items()):
        if leg.state is not LegState.QUEUED or leg.turn != turn:
            del audience.alone[key]
            continue
        order = (audience.class_, rank, leg.virtual_arrival_ms, leg.place, leg.turn)
        if best is not None and best[0] <= order:
            continue
        if agent.take & w.channel_bit(interaction) and agent.agent_id not in blocked(w, interaction, leg, audience):
            best = (order, 0, interaction, leg, agent)
    return best


def _match(w: World, loose: dict[str, Agent], heap: list[Candidate]) -> None:
    rank_first = w.policy.settings.rank_first
    for interaction, leg in w.touched_legs.values():
        if leg.state is LegState.QUEUED:
            order = (w.audience(interaction, leg).class_, 0, leg.virtual_arrival_ms, leg.place, leg.turn)
            heap.append((order, len(heap), interaction, leg, None))
    for agent in w.touched_agents.values():
        found = best_waiting(w, agent) if agent.gains else None
        if found is not None:
            heap.append((found[0], len(heap), *found[2:]))
    counter = len(heap)
    heapq.heapify(heap)
    while heap:
        order, _, interaction, leg, seeker = heapq.heappop(heap)
        counter += 1
        if leg.state is LegState.QUEUED and leg.turn == order[4]:
            audience = w.audience(interaction, leg)
            if w.witness is not None:
                w.witness.looked(w, interaction, leg)
            choice = choose(w, interaction, leg, audience, loose)
            if choice is not None:
                winner = choice[0][6]
                if rank_first and (audience.class_, choice[0][0]) > order[:2]:
                    order = (audience.class_, choice[0][0], *order[2:])
                    heapq.heappush(heap, (order, counter, interaction, leg, seeker))
                    continue
                explanation = explain.offer(w, interaction, leg, audience, loose, choice)
                offers.make(w, interaction, leg, winner, explanation)
                reconsider(w, winner, loose)
        found = None if seeker is None else best_waiting(w, seeker)
        if found is not None:
            heapq.heappush(heap, (found[0], counter, *found[2:]))


def choose(
    w: World, interaction: Interaction, leg: Leg, audience: Audience, loose: dict[str, Agent]
) -> tuple[Free, Free | None] | None:
    """The best agent for the leg and the runner-up; None when nobody has room."""
    bit = w.channel_bit(interaction)
    passed = blocked(w, interaction, leg, audience) if interaction.passed or leg.kind is LegKind.CONSULT else ()
    found: list[Free] = []
    aside: list[Free] = []
    while len(found) < 2:
        entry = audience.pop_best(bit)
        if entry is None:
            break
        aside.append(entry)
        if entry[4] not in passed:
            found.append(entry)
    for entry in aside:
        audience.put_back(entry)
    found.extend(
        audience.standing(agent)
        for agent in loose.values()
        if agent.take & bit and agent.agent_id in audience.members and agent.agent_id not in passed
    )
    wanted = leg.preferred or interaction.preferred_agent
    if wanted in audience.members and wanted not in passed and w.agents[wanted].take & bit:
        preferred = w.agents[wanted]
        found = [entry for entry in found if entry[6] is not preferred]
        return audience.standing(preferred), min(found, default=None)
    if not found:
        return None
    found.sort()
    return found[0], found[1] if len(found) > 1 else None


def _recall(w: World, agent: Agent) -> None:
    """The agent left the queue: whoever waits alone may now have nobody else to go first, so that those who were passed
    over may be asked again, and whoever waits for him alone waits for everybody."""
    for audience in agent.audiences:
        if audience.key.only == agent.agent_id:
            _let_others(w, audience)
            continue
        for interaction, leg, turn in audience.alone.values():
            still = leg.state is LegState.QUEUED and leg.turn == turn
            if still and passing.may_be_asked_again(w, interaction, leg, audience):
                w.touch_leg(interaction, leg)


def _let_others(w: World, audience: Audience) -> None:
    alone = [(entry[0], entry[1]) for entry in audience.alone.values() if entry[1].turn == entry[2]]
    in_lanes = [(entry[3], entry[4]) for lane in audience.lanes.values() for entry in lane.heap if is_waiting(entry)]
    for interaction, leg in [*alone, *in_lanes]:
        if leg.state is LegState.QUEUED:
            waiting.touch(w, interaction, leg)
