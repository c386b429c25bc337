"""The rows of the supervisor's table, from what the client has. Pure.

How a queue and an agent stand now comes from the screen, which is one hop behind routing; what happened today, and how
channels, sites and teams stand, from the figures. Waits go on between frames by the server's clock.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from deploy.console import watch_cells as cells
from deploy.console.mirror import Mirror
from deploy.console.watch_cells import NOTHING, Cell, Level
from deploy.console.watch_doing import Floor, doing
from deploy.console.watch_words import WatchWords
from schemas.metrics import Dimension, LiveGroup
from schemas.shown import ShownQueue
from schemas.values import AgentValue
from schemas.vocabulary import RoutingStatus

SECTIONS: Final = (Dimension.QUEUE, Dimension.CHANNEL, Dimension.SITE, Dimension.TEAM)
NOW: Final = ("waiting", "ringing", "longest", "arrived", "active", "callbacks_waiting", "scheduled")
ORDER: Final = (
    RoutingStatus.NOT_RESPONDING,
    RoutingStatus.INTERACTING,
    RoutingStatus.WRAP_UP,
    RoutingStatus.IDLE,
    RoutingStatus.OFF_QUEUE,
)
"""Agents whom a supervisor wants to see come first."""
STATUS_LEVELS: Final = {
    RoutingStatus.NOT_RESPONDING: Level.BAD,
    RoutingStatus.WRAP_UP: Level.WARNING,
    RoutingStatus.IDLE: Level.GOOD,
    RoutingStatus.OFF_QUEUE: Level.FAINT,
}


class Row(msgspec.Struct, frozen=True):
    """Cells by column."""

    cells: dict[str, Cell]


def total(floor: Floor, workspace: str, now_ms: int, words: WatchWords) -> Row:
    """The whole workspace; without data where only some queues are watched."""
    group = floor.mirror.figures.group(Dimension.WORKSPACE, workspace)
    owned = NOTHING if group is None else cells.count(sum(floor.owned_callbacks.values()))
    return Row({"name": Cell(words.say("all")), **_now(group, None, now_ms), **_today(group), "callbacks_owned": owned})


def section(floor: Floor, dimension: Dimension, now_ms: int, words: WatchWords) -> list[Row]:
    """A row for each group, by name; for each queue too that has no figures yet."""
    mirror = floor.mirror
    groups = {group.id: group for group in mirror.figures.groups(dimension)}
    queues = mirror.queues if dimension is Dimension.QUEUE else {}
    return [
        Row(
            {
                "name": _name(name, dimension, queues.get(name), words),
                **_now(groups.get(name), queues.get(name), now_ms),
                **_today(groups.get(name)),
                **(_of_queue(floor, name) if dimension is Dimension.QUEUE else {}),
            }
        )
        for name in sorted(groups.keys() | queues.keys())
    ]


def agents(floor: Floor, now_ms: int, words: WatchWords) -> list[Row]:
    """A row for each agent, those first who do not respond, then by how long their routing status holds."""
    mirror = floor.mirror
    order = {status: place for place, status in enumerate(ORDER)}
    sorted_agents = sorted(
        mirror.agents.values(), key=lambda one: (order[one.routing_status], one.since_ms, one.agent_id)
    )
    return [
        _agent(
            one, mirror.figures.group(Dimension.AGENT, one.agent_id), doing(one, floor, now_ms, words), now_ms, words
        )
        for one in sorted_agents
    ]


def statuses(mirror: Mirror, words: WatchWords) -> list[Cell]:
    """How many agents are in each routing status that has any."""
    found = Counter(agent.routing_status for agent in mirror.agents.values())
    return [
        Cell(f"{words.word(status)} {found[status]}", STATUS_LEVELS.get(status, Level.PLAIN))
        for status in ORDER
        if found[status]
    ]


def _name(name: str, dimension: Dimension, queue: ShownQueue | None, words: WatchWords) -> Cell:
    if queue is not None and not queue.open:
        return Cell(words.say("closed", name=name), Level.FAINT)
    return Cell(words.word(name) if dimension is Dimension.CHANNEL else name)


def _of_queue(floor: Floor, queue: str) -> dict[str, Cell]:
    """What only queues have: how long who enters now may wait, and callbacks that an agent has promised in person."""
    owned = cells.count(floor.owned_callbacks.get(queue, 0))
    wait = floor.mirror.figures.expected_wait(queue)
    if wait is None:
        return {"callbacks_owned": owned}
    return {
        "callbacks_owned": owned,
        "expected": cells.span(wait.expected_ms),
        "expected_range": cells.span_between(wait.low_ms, wait.high_ms),
    }


def _now(group: LiveGroup | None, queue: ShownQueue | None, now_ms: int) -> dict[str, Cell]:
    active = NOTHING if group is None else cells.count(group.now.active)
    called = NOTHING if group is None else cells.count(group.now.callbacks_waiting)
    within_ms = None if group is None else group.today_derived.within_ms
    if queue is not None:
        waiting, ringing, scheduled = queue.waiting, queue.offered, queue.scheduled
        arrived_ms, queued_ms = queue.oldest_arrived_ms, queue.oldest_waiting_since_ms
        within_ms = queue.service_level_within_ms or within_ms
    elif group is not None:
        waiting, ringing, scheduled = group.now.waiting, group.now.offered, group.now.scheduled
        arrived_ms, queued_ms = group.now.oldest_arrived_ms, group.now.oldest_queued_ms
    else:
        return dict.fromkeys(NOW, NOTHING)
    return {
        "waiting": cells.count(waiting),
        "ringing": cells.count(ringing),
        "longest": cells.wait(queued_ms, now_ms, within_ms),
        "arrived": cells.wait(arrived_ms, now_ms, within_ms),
        "active": active,
        "callbacks_waiting": called,
        "scheduled": cells.count(scheduled),
    }


def _today(group: LiveGroup | None) -> dict[str, Cell]:
    if group is None:
        return {}
    today, derived = group.today, group.today_derived
    goal = derived.goal_percent
    return {
        "offered": cells.count(today.offered),
        "answered": cells.count(today.answered),
        "abandoned": cells.count(today.abandoned),
        "short": cells.count(today.short_abandoned),
        "flowed_out": cells.count(today.flowed_out),
        "transferred": cells.count(today.transferred_out),
        "transferred_warm": cells.count(today.transferred_warm),
        "consults": cells.count(today.consults),
        "consults_answered": cells.count(today.consults_answered),
        "conferences": cells.count(today.conferences),
        "promised": cells.count(today.callbacks_requested),
        "callbacks_lost": cells.count(today.callbacks_lost),
        "called_back": cells.count(today.callbacks_reached),
        "callback_wait": cells.span(derived.average_callback_wait_ms),
        "abandon_rate": cells.rate(derived.abandon_rate),
        "service_level": cells.service_level(derived.service_level, goal),
        "goal": NOTHING if goal is None else cells.rate(goal * 100),
        "asa": cells.span(derived.asa_ms),
        "aht": cells.span(derived.aht_ms),
        "occupancy": cells.rate(derived.occupancy),
        "interval_offered": cells.count(group.interval.offered),
        "interval_level": cells.service_level(group.interval_derived.service_level, goal),
    }


def _agent(agent: AgentValue, group: LiveGroup | None, now_doing: Cell, now_ms: int, words: WatchWords) -> Row:
    then = "" if agent.next_status is None else f" > {words.word(agent.next_status)}"
    made = {
        "agent": Cell(agent.agent_id),
        "status": Cell(words.word(agent.status) + then),
        "routing": Cell(words.word(agent.routing_status), STATUS_LEVELS.get(agent.routing_status, Level.PLAIN)),
        "since": Cell(cells.waited(max(0, now_ms - agent.since_ms))),
        "doing": now_doing,
        "in_hand": cells.count(len(agent.legs)),
        "team": NOTHING if agent.team is None else Cell(agent.team),
        "site": NOTHING if agent.site is None else Cell(agent.site),
    }
    if group is not None:
        made |= {
            "handled": cells.count(group.today.handled),
            "aht": cells.span(group.today_derived.aht_ms),
            "occupancy": cells.rate(group.today_derived.occupancy),
            "missed": cells.count(group.today.offers_missed),
            "rejected": cells.count(group.today.offers_rejected),
            "transferred": cells.count(group.today.transferred_out),
            "consults": cells.count(group.today.consults),
            "consults_answered": cells.count(group.today.consults_answered),
        }
    return Row(made)
