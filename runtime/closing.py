"""Iterators that are left early let go of what they hold at once, and in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

ItemT = TypeVar("ItemT")


@asynccontextmanager
async def closing(items: AsyncIterator[ItemT]) -> AsyncIterator[AsyncIterator[ItemT]]:
    """Closes `items`, if it can be closed, when the block is left."""
    try:
        yield items
    finally:
        close = getattr(items, "aclose", None)
        if close is not None:
            await close()
