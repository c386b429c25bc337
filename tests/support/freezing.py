"""Processes that stand still for a while (SIGSTOP) and wake as if nothing had happened."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import AsyncIterator
from functools import partial

from deploy.local.supervisor import Supervisor
from tests.support.waiting import eventually

LONG_S = 120.0


@contextlib.asynccontextmanager
async def frozen(supervisor: Supervisor, *names: str, at_least_s: float) -> AsyncIterator[None]:
    """Freezes them; wakes them at the end of the block, not before so many seconds, and waits until all are ready: the
    same ones, or those that the supervisor started in their place.
    """
    since = time.monotonic()
    for name in names:
        assert supervisor.send(name, signal.SIGSTOP)
    try:
        yield
        await eventually(lambda: time.monotonic() - since >= at_least_s, within_s=at_least_s + LONG_S)
    finally:
        for name in names:
            supervisor.send(name, signal.SIGCONT)
    for name in names:
        await eventually(partial(supervisor.is_ready, name), within_s=LONG_S, what=f"{name} is ready again")
