"""The literal transition table of a leg, and of nothing else. A transition that is not in it is a broken invariant."""

from __future__ import annotations

from typing import Final

from schemas.vocabulary import LegState as S
from streams.routing.breach import BrokenInvariant

_ENDS_BEFORE_CONNECTION: Final = frozenset({S.ABANDONED, S.FLOWED_OUT, S.CANCELLED, S.EXPIRED, S.FAILED})

TRANSITIONS: Final[dict[S, frozenset[S]]] = {
    S.CREATED: frozenset({S.SCHEDULED, S.QUEUED, S.OFFERED, S.CONNECTED}) | _ENDS_BEFORE_CONNECTION,
    S.SCHEDULED: frozenset({S.QUEUED}) | _ENDS_BEFORE_CONNECTION,
    S.QUEUED: frozenset({S.OFFERED, S.SCHEDULED}) | _ENDS_BEFORE_CONNECTION,
    S.OFFERED: frozenset({S.QUEUED, S.CONNECTING, S.CONNECTED}) | _ENDS_BEFORE_CONNECTION,
    S.CONNECTING: frozenset({S.QUEUED, S.CONNECTED}) | _ENDS_BEFORE_CONNECTION,
    S.CONNECTED: frozenset({S.ON_HOLD, S.WRAP_UP, S.COMPLETED, S.FAILED}),
    S.ON_HOLD: frozenset({S.CONNECTED, S.WRAP_UP, S.COMPLETED, S.FAILED}),
    S.WRAP_UP: frozenset({S.COMPLETED, S.FAILED}),
    S.COMPLETED: frozenset(),
    S.ABANDONED: frozenset(),
    S.FLOWED_OUT: frozenset(),
    S.CANCELLED: frozenset(),
    S.EXPIRED: frozenset(),
    S.FAILED: frozenset(),
}
"""From each state, where a leg may go. A failed contact that was connected fails once its wrap-up is over."""

WAITING: Final = frozenset({S.QUEUED, S.OFFERED})
"""States in which waiting time runs."""
IN_HAND: Final = frozenset({S.CONNECTING, S.CONNECTED, S.ON_HOLD, S.WRAP_UP})
"""States in which an agent owns the leg."""
TALKING: Final = frozenset({S.CONNECTED, S.ON_HOLD})
"""States in which customer and agent are together."""
INTERACTING: Final = frozenset({S.CONNECTING, S.CONNECTED, S.ON_HOLD})


def check(leg: str, now: S, to: S) -> None:
    """Raises BrokenInvariant when a leg may not go from `now` to `to`."""
    if to not in TRANSITIONS[now]:
        raise BrokenInvariant("legal_transition", f"{leg}: {now} -> {to}")
