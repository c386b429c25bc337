"""`measure`: a state's figures at a moment. Time that runs on (agents' statuses) is counted up to that moment."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.metrics import INTERVAL_MS, Counts, Derived, Dimension, LiveGroup
from schemas.metrics_derived import ANSWERING, derive, formula_of
from schemas.vocabulary import RoutingStatus
from streams.metrics.fold import time_groups
from streams.metrics.kept import NOWHERE, Cell, Group, KeptQueue
from streams.metrics.spans import day_starts_ms, interval_of, overlap_ms
from streams.metrics.state import CellKey, State

Running = dict[Group, dict[RoutingStatus, int]]


def measure(state: State, at_ms: int, groups: Iterable[Group] | None = None) -> tuple[LiveGroup, ...]:
    """The figures of these groups, by their names; None = of all of which there is anything to say: the workspace, its
    queues, where something waits or somebody is, and where something was counted today.
    """
    midnight_ms, starts_ms = day_starts_ms(at_ms, state.head.time_zone), interval_of(at_ms)
    wanted = sorted(all_groups(state, midnight_ms) if groups is None else groups)
    today = _running(state, wanted, midnight_ms, at_ms)
    interval = _running(state, wanted, starts_ms, at_ms)
    found = []
    for group in wanted:
        day = _counts(state.day(group, midnight_ms), today.get(group))
        now = _counts(state.cell(group, starts_ms), interval.get(group))
        found.append(
            LiveGroup(
                dimension=group[0],
                id=group[1],
                now=state.standing.now(group),
                today=day,
                today_derived=_derived(state, group, day),
                interval=now,
                interval_derived=_derived(state, group, now),
            )
        )
    return tuple(found)


def all_groups(state: State, midnight_ms: int) -> set[Group]:
    """Every group of which there is anything to say on the day that began at that midnight."""
    known = {(Dimension.WORKSPACE, state.workspace), *state.standing.groups()}
    known.update((Dimension.QUEUE, queue) for queue in state.queues)
    known.update(group for group in state.cells if is_anything(state, group, midnight_ms))
    return known


def is_anything(state: State, group: Group, midnight_ms: int) -> bool:
    """Whether there is anything to say of a group."""
    dimension, name = group
    if dimension is Dimension.WORKSPACE or (dimension is Dimension.QUEUE and name in state.queues):
        return True
    return state.standing.is_anything(group) or any(one >= midnight_ms for one in state.cells.get(group, ()))


def oldest_ms(state: State, present_ms: int) -> int:
    """When the oldest interval began of which anything is known; `present_ms` when nothing is."""
    counted = (min(cells) for cells in state.cells.values())
    running = (interval_of(agent.counted_ms) for agent in state.agents.values() if agent.online)
    return min((present_ms, *counted, *running))


def interval_counts(state: State, group: Group, starts_ms: int, to_ms: int) -> Counts:
    """What happened in a group's interval up to `to_ms`."""
    return intervals_counts(state, [(group, starts_ms)], to_ms)[group, starts_ms]


def intervals_counts(state: State, cells: Iterable[CellKey], to_ms: int) -> dict[CellKey, Counts]:
    """What happened in these groups' intervals up to `to_ms`; agents are looked through once for each interval."""
    by_start: dict[int, list[Group]] = {}
    for group, starts_ms in cells:
        by_start.setdefault(starts_ms, []).append(group)
    found: dict[CellKey, Counts] = {}
    for starts_ms, groups in by_start.items():
        running = _running(state, groups, starts_ms, min(to_ms, starts_ms + INTERVAL_MS))
        for group in groups:
            found[group, starts_ms] = _counts(state.cell(group, starts_ms), running.get(group))
    return found


def interval_groups(state: State, starts_ms: int, to_ms: int) -> dict[Group, Counts]:
    """Every group in which something happened in that interval up to `to_ms`."""
    running = _running(state, None, starts_ms, min(to_ms, starts_ms + INTERVAL_MS))
    counted = {group for group, cells in state.cells.items() if starts_ms in cells}
    return {
        group: _counts(state.cell(group, starts_ms), running.get(group)) for group in sorted(counted | running.keys())
    }


def _running(state: State, groups: Iterable[Group] | None, low_ms: int, high_ms: int) -> Running:
    """Time of agents' present statuses that lies within the span and is not in any cell yet."""
    wanted = None if groups is None else frozenset(groups)
    found: Running = {}
    for agent_id, agent in state.agents.items():
        if not agent.online or agent.counted_ms >= high_ms:
            continue
        spent_ms = overlap_ms(agent.counted_ms, high_ms, low_ms, high_ms)
        for group in time_groups(state.workspace, agent_id, agent):
            if wanted is None or group in wanted:
                sums = found.setdefault(group, {})
                sums[agent.routing_status] = sums.get(agent.routing_status, 0) + spent_ms
    return found


def _counts(cell: Cell | None, running: dict[RoutingStatus, int] | None) -> Counts:
    kept = cell or Cell(place=NOWHERE)
    spent = {
        status: total
        for status in RoutingStatus
        if (total := kept.status_ms.get(status, 0) + (running or {}).get(status, 0))
    }
    return Counts(**kept.counts, status_ms=spent)


def _derived(state: State, group: Group, counts: Counts) -> Derived:
    """A queue has its own formula, threshold and goal; other groups have the formula of their dimension."""
    if group[0] is not Dimension.QUEUE:
        return derive(counts, formula=formula_of(group[0]), waits=group[0] not in ANSWERING)
    queue = state.queues.get(group[1]) or KeptQueue(place=NOWHERE)
    return derive(counts, formula=queue.formula, within_ms=queue.within_ms, goal_percent=queue.goal_percent)
