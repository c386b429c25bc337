"""What is looked at when work enters a queue, and never later: closed, full, without agents."""

from __future__ import annotations

from schemas.configuration import OverflowRule
from schemas.vocabulary import EndReason
from streams.routing import rules
from streams.routing.world import World


def choose(w: World, asked: str | None, tried: tuple[str, ...] = ()) -> str | EndReason:
    """The queue that work asking for `asked` comes to wait in, or the reason why it ends instead.

    A queue in `tried` is not entered again by overflow.
    """
    return route(w, asked, tried)[0]


def route(w: World, asked: str | None, tried: tuple[str, ...] = ()) -> tuple[str | EndReason, tuple[str, ...]]:
    """As `choose`; and what has been tried by then: `tried` and every queue that was passed by."""
    queue = named(w, asked)
    if queue is None:
        return EndReason.UNKNOWN_QUEUE, tried
    further = rules.staying_looks_further(w.engine_version)
    passed = (*tried, queue)
    while (rule := _rule(w, queue, further=further)) is not None:
        if rule.end is not None:
            return EndReason(rule.end), tried
        target = rule.overflow_to
        if target in passed or target not in w.policy.queues:
            break
        queue = target
        passed = (*passed, queue)
    return queue, passed[:-1] if further else tried


def named(w: World, asked: str | None) -> str | None:
    """The queue asked for where there is one, else the default queue; None = neither is there."""
    queue = asked if asked in w.policy.queues else w.policy.settings.default_queue
    return queue if queue in w.policy.queues else None


def _rule(w: World, queue: str, *, further: bool) -> OverflowRule | None:
    """What is to be done with who enters; None = stay."""
    overflow = w.policy.queue(queue).settings.overflow
    for applies, rule in (
        (_closed, overflow.when_closed),
        (_full, overflow.when_full),
        (_alone, overflow.when_no_agents),
    ):
        if applies(w, queue):
            if rule.end is not None or rule.overflow_to is not None:
                return rule
            if not further:
                return None
    return None


def _closed(w: World, queue: str) -> bool:
    return not w.queue(queue).open


def _full(w: World, queue: str) -> bool:
    limit = w.policy.queue(queue).settings.max_waiting
    return limit is not None and w.queue(queue).waiting >= limit


def _alone(w: World, queue: str) -> bool:
    """Whether nobody who serves the queue is on queue."""
    return not w.on_queue.get(queue, 0)
