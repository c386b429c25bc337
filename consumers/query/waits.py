"""Where somebody stands in line and how long it may take, from a live view and its lines. Pure."""

from __future__ import annotations

from consumers.query.answers import AsOf, QueueWait, WaitOf
from schemas.estimate import QueueOrders
from schemas.pace import RANGE_PERCENT
from schemas.view import View
from schemas.vocabulary import LegKind


def of_interaction(view: View, orders: QueueOrders, interaction_id: str, as_of: AsOf) -> WaitOf | None:
    """Of the newest main leg of a live interaction; None = it is not live."""
    mains = [leg for leg in view.legs_of(interaction_id) if leg.kind is LegKind.MAIN]
    if not mains:
        return None
    leg = mains[-1]
    standing = orders.standing(leg.leg_id, view.at_ms)
    estimate = standing.estimate
    return WaitOf(
        interaction_id=interaction_id,
        leg_id=leg.leg_id,
        state=leg.state.value,
        queue=leg.queue,
        position=standing.position,
        expected_ms=estimate.expected_ms if estimate else None,
        low_ms=estimate.low_ms if estimate else None,
        high_ms=estimate.high_ms if estimate else None,
        range_percent=RANGE_PERCENT,
        as_of=as_of,
    )


def before_entering(view: View, orders: QueueOrders, queue: str, head_start_ms: int, as_of: AsOf) -> QueueWait | None:
    """Of somebody who would enter the queue now; None = there is no such queue."""
    value = view.figures(queue)
    if value is None:
        return None
    standing = orders.entering(queue, view.at_ms, head_start_ms)
    estimate = standing.estimate
    return QueueWait(
        queue=queue,
        open=value.open,
        waiting=value.waiting,
        position=standing.position or 1,
        expected_ms=estimate.expected_ms if estimate else None,
        low_ms=estimate.low_ms if estimate else None,
        high_ms=estimate.high_ms if estimate else None,
        range_percent=RANGE_PERCENT,
        as_of=as_of,
    )
