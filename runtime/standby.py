"""Of several equal processes one works and the others stand by, warm: whoever holds a file's lock works.

The system frees the lock the moment its holder's process is gone, however it ended, and wakes one of those that wait: so
a successor needs nobody to notice. A frozen holder keeps the lock. It is about speed, not about safety: that two never do
the same work is the group's to say, and the log's.
"""

from __future__ import annotations

import asyncio
import fcntl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from runtime.process import Context


class Successor(Protocol):
    """What whoever stands by does, so that it can work at once."""

    async def make_ready(self) -> None:
        """Before it is said that it stands by."""
        ...

    async def keep_ready(self) -> None:
        """Until it is cancelled: its turn has come."""
        ...


class WorkLock:
    """One process's hold on a file, on a local disk, whose folder exists; freed when the process ends."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def taken_at_once(self) -> bool:
        """Takes the lock if nobody holds it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    async def taken(self) -> None:
        """Returns when this process holds the lock. Who gives up waiting has to end: the lock may still come to it."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        waiting = threading.Thread(target=self._wait, args=(loop, done), name="standby", daemon=True)
        waiting.start()
        await done

    def free(self) -> None:
        """Gives the lock up, for the next one."""
        self._file.close()

    def _wait(self, loop: asyncio.AbstractEventLoop, done: asyncio.Future[None]) -> None:
        error: OSError | None = None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except OSError as raised:
            error = raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, done, error)


async def turn(context: Context, lock: WorkLock, successor: Successor) -> bool:
    """Returns True when this process is the one that works, False when it was told to end instead.

    At once if nobody works; else it says that it stands by, once `successor` is ready. Raises what `successor` raises.
    """
    if lock.taken_at_once():
        return True
    await successor.make_ready()
    _say(context, standby=True)
    context.log.info("process.standing_by")
    await _taken(lock, successor)
    _say(context, standby=False)
    if context.stop.is_set():
        return False
    context.metrics.takeovers.inc()
    context.log.info("process.took_over")
    return True


async def _taken(lock: WorkLock, successor: Successor) -> None:
    keeping = asyncio.create_task(successor.keep_ready())
    taking = asyncio.create_task(lock.taken())
    try:
        await asyncio.wait((keeping, taking), return_when=asyncio.FIRST_COMPLETED)
        if not taking.done():
            keeping.result()
    finally:
        for task in (keeping, taking):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


def _say(context: Context, *, standby: bool) -> None:
    context.health.is_standby = standby
    context.metrics.standby.set(standby)


def _settle(done: asyncio.Future[None], error: OSError | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
