"""A supervisor's mirror with a queue that misses its goal, one without figures, and agents in every routing status."""

from __future__ import annotations

from deploy.console.mirror import Mirror
from schemas import live
from schemas.metrics import Counts, Derived, Dimension, LiveGroup, Now
from schemas.shown import ShownQueue
from schemas.values import AgentValue, InteractionValue, LegValue
from schemas.vocabulary import LegKind, LegState, RoutingStatus
from tests.support.figures import AT_MS, a_group

NOW_MS = AT_MS + 60_000
TODAY = Counts(offered=231, answered=202, abandoned=19, short_abandoned=2, handled=12)
MISSED = Derived(service_level=7_120, goal_percent=80, within_ms=20_000, asa_ms=4_300, aht_ms=182_000, abandon_rate=441)
GROUPS = (
    a_group(Dimension.WORKSPACE, "shop", today=TODAY, derived=MISSED),
    a_group(Dimension.QUEUE, "orders", today=TODAY, derived=MISSED),
    a_group(Dimension.QUEUE, "quiet"),
    a_group(Dimension.CHANNEL, "web_chat", now=Now(waiting=2, oldest_queued_ms=NOW_MS - 22_000)),
    a_group(Dimension.SITE, "beijing_road", today=TODAY),
    a_group(Dimension.AGENT, "ana", today=TODAY, derived=MISSED),
)


def figures_shown(*groups: LiveGroup, at_ms: int = NOW_MS - 1_400) -> live.MetricsShown:
    return live.MetricsShown(
        at_ms=at_ms,
        epoch=1,
        seq=5,
        day_starts_ms=AT_MS,
        interval_starts_ms=AT_MS,
        time_zone="Asia/Shanghai",
        whole=True,
        groups=groups,
    )


def a_watched_mirror(*, figures: bool = True) -> Mirror:
    mirror = Mirror()
    if figures:
        mirror.take(figures_shown(*GROUPS))
    mirror.cursor = "v1.1.5.x"
    mirror.heard_ms = NOW_MS - 900
    waiting = ShownQueue(
        queue="orders",
        waiting=3,
        offered=1,
        oldest_arrived_ms=NOW_MS - 95_000,
        oldest_waiting_since_ms=NOW_MS - 25_000,
        service_level_within_ms=20_000,
    )
    queues = (waiting, ShownQueue(queue="quiet"), ShownQueue(queue="night_shift", open=False))
    mirror.queues = {queue.queue: queue for queue in queues}
    statuses = {"ana": RoutingStatus.INTERACTING, "bo": RoutingStatus.NOT_RESPONDING, "陈小明": RoutingStatus.IDLE}
    mirror.agents = {
        name: AgentValue(
            agent_id=name, status="available", routing_status=status, since_ms=NOW_MS - 47_000, legs=("i1.1",)
        )
        for name, status in statuses.items()
    }
    waits = (
        live.ExpectedWait(queue="orders", position=4, expected_ms=62_000, low_ms=20_000, high_ms=113_000),
        live.ExpectedWait(queue="quiet"),
    )
    mirror.figures.waits = live.WaitsShown(at_ms=NOW_MS - 2_000, epoch=1, seq=5, range_percent=80, queues=waits)
    return mirror


def with_waiting(mirror: Mirror, **waits_ms: int) -> Mirror:
    """The same screen with calls in the queue orders, by id, that wait for so long."""
    for name, wait_ms in waits_ms.items():
        since_ms = NOW_MS - wait_ms
        mirror.interactions[name] = InteractionValue(
            interaction_id=name, channel="phone", adapter="line", instance="line-1", arrived_ms=since_ms
        )
        mirror.legs[f"{name}.1"] = LegValue(
            leg_id=f"{name}.1",
            interaction_id=name,
            number=1,
            kind=LegKind.MAIN,
            state=LegState.QUEUED,
            since_ms=since_ms,
            queue="orders",
            arrived_ms=since_ms,
        )
    return mirror
