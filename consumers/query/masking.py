"""Contact points as those see them who may not see all of them: enough to compare with what a caller says. Pure.

A phone keeps its last four digits, a mail address its first character and its domain, a card its last four characters;
what is shorter than eight characters, and every other kind, is hidden whole.
"""

from __future__ import annotations

from typing import Final

from schemas.vocabulary import ContactPointKind

HIDDEN: Final = "***"
_KEPT: Final = 4
_LONG_ENOUGH: Final = 8


def masked(kind: str, value: str) -> str:
    """The value as it may be seen by whoever must not know it."""
    if kind == ContactPointKind.EMAIL:
        local, _, domain = value.rpartition("@")
        return f"{local[:1]}{HIDDEN}@{domain}" if domain and len(local) > 1 else HIDDEN
    if kind in {ContactPointKind.PHONE, ContactPointKind.CARD} and len(value) >= _LONG_ENOUGH:
        return HIDDEN + value[-_KEPT:]
    return HIDDEN
