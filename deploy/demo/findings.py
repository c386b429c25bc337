"""What was found when the product's own word was read back. Pure values."""

from __future__ import annotations

from typing import Final

import msgspec

OK: Final = "ok"


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The timeline: its rows, how late the last of a hundred of those of contacts was stored (None = there are none), how
    many accepted contacts are not in it, and how many that ended have no end there.
    """

    rows: int
    lag_p99_ms: float | None
    missing: int
    without_end: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing and not self.without_end


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """`invariants` and `recount`: `ok`, or what does not hold."""

    invariants: str
    recount: str
    history: History
