"""How fast scripted people work: so that the agents on duty keep up with the rate of contacts. Pure."""

from __future__ import annotations

from typing import Final

import msgspec

LONGEST_HANDLE_MS: Final = 6_000
HANDLE_SHARE: Final = 0.30
THINK_SHARE: Final = 0.06
WRAP_UP_SHARE: Final = 0.04


class Pace(msgspec.Struct, frozen=True):
    """Mean lengths: before an offer is answered, of the talk, of the wrap-up."""

    think_ms: int
    handle_ms: int
    wrap_up_ms: int


def pace_for(rate_per_s: float, agents: int) -> Pace:
    """A pace at which less than half of the agents' time goes by; the rest is for the way there and back."""
    budget_ms = 1000 * agents / rate_per_s
    handle_ms = min(LONGEST_HANDLE_MS, budget_ms * HANDLE_SHARE)
    return Pace(
        think_ms=round(min(handle_ms / 4, budget_ms * THINK_SHARE)),
        handle_ms=round(handle_ms),
        wrap_up_ms=round(min(handle_ms / 4, budget_ms * WRAP_UP_SHARE)),
    )
