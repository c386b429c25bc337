"""The supervisor's table as rich draws it: as many columns and rows as the terminal has room for."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from deploy.console import watch_rows
from deploy.console.mirror import Mirror
from deploy.console.watch_cells import NOTHING, Cell, Level
from deploy.console.watch_doing import Floor
from deploy.console.watch_layout import AGENTS, FIGURES, GAP, LONG_TITLES_FROM, Column, fitting, shares
from deploy.console.watch_rows import SECTIONS, Row
from deploy.console.watch_words import WatchWords

STYLES: Final = {
    Level.PLAIN: "",
    Level.FAINT: "dim",
    Level.GOOD: "green",
    Level.WARNING: "yellow",
    Level.BAD: "bold red",
}
HEAD_STYLE: Final = "bold"
TROUBLE_STYLE: Final = "bold red reverse"
OTHER_ROWS: Final = 6
"""Two of the head, the titles, the sum, the legend, and the cursor's."""
AGENT_TITLE_ROWS: Final = 1
"""What the agents' section has above its rows besides what every section has: its columns' titles."""
REST_ROWS: Final = 2
"""Of the columns that are shown below: the title and their names."""
WAITS_OLD_S: Final = 15
"""Expected waits are said again every few seconds."""
MANY_ROWS: Final = 10_000


class Sight(msgspec.Struct, frozen=True):
    """All that a picture needs; `now_ms` by the gateway's clock, as well as this machine can tell."""

    mirror: Mirror
    workspace: str
    now_ms: int
    connected: bool


def picture(sight: Sight, words: WatchWords, width: int, height: int | None = None, *, leave: bool = False) -> Group:
    """The table; without a height, all rows there are. `leave`: says how to leave."""
    floor = Floor(sight.mirror)
    found = [watch_rows.section(floor, one, sight.now_ms, words) for one in SECTIONS]
    agents = watch_rows.agents(floor, sight.now_ms, words)
    rows = MANY_ROWS if height is None else height - OTHER_ROWS - AGENT_TITLE_ROWS - len(_trouble(sight, words))
    queues, *others = found
    shown = shares([len(queues), len(agents), *map(len, others)], rows)
    total = watch_rows.total(floor, sight.workspace, sight.now_ms, words)
    columns, long = _columns(FIGURES, words, width)
    figures = _figures(words, (columns, long), total, found, [shown[0], *shown[2:]])
    below: list[RenderableType] = [_line(words.say("no_agents"), "dim")] if not agents else []
    if shown[1]:
        below = [_agents_head(sight, words, len(agents), shown[1]), _agents(words, width, agents[: shown[1]])]
    left = rows - sum(count + 1 for count in shown if count)
    below += _rest(words, width, columns, [total, *queues], left)
    wanted = ("queue", "agent", *SECTIONS[1:])
    counts = (len(queues), len(agents), *map(len, others))
    hidden = [words.say(key) for key, count, seen in zip(wanted, counts, shown, strict=True) if count and not seen]
    foot = _foot(words, width, hidden, leave)
    return Group(*head(sight, words), figures, *below, foot)


def head(sight: Sight, words: WatchWords) -> list[Text]:
    """Whose floor it is, whether what is shown is live and how old it is, and what is wrong with it."""
    return [*_head(sight, words), *_trouble(sight, words)]


def _head(sight: Sight, words: WatchWords) -> list[Text]:
    mirror = sight.mirror
    first = Text(sight.workspace, style=HEAD_STYLE, no_wrap=True, overflow="ellipsis")
    seconds = _seconds(sight, mirror.heard_ms)
    if not mirror.heard_ms:
        first.append(f"  {words.say('connecting')}", style=TROUBLE_STYLE)
    elif not sight.connected:
        first.append("  ").append(words.say("lost", seconds=seconds), style=TROUBLE_STYLE)
    elif mirror.not_live is not None:
        said = words.say("not_live", reason=words.word(mirror.not_live.reason), seconds=_since(sight))
        first.append("  ").append(said, style=TROUBLE_STYLE)
    else:
        first.append(f"  {words.say('live', seconds=seconds)}", style="green")
    return [first, _figures_age(sight, words)]


def _figures_age(sight: Sight, words: WatchWords) -> Text:
    figures = sight.mirror.figures
    line = Text(no_wrap=True, overflow="ellipsis")
    if figures.head is None:
        return line.append(words.say("figures_none"), style=TROUBLE_STYLE if figures.stale is not None else "dim")
    seconds = _seconds(sight, figures.head.at_ms)
    if figures.stale is not None:
        line.append(words.say("figures_stale", seconds=seconds), style=TROUBLE_STYLE)
    else:
        line.append(words.say("figures", seconds=seconds))
    if figures.waits is not None:
        seconds = _seconds(sight, figures.waits.at_ms)
        old = seconds > WAITS_OLD_S
        line.append("  ").append(
            words.say("waits_stale" if old else "waits", seconds=seconds), style=TROUBLE_STYLE if old else ""
        )
    zone = figures.head.time_zone
    starts = datetime.datetime.fromtimestamp(figures.head.day_starts_ms / 1000, zoneinfo.ZoneInfo(zone))
    return line.append(f"  {words.say('today', time=starts.strftime('%m-%d %H:%M'), zone=zone)}", style="dim")


def _trouble(sight: Sight, words: WatchWords) -> list[Text]:
    stopped = sight.mirror.stopped
    return [] if stopped is None else [_line(words.say("stopped", invariant=stopped.invariant), TROUBLE_STYLE)]


def _figures(
    words: WatchWords,
    drawn: tuple[list[Column], bool],
    total: Row,
    found: Sequence[Sequence[Row]],
    shown: Sequence[int],
) -> Table:
    columns, long = drawn
    table = _table(columns, words, long)
    _add(table, columns, total)
    for dimension, rows, count in zip(SECTIONS, found, shown, strict=True):
        if count:
            title = _title(words, dimension, len(rows), count)
            table.add_row(Text(title, style=HEAD_STYLE, no_wrap=True, overflow="ellipsis"))
        for row in rows[:count]:
            _add(table, columns, row)
    return table


def _rest(
    words: WatchWords, width: int, above: Sequence[Column], rows: Sequence[Row], left: int
) -> Iterator[RenderableType]:
    """The columns that the width has left out, once more by queue, as long as there are lines left for them."""
    seen = {column.key for column in above}
    while left >= len(rows) + REST_ROWS:
        columns, long = _columns([one for one in FIGURES if one.key not in seen - {"name"}], words, width)
        if len(columns) < 2:
            return
        seen |= {column.key for column in columns}
        left -= len(rows) + REST_ROWS
        table = _table(columns, words, long)
        for row in rows:
            _add(table, columns, row)
        yield _line(words.say("rest"), HEAD_STYLE)
        yield table


def _agents_head(sight: Sight, words: WatchWords, count: int, shown: int) -> Text:
    line = Text(_title(words, "agent", count, shown), style=HEAD_STYLE, no_wrap=True, overflow="ellipsis")
    for status in watch_rows.statuses(sight.mirror, words):
        line.append("   ").append(status.text, style=f"not bold {STYLES[status.level]}".strip())
    return line


def _agents(words: WatchWords, width: int, rows: Sequence[Row]) -> Table:
    columns, long = _columns(AGENTS, words, width)
    table = _table(columns, words, long)
    for row in rows:
        _add(table, columns, row)
    return table


def _columns(all_columns: Sequence[Column], words: WatchWords, width: int) -> tuple[list[Column], bool]:
    long = width >= LONG_TITLES_FROM
    titles = [cell_len(words.title(column.key, long=long)) for column in all_columns]
    return fitting(all_columns, titles, width), long


def _table(columns: Sequence[Column], words: WatchWords, long: bool) -> Table:
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="dim underline")
    for column in columns:
        table.add_column(
            words.title(column.key, long=long),
            justify="left" if column.is_text else "right",
            width=column.width,
            no_wrap=True,
            overflow="ellipsis",
        )
    return table


def _add(table: Table, columns: Sequence[Column], row: Row) -> None:
    table.add_row(*(_drawn(row.cells.get(column.key, NOTHING)) for column in columns))


def _drawn(cell: Cell) -> Text:
    return Text(cell.text, style=STYLES[cell.level])


def _title(words: WatchWords, key: str, count: int, shown: int) -> str:
    title = words.say(key)
    return title if shown == count else words.say("shown", title=title, count=count, shown=shown)


def _foot(words: WatchWords, width: int, hidden: Sequence[str], leave: bool) -> Text:
    """The most useful of it first: what there is no room for, then how to leave, then the legend."""
    parts = [words.say("hidden", what=", ".join(hidden))] if hidden else []
    parts += [words.say("leave")] if leave else []
    fits = cell_len("    ".join((*parts, words.say("legend")))) <= width
    return _line("    ".join((*parts, words.say("legend" if fits else "short_legend"))), "dim")


def _line(text: str, style: str) -> Text:
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def _seconds(sight: Sight, at_ms: int) -> int:
    return max(0, sight.now_ms - at_ms) // 1000


def _since(sight: Sight) -> int:
    not_live = sight.mirror.not_live
    return 0 if not_live is None else _seconds(sight, not_live.since_ms)
