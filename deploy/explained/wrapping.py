"""Lines for a terminal: what is too long goes on below its own beginning. Elsewhere lines stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

NARROWEST: Final = 40
"""Where there is less room than this the terminal breaks the lines."""
_BEGINNING: Final = re.compile(r" *(?:(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d  )?")


def shown(lines: Iterable[str], console: Console | None = None) -> str:
    """The lines as they are printed on that console, the one of standard output if it is left out."""
    to = console or Console()
    return "\n".join(wrapped(lines, to.width) if to.is_terminal else lines)


def wrapped(lines: Iterable[str], width: int) -> Iterator[str]:
    """Lines of at most `width` cells, broken between words, or anywhere where there are none; leading blanks and times
    stand before what goes on.
    """
    for line in lines:
        beginning = (_BEGINNING.match(line) or [""])[0]
        room = width - len(beginning)
        if cell_len(line) <= width or width < NARROWEST:
            yield line
            continue
        first, *more = Text(line[len(beginning) :]).wrap(Console(width=room), room)
        yield (beginning + first.plain).rstrip()
        yield from (" " * len(beginning) + one.plain.rstrip() for one in more)
