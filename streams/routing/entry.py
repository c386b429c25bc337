"""What is looked at when work enters a queue, and never later: closed, full, without agents."""

from __future__ import annotations

from schemas.configuration import OverflowRule
from schemas.vocabulary import EndReason
from streams.routing.world import World


def choose(w: World, asked: str | None, tried: tuple[str, ...] = ()) -> str | EndReason:
    """The queue that work asking for `asked` comes to wait in, or the reason why it ends instead.

    A queue in `tried` is not entered again by overflow.
    """
    queue = asked if asked in w.policy.queues else w.policy.settings.default_queue
    if queue is None or queue not in w.policy.queues:
        return EndReason.UNKNOWN_QUEUE
    while True:
        tried = (*tried, queue)
        rule = _rule(w, queue)
        if rule is None or (rule.end is None and rule.overflow_to is None):
            return queue
        if rule.end is not None:
            return EndReason(rule.end)
        target = rule.overflow_to
        if target is None or target in tried or target not in w.policy.queues:
            return queue
        queue = target


def _rule(w: World, queue: str) -> OverflowRule | None:
    settings = w.policy.queue(queue).settings
    record = w.queue(queue)
    if not record.open:
        return settings.overflow.when_closed
    if settings.max_waiting is not None and record.waiting >= settings.max_waiting:
        return settings.overflow.when_full
    if not w.on_queue.get(queue, 0):
        return settings.overflow.when_no_agents
    return None
