"""What of the supervisor's table a terminal has room for. Pure.

Columns are taken by importance until the width is used up, and shown in their own order; rows of sections likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

GAP: Final = 1
"""Blanks between columns."""
LONG_TITLES_FROM: Final = 120
NARROWEST_NAME: Final = 6
WIDEST_NAME: Final = 28
FIRST_SHARE: Final = 3
"""Rows that each section gets before any gets more."""


class Column(NamedTuple):
    """`importance` 0 = always there; the higher, the earlier it goes."""

    key: str
    width: int
    importance: int
    is_text: bool = False


FIGURES: Final = (
    Column("name", 13, 0, is_text=True),
    Column("waiting", 4, 0),
    Column("ringing", 4, 8),
    Column("longest", 6, 1),
    Column("arrived", 6, 7),
    Column("expected", 6, 9),
    Column("expected_range", 11, 10, is_text=True),
    Column("active", 4, 11),
    Column("callbacks_waiting", 4, 19),
    Column("scheduled", 5, 20),
    Column("callbacks_owned", 4, 27),
    Column("offered", 5, 3),
    Column("answered", 5, 4),
    Column("abandoned", 5, 4),
    Column("short", 5, 12),
    Column("abandon_rate", 6, 13),
    Column("flowed_out", 5, 14),
    Column("service_level", 6, 2),
    Column("goal", 4, 5),
    Column("asa", 5, 6),
    Column("aht", 5, 6),
    Column("transferred", 5, 17),
    Column("transferred_warm", 4, 25),
    Column("consults", 4, 22),
    Column("consults_answered", 5, 26),
    Column("conferences", 4, 24),
    Column("promised", 4, 23),
    Column("called_back", 5, 21),
    Column("callback_wait", 5, 28),
    Column("callbacks_lost", 4, 29),
    Column("occupancy", 6, 18),
    Column("interval_offered", 5, 15),
    Column("interval_level", 7, 16),
)
AGENTS: Final = (
    Column("agent", 12, 0, is_text=True),
    Column("routing", 14, 1, is_text=True),
    Column("since", 6, 2),
    Column("doing", 26, 3, is_text=True),
    Column("status", 12, 4, is_text=True),
    Column("in_hand", 4, 5),
    Column("handled", 5, 6),
    Column("aht", 6, 7),
    Column("occupancy", 6, 8),
    Column("missed", 4, 9),
    Column("rejected", 4, 10),
    Column("transferred", 5, 13),
    Column("consults", 4, 14),
    Column("consults_answered", 5, 15),
    Column("team", 12, 11, is_text=True),
    Column("site", 14, 12, is_text=True),
)


def fitting(columns: Sequence[Column], titles: Sequence[int], width: int) -> list[Column]:
    """The columns that fit, each as wide as its title needs; what is left over goes to the first one.

    `titles`: how wide each column's title is.
    """
    needed = [column._replace(width=max(column.width, title)) for column, title in zip(columns, titles, strict=True)]
    chosen: set[str] = set()
    used = -GAP
    for column in sorted(needed, key=lambda one: one.importance):
        if used + GAP + column.width > width and column.importance:
            break
        chosen.add(column.key)
        used += GAP + column.width
    first, *others = (column for column in needed if column.key in chosen)
    roomy = max(min(first.width, NARROWEST_NAME), min(first.width + width - used, WIDEST_NAME))
    return [first._replace(width=roomy), *others]


def shares(wanted: Sequence[int], rows: int) -> list[int]:
    """How many rows each section shows, the most important first; each that shows any takes one more for its title.

    The first one shows all it has, as long as the second has its first share too.
    """
    given = [0] * len(wanted)
    left = rows
    kept = sum(min(count, FIRST_SHARE) + 1 for count in wanted[1:2] if count)
    for number, count in enumerate(wanted):
        least = max(FIRST_SHARE, left - 1 - kept) if number == 0 else FIRST_SHARE
        if count and left >= 2:
            given[number] = min(count, least, left - 1)
            left -= given[number] + 1
    for number, count in enumerate(wanted):
        if given[number]:
            more = min(count - given[number], left)
            given[number] += more
            left -= more
    return given
