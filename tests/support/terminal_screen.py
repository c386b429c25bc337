"""What a terminal shows of the bytes that a program writes: enough of a VT100 for full-screen programs.

Wide characters take two columns. A control that is not known here is remembered and fails whoever looks at the screen:
it would have shown something else on a real terminal.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from wcwidth import wcwidth

_SEQUENCE: Final = re.compile(
    r"\x1b\[(?P<mark>[?>=]?)(?P<numbers>[\d;]*)(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[()][0-9A-Z]"
    r"|\x1b[=>78M]"
)
_UNSEEN: Final = "mhlnqtur"
"""Colours, modes, questions: nothing that a reader sees, but for the modes below."""
_WHOLE_SCREEN: Final = "1049"
_WRAPPING: Final = "7"


class TerminalScreen:
    """A screen of that size; `feed` takes what the program wrote, in any pieces."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self.rows = rows
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._wraps = True
        self._unknown: set[str] = set()
        self._clear()

    def feed(self, data: bytes) -> None:
        """Draws."""
        text = self._rest + self._decoder.decode(data)
        self._rest = ""
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self._put(text[at])
                at += 1
                continue
            found = _SEQUENCE.match(text, at)
            if found is None:
                self._rest = text[at:]
                return
            if found["final"] is not None:
                self._control(found["mark"], found["numbers"], found["final"])
            at = found.end()

    def text(self) -> str:
        """The lines from top to bottom, without blanks at their ends."""
        assert not self._unknown, f"controls that this screen does not know: {sorted(self._unknown)}"
        return "\n".join("".join(line).rstrip() for line in self._cells).rstrip("\n")

    def _clear(self) -> None:
        self._x = self._y = 0
        self._cells = [[" "] * self.columns for _ in range(self.rows)]

    def _put(self, character: str) -> None:
        match character:
            case "\r":
                self._x = 0
            case "\n":
                self._down()
            case "\b":
                self._x = max(0, self._x - 1)
            case "\x07":
                pass
            case _:
                self._draw(character)

    def _draw(self, character: str) -> None:
        width = wcwidth(character)
        if width <= 0:
            return
        if self._x + width > self.columns:
            if self._wraps:
                self._x = 0
                self._down()
            else:
                self._x = self.columns - width
        line = self._cells[self._y]
        if line[self._x] == "" and self._x > 0:
            line[self._x - 1] = " "
        line[self._x : self._x + width] = [character, *[""] * (width - 1)]
        self._x += width
        if self._x < self.columns and line[self._x] == "":
            line[self._x] = " "

    def _down(self) -> None:
        if self._y + 1 < self.rows:
            self._y += 1
        else:
            self._cells = [*self._cells[1:], [" "] * self.columns]

    def _control(self, mark: str, numbers: str, final: str) -> None:
        if mark or final in _UNSEEN:
            self._mode(numbers, final)
            return
        given = [int(number or 0) for number in numbers.split(";")]
        count = max(1, given[0])
        match final:
            case "A" | "B":
                self._y = self._inside(self._y + (count if final == "B" else -count), self.rows)
            case "C" | "D":
                self._x = self._inside(self._x + (count if final == "C" else -count), self.columns)
            case "G":
                self._x = self._inside(count - 1, self.columns)
            case "H" | "f":
                self._y = self._inside(count - 1, self.rows)
                self._x = self._inside(max(1, given[1] if len(given) > 1 else 1) - 1, self.columns)
            case "J" | "K":
                self._erase(given[0], final == "J")
            case _:
                self._unknown.add(f"{numbers}{final}")

    def _mode(self, numbers: str, final: str) -> None:
        if numbers == _WHOLE_SCREEN and final in "hl":
            self._clear()
        elif numbers == _WRAPPING and final in "hl":
            self._wraps = final == "h"

    def _erase(self, how: int, whole: bool) -> None:
        if whole and how in (2, 3):
            self._cells = [[" "] * self.columns for _ in range(self.rows)]
        elif how == 0:
            self._cells[self._y][self._x :] = [" "] * (self.columns - self._x)
            below = self.rows - self._y - 1 if whole else 0
            self._cells[self._y + 1 : self._y + 1 + below] = [[" "] * self.columns for _ in range(below)]
        elif how == 2:
            self._cells[self._y] = [" "] * self.columns
        else:
            self._unknown.add(f"{how}{'J' if whole else 'K'}")

    @staticmethod
    def _inside(wished: int, size: int) -> int:
        return min(max(wished, 0), size - 1)
