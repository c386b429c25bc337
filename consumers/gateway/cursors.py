"""The opaque cursor of a client: a place in what a scope sees, which only a gateway reads. Pure."""

from __future__ import annotations


def cursor_of(epoch: int, seq: int, scope_mark: str) -> str:
    """The opaque cursor of a place in what a scope sees."""
    return f"v1.{epoch}.{seq}.{scope_mark}"


def place_of(cursor: str, scope_mark: str) -> tuple[int, int] | None:
    """`(epoch, seq)` of a cursor; None = not one of ours, or of another scope: start afresh."""
    match cursor.split("."):
        case ["v1", epoch, seq, mark] if mark == scope_mark and _is_number(epoch) and _is_number(seq):
            return int(epoch), int(seq)
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
