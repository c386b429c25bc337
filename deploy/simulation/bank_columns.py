"""Finds the columns of a line of the bank's log, however its months were written down. Pure.

As documented: tab separated, 17 columns in their order, a header or none. Also read: commas or semicolons, quotes, names
in another spelling, columns in another order where a header names all of them, empty cells at the end of a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

COLUMNS: Final[tuple[str, ...]] = (
    "vru+line", "call_id", "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "vru_time",
    "q_start", "q_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server",
)  # fmt: skip
SEPARATORS: Final = ("\t", ",", ";")
AROUND: Final = ' \r\n"'
OUTCOME: Final = "outcome"
_ODD: Final = re.compile(r"[^a-z]")
_MOST: Final = len(COLUMNS) // 2
"""A line with more of the names than this is a header."""


def plain(name: str) -> str:
    """A column's name without what its spellings differ in."""
    return _ODD.sub("", name.lower())


_NAMES: Final = {plain(name): name for name in COLUMNS}


def cells(line: str) -> list[str]:
    """The cells of a line, without blanks and quotes around them."""
    separator = next((one for one in SEPARATORS if one in line), SEPARATORS[0])
    return [cell.strip(AROUND) for cell in line.split(separator)]


def header(values: Sequence[str]) -> tuple[str, ...] | None:
    """The columns in the order in which a header has them, as documented where it does not name them all; None = the
    line is no header.
    """
    if not any(value.lower() == OUTCOME for value in values):
        return None
    known = [_NAMES.get(plain(value), "") for value in values]
    if len(set(known) - {""}) <= _MOST:
        return None
    complete = sorted(filter(None, known)) == sorted(COLUMNS)
    return tuple(known) if complete else COLUMNS


def row(values: list[str], columns: Sequence[str]) -> dict[str, str] | None:
    """The cells by column; None = there are more or fewer. Empty ones at the end that no column has are left out."""
    while len(values) > len(columns) and not values[-1]:
        del values[-1]
    return dict(zip(columns, values, strict=True)) if len(values) == len(columns) else None
