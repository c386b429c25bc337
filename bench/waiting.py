"""Waiting for what no event tells: asked again and again, with a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

LOOK_S: Final = 0.05


async def until(holds: Callable[[], Awaitable[bool]], within_s: float) -> None:
    """Returns once `holds`; raises TimeoutError when it does not in time."""
    async with asyncio.timeout(within_s):
        while True:
            if await holds():
                return
            await asyncio.sleep(LOOK_S)
