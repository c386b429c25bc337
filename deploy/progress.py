"""How far a long command has come, beside what it prints: on standard error, so that the answer stays clean.

On a terminal one line is written over and over and wiped at the end; elsewhere a plain line is added now and then, and a
command that is done soon says nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

TERMINAL_EVERY_S = 0.2
PLAIN_EVERY_S = 10.0
_WIPED = "\r\x1b[K"


class Progress:
    """Use as a context manager around the long work."""

    def __init__(self, stream: TextIO | None = None, now_s: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._every_s = TERMINAL_EVERY_S if self._is_terminal else PLAIN_EVERY_S
        self._now_s = now_s
        self._said_s = now_s()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._is_terminal:
            self._write(_WIPED)

    def is_due(self) -> bool:
        """Whether it is time to say something; asked often, so it costs little."""
        return self._now_s() - self._said_s >= self._every_s

    def say(self, text: str) -> None:
        """Say this now."""
        self._said_s = self._now_s()
        self._write(f"{_WIPED}{text}" if self._is_terminal else f"{text}\n")

    def inputs(self, count: int) -> None:
        """So many inputs of a log are done; said when it is time."""
        if self.is_due():
            self.say(f"{count:,} inputs")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
