"""The processes' logs as lines, from their end on, also while they grow."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

LOOK_S: Final = 0.2


class LogLine(msgspec.Struct, frozen=True):
    """One line and the process that wrote it."""

    process: str
    line: str


def last_lines(files: dict[str, Path], count: int) -> Iterator[LogLine]:
    """The last `count` lines of each file, file by file; a file that is not there has none."""
    for name, path in files.items():
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                kept = deque(file, maxlen=count)
        except FileNotFoundError:
            continue
        yield from (LogLine(process=name, line=line.rstrip("\n")) for line in kept)


class Follower:
    """Reads what is added to the files from now on; a file that was put aside is read anew from its beginning."""

    def __init__(self, files: dict[str, Path]) -> None:
        self._files = files
        self._open: dict[str, BinaryIO] = {}
        self._rest: dict[str, bytes] = {}
        for name, path in files.items():
            if path.exists():
                file = path.open("rb")
                file.seek(0, 2)
                self._open[name] = file

    def new_lines(self) -> Iterator[LogLine]:
        """The whole lines added since the last call."""
        for name, path in self._files.items():
            for file in self._current(name, path):
                text = self._rest.pop(name, b"") + file.read()
                *whole, self._rest[name] = text.split(b"\n")
                yield from (LogLine(process=name, line=line.decode(errors="replace")) for line in whole)

    def follow(self) -> Iterator[LogLine]:
        """All lines from now on, without end."""
        while True:
            yield from self.new_lines()
            time.sleep(LOOK_S)

    def close(self) -> None:
        """Closes the files."""
        for file in self._open.values():
            file.close()

    def _current(self, name: str, path: Path) -> Iterator[BinaryIO]:
        known = self._open.get(name)
        if known is not None:
            yield known
        if path.exists() and (known is None or not os.path.samestat(path.stat(), os.fstat(known.fileno()))):
            if known is not None:
                known.close()
            self._open[name] = path.open("rb")
            yield self._open[name]
