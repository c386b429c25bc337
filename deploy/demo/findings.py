"""What was found when the product's own word was read back. Pure values."""

from __future__ import annotations

from typing import Final

import msgspec

INVARIANTS_OK: Final = "ok"


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """`invariants`: `ok`, or what does not hold."""

    invariants: str
