"""A process of the product whose clock a test sets: the time that the file CLOCK_FILE holds, in ms, and standing still.

Whoever sleeps wakes when that clock has gone far enough, or after as long as he asked for.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from producers.admin.server import main as admin
from runtime.clock import SystemClock
from runtime.process import Context, run

LOOK_S = 0.02


class FileClock(SystemClock):
    """Wall time from a file; the monotonic clock is the machine's."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now_ms(self) -> int:
        return int(self._file.read_text())

    async def sleep(self, seconds: float) -> None:
        due_ms, until_s = self.now_ms() + seconds * 1000, time.monotonic() + seconds
        while self.now_ms() < due_ms and time.monotonic() < until_s:
            await super().sleep(min(LOOK_S, seconds))


def set_clock(file: Path, now_ms: int) -> None:
    """Whole or not at all, as processes look at any moment."""
    partial = file.with_suffix(".partial")
    partial.write_text(str(now_ms))
    partial.replace(file)


async def _main(context: Context) -> None:
    await admin(msgspec.structs.replace(context, clock=FileClock(Path(os.environ["CLOCK_FILE"]))))


if __name__ == "__main__":
    run("admin", _main)
