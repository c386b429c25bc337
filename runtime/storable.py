"""Text as PostgreSQL can hold it. Pure."""

from __future__ import annotations

from typing import overload


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: str | None) -> str | None: ...
def storable(text: str | None) -> str | None:
    """PostgreSQL holds no NUL: it becomes U+FFFD."""
    return None if text is None else text.replace("\x00", "\ufffd")
