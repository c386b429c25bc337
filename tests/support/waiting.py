"""Waiting for a condition with a deadline, and a load that takes its time: the only ways in which a test lets time pass.

The deadline is for what never comes: a slow machine is no failure.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Final, TypeVar, overload

_FIRST_PAUSE_S: Final = 0.002
_LONGEST_PAUSE_S: Final = 0.1

T = TypeVar("T")


@overload
async def eventually(look: Callable[[], Awaitable[T]], *, within_s: float = 60.0, what: str = "") -> T: ...


@overload
async def eventually(look: Callable[[], T], *, within_s: float = 60.0, what: str = "") -> T: ...


async def eventually(look: Callable[[], Any], *, within_s: float = 60.0, what: str = "") -> Any:
    """What `look` returns as soon as that is true-like; it may be a plain or an async function.

    Raises AssertionError, naming `what` and the last thing seen, when `within_s` seconds have passed without it.
    """
    deadline = time.monotonic() + within_s
    pause_s = _FIRST_PAUSE_S
    while True:
        seen = look()
        value = await seen if inspect.isawaitable(seen) else seen
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(_too_late(what or _name(look), within_s, value))
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def wait_until(look: Callable[[], T], *, within_s: float = 60.0, what: str = "") -> T:
    """The same for a test without an event loop."""
    deadline = time.monotonic() + within_s
    pause_s = _FIRST_PAUSE_S
    while True:
        value = look()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(_too_late(what or _name(look), within_s, value))
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


async def paced(steps: Iterable[T], pause_s: float) -> AsyncIterator[T]:
    """The steps one after the other, with a pause after each: traffic that something can be done in the middle of.

    Nothing may be concluded from how long it takes.
    """
    for step in steps:
        yield step
        await asyncio.sleep(pause_s)


def _too_late(what: str, within_s: float, last: object) -> str:
    return f"not within {within_s} s: {what} (last seen: {last!r})"


def _name(look: Callable[[], object]) -> str:
    return getattr(look, "__qualname__", repr(look))
