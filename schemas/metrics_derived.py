"""What follows from counts: service levels by every named formula, averages and rates. Pure.

docs/metrics.md defines each formula and shows one worked example. Whatever has a divisor is None where that is 0. All that
a rate is made of counts when a wait is over, so that none is above 100 % in any interval.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Final

from schemas.configuration import DEFAULT_FORMULA
from schemas.metrics import Counts, Derived, Dimension
from schemas.vocabulary import RoutingStatus

WHOLE: Final = 10_000
"""Rates are hundredths of a percent: this is all of it."""


class Formula(enum.StrEnum):
    """The ways in which a service level is computed; all of them look only at contacts that have a threshold."""

    ANSWERED_WITHIN_OVER_OFFERED = "answered_within_over_offered"
    ANSWERED_WITHIN_OVER_OFFERED_LESS_SHORT = "answered_within_over_offered_less_short"
    ANSWERED_WITHIN_OVER_ANSWERED = "answered_within_over_answered"
    ANSWERED_WITHIN_OVER_ANSWERED_AND_ABANDONED = "answered_within_over_answered_and_abandoned"
    ANSWERED_OR_ABANDONED_WITHIN_OVER_OFFERED_LESS_SHORT = "answered_or_abandoned_within_over_offered_less_short"


Share = tuple[int, int]
FORMULAS: Final[dict[Formula, Callable[[Counts], Share]]] = {
    Formula.ANSWERED_WITHIN_OVER_OFFERED: lambda c: (c.answered_within, c.target_offered),
    Formula.ANSWERED_WITHIN_OVER_OFFERED_LESS_SHORT: lambda c: (
        c.answered_within,
        c.target_offered - c.target_short_abandoned,
    ),
    Formula.ANSWERED_WITHIN_OVER_ANSWERED: lambda c: (c.answered_within, c.target_answered),
    Formula.ANSWERED_WITHIN_OVER_ANSWERED_AND_ABANDONED: lambda c: (
        c.answered_within,
        c.target_answered + c.target_abandoned,
    ),
    Formula.ANSWERED_OR_ABANDONED_WITHIN_OVER_OFFERED_LESS_SHORT: lambda c: (
        c.answered_within + c.abandoned_within,
        c.target_offered - c.target_short_abandoned,
    ),
}
"""Each formula as numerator and divisor."""

_ENDS: Final = (
    "answered", "abandoned", "short_abandoned", "flowed_out", "expired", "cancelled", "failed", "left_for_callback",
)  # fmt: skip
ANSWERING: Final = (Dimension.AGENT, Dimension.TEAM)
BUSY: Final = (RoutingStatus.INTERACTING, RoutingStatus.WRAP_UP)
ON_QUEUE: Final = (*BUSY, RoutingStatus.IDLE, RoutingStatus.NOT_RESPONDING)


def formula_of(dimension: Dimension) -> str:
    """The formula of groups that have none of their own: of agents and teams nothing is offered that they could miss."""
    return Formula.ANSWERED_WITHIN_OVER_ANSWERED.value if dimension in ANSWERING else DEFAULT_FORMULA


def derive(
    counts: Counts,
    *,
    formula: str | None = None,
    within_ms: int | None = None,
    goal_percent: int | None = None,
    waits: bool = True,
) -> Derived:
    """All that follows from counts. `formula` is the group's own, whose result is `service_level`; an unknown one has
    none. `within_ms` and `goal_percent` are handed through. `waits`: somebody may wait there, and so abandon.
    """
    levels: dict[str, int | None] = {name.value: _share(of(counts)) for name, of in FORMULAS.items()}
    busy_ms = sum(counts.status_ms.get(status, 0) for status in BUSY)
    on_queue_ms = sum(counts.status_ms.get(status, 0) for status in ON_QUEUE)
    in_hand_ms = counts.connected_ms + counts.held_ms + counts.wrap_up_ms
    return Derived(
        service_levels=levels,
        service_level=levels.get(formula) if formula is not None else None,
        service_level_formula=formula,
        within_ms=within_ms,
        goal_percent=goal_percent,
        asa_ms=_average(counts.answer_wait_ms, counts.answered),
        aht_ms=_average(in_hand_ms, counts.handled),
        average_connected_ms=_average(counts.connected_ms, counts.handled),
        average_held_ms=_average(counts.held_ms, counts.handled),
        average_wrap_up_ms=_average(counts.wrap_up_ms, counts.handled),
        average_abandon_wait_ms=_average(counts.abandon_wait_ms, counts.abandoned),
        average_callback_wait_ms=_average(counts.callback_wait_ms, counts.callbacks_reached),
        abandon_rate=_share((counts.abandoned, _ended(counts) - counts.short_abandoned)) if waits else None,
        occupancy=_share((busy_ms, on_queue_ms)),
    )


def _ended(counts: Counts) -> int:
    """Of how many contacts the wait is over, however it ended."""
    return sum(getattr(counts, name) for name in _ENDS)


def _average(total: int, number: int) -> int | None:
    """The nearest whole number, halves upwards."""
    return (2 * total + number) // (2 * number) if number > 0 else None


def _share(share: Share) -> int | None:
    return _average(share[0] * WHOLE, share[1])
