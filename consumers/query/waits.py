"""Where somebody stands in line and how long it may take, from a live view and its lines. Pure."""

from __future__ import annotations

import msgspec

from consumers.query.answers import AsOf, Queues, QueueWait, WaitingNow, WaitOf
from schemas.estimate import QueueOrders, Standing
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


def in_queues(queues: Queues, orders: QueueOrders, now_ms: int) -> Queues:
    """The queues, each with the wait of somebody who would enter it now."""
    told = (
        msgspec.structs.replace(one, expected_wait_ms=_expected_ms(orders.entering(one.queue, now_ms)))
        for one in queues.queues
    )
    return msgspec.structs.replace(queues, queues=tuple(told))


def of_legs(waiting: tuple[WaitingNow, ...], orders: QueueOrders, now_ms: int) -> tuple[WaitingNow, ...]:
    """The legs that wait, each with its place and its wait."""
    standings = ((one, orders.standing(one.leg_id, now_ms)) for one in waiting)
    return tuple(
        msgspec.structs.replace(one, position=standing.position, expected_wait_ms=_expected_ms(standing))
        for one, standing in standings
    )


def _expected_ms(standing: Standing) -> int | None:
    return None if standing.estimate is None else standing.estimate.expected_ms
