"""`hubline agent` and `hubline watch` as a person has them: a real process, in a real pseudo-terminal or line by line through pipes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.support.terminal_screen import TerminalScreen
from tests.support.waiting import wait_until

ROOT: Final = Path(__file__).resolve().parents[2]
HUBLINE: Final = str(Path(sys.executable).with_name("hubline"))
COLUMNS: Final = 120
ROWS: Final = 40
LEAVING_S: Final = 120.0
_WITH_TERMINAL: Final = "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Makes standard input the terminal of a new session, as a login does, and becomes the program."""


class ScreenConsole:
    """A console on a terminal of that size. `heads` are all first lines that it showed, in order."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int, columns: int, rows: int) -> None:
        self.process = process
        self.heads: list[str] = []
        self._terminal = terminal
        self._screen = TerminalScreen(columns, rows)
        self._lock = threading.Lock()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def text(self) -> str:
        """The screen as it is."""
        with self._lock:
            return self._screen.text()

    def types(self, line: str) -> None:
        """Types a line, with Enter."""
        os.write(self._terminal, line.encode() + b"\r")

    def presses(self, key: bytes) -> None:
        """Presses a key."""
        os.write(self._terminal, key)

    def shows(self, *texts: str, within_s: float = 60.0) -> str:
        """The screen as soon as all these stand on it at once. Raises AssertionError with the screen as it then is."""
        with self._lasting():
            wait_until(lambda: all(text in self.text() for text in texts), within_s=within_s, what=" and ".join(texts))
        return self.text()

    def hides(self, text: str, within_s: float = 60.0) -> None:
        """Returns as soon as that stands on it no more."""
        with self._lasting():
            wait_until(lambda: text not in self.text(), within_s=within_s, what=f"no {text}")

    def headed(self, text: str, since: int, within_s: float = 60.0) -> None:
        """Returns as soon as a first line since that many had it, be it for a moment."""
        with self._lasting():
            wait_until(
                lambda: any(text in head for head in self.heads[since:]), within_s=within_s, what=f"{text} on top"
            )

    def left(self) -> int:
        """How it ended, once it has."""
        return self.process.wait(LEAVING_S)

    def close(self) -> None:
        self._reading.join(LEAVING_S)
        os.close(self._terminal)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._terminal, 65_536):
                with self._lock:
                    self._screen.feed(data)
                    head = self._screen.text().partition("\n")[0]
                if head and self.heads[-1:] != [head]:
                    self.heads.append(head)

    @contextlib.contextmanager
    def _lasting(self) -> Iterator[None]:
        try:
            yield
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text()}") from None


class LineConsole:
    """A console without a terminal. `lines` is all that it said."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def types(self, line: str) -> int:
        """Sends a line; returns how many lines had been said before."""
        said = len(self.lines)
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        return said

    def says(self, text: str, since: int = 0, within_s: float = 60.0) -> str:
        """The first line with that text, of those after the first `since`. Raises AssertionError with what it said."""
        try:
            wait_until(lambda: any(text in line for line in self.lines[since:]), within_s=within_s, what=text)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *self.lines])) from None
        return next(line for line in self.lines[since:] if text in line)

    def left(self) -> int:
        """How it ended at the end of its input."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(LEAVING_S)

    def close(self) -> None:
        self._reading.join(LEAVING_S)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.decode().rstrip("\n"))


@contextlib.contextmanager
def screen_console(
    environ: dict[str, str], *words: str, command: str = "agent", columns: int = COLUMNS, rows: int = ROWS
) -> Iterator[ScreenConsole]:
    """`hubline COMMAND WORDS` in a pseudo-terminal; ended with the block however it stands."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", _WITH_TERMINAL, HUBLINE, command, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environ, "TERM": "xterm-256color"},
        cwd=ROOT,
    )
    os.close(theirs)
    console = ScreenConsole(process, ours, columns, rows)
    try:
        yield console
    finally:
        _end(process)
        console.close()


@contextlib.contextmanager
def line_console(environ: dict[str, str], *words: str) -> Iterator[LineConsole]:
    """`hubline agent WORDS` with pipes for lines in and out; ended with the block however it stands."""
    process = subprocess.Popen(
        [HUBLINE, "agent", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environ,
        cwd=ROOT,
    )
    console = LineConsole(process)
    try:
        yield console
    finally:
        _end(process)
        console.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait(LEAVING_S)
    if process.stdin is not None and not process.stdin.closed:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
