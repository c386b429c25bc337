"""The report of a day of the bank's log: its waits and ours side by side, as text and as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from deploy.simulation.comparison import Figures, Pair
from deploy.simulation.replayed import Latency, Replayed

ROWS: Final[tuple[tuple[str, str], ...]] = (
    ("asked", "asked for an agent"),
    ("answered", "answered"),
    ("hung_up", "hung up waiting"),
    ("mean_wait_s", "mean wait of the answered, s"),
    ("median_wait_s", "median of the same, s"),
    ("within_20_s", "answered within 20 s, % of asked"),
    ("within_60_s", "answered within 60 s, % of asked"),
    ("longest_s", "longest wait, s"),
)
GROUPS: Final = ("answered", "hung_up", "mean_wait_s", "within_20_s", "longest_s")
SHORT: Final = dict(zip(GROUPS, ("answered", "hung up", "mean wait", "in 20 s", "longest"), strict=True))

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def page(day: Replayed) -> str:
    """The whole report as Markdown."""
    lines = [f"# {day.date} at {day.speed:g} times its speed", "", *facts(day), ""]
    for title, table in tables(day):
        lines += [f"## {title}", "", *_markdown(table), ""]
    lines += ["## What the speed distorts", "", *(f"- {one}" for one in distortions(day)), ""]
    lines += ["## Odd lines of the log", "", *(f"- {name}: {count}" for name, count in day.quirks.items()), ""]
    return "\n".join(lines)


def text_of(day: Replayed) -> str:
    """The same for a terminal."""
    lines = ["", f"{day.date} at {day.speed:g} times its speed", *facts(day)]
    for title, table in tables(day):
        lines += ["", title, *_columns(table)]
    lines += ["", "what the speed distorts:", *(f"  - {one}" for one in distortions(day))]
    lines += ["", "odd lines of the log:", *(f"  {name}: {count}" for name, count in day.quirks.items())]
    return "\n".join(lines)


def facts(day: Replayed) -> list[str]:
    """What was run, and how it ended."""
    ends = day.ends
    ran = f"{day.calls} calls of that day in {day.lines} lines; {day.asked} asked for an agent in what was run"
    other = f"twice: {ends.ended_twice}; never: {ends.never_ended}; told in two ways: {ends.at_odds}"
    return [
        f"{ran}; {day.agents} agents.",
        f"Ended once: {ends.ended_once} of {ends.asked}; {other}; not taken by the product: {ends.refused}.",
    ]


def tables(day: Replayed) -> Iterator[tuple[str, Table]]:
    """Each with its title."""
    yield "Waits beside the bank's", _whole(day.comparison.whole)
    yield "By type", _groups("type", day.comparison.by_type)
    yield "By hour", _groups("hour", day.comparison.by_hour)
    yield "By priority", _groups("priority", day.comparison.by_priority)


def distortions(day: Replayed) -> Iterator[str]:
    """What is known to differ from the bank's day."""
    yield f"calls were begun {_late(day.lateness)} later than due"
    yield f"the answer 202 came {_late(day.answer_202)} after a call was due"
    yield (
        f"an agent's screen took {_late(day.taking)} from an offer to the call: the bank's agents took calls at once,"
        " ours through two sockets, and all of it counts as waiting"
    )
    yield "agents are there from their first to their last call of the day, without the pauses that the bank's had"
    yield "priority is known only of calls that queued, so that the bank's calls of priority 0 hardly waited"
    yield "work after a call is not in the log, and nobody does any here"
    yield (
        "who was answered is ready to wait as long as then and longer (Kaplan and Meier, from this day's calls); who hung"
        " up there and is answered here talks as long as another call of that type"
    )
    if day.silence_s:
        yield f"{day.silence_s / 3600:.1f} hours in which nobody called were left out"
    for path, length in day.kept.items():
        yield f"{path} is {length} of real time: a socket needs that much"


def _late(latency: Latency) -> str:
    if latency.p50_ms is None:
        return "an unknown time"
    return f"{latency.p50_ms:g} ms (median) to {latency.p99_ms:g} ms (p99, {latency.p99_scaled_s:g} s of the bank's)"


def _whole(pair: Pair) -> Table:
    rows: list[tuple[str, ...]] = [(name, _said(pair.bank, field), _said(pair.ours, field)) for field, name in ROWS]
    return ("", "the bank", "here"), rows


def _groups(name: str, pairs: Mapping[str, Pair]) -> Table:
    head = (name, "asked", *(f"{SHORT[field]} {side}" for field in GROUPS for side in ("bank", "here")))
    rows = [
        (
            group,
            str(pair.bank.asked),
            *(_said(side, field) for field in GROUPS for side in (pair.bank, pair.ours)),
        )
        for group, pair in pairs.items()
    ]
    return head, rows


def _said(figures: Figures, field: str) -> str:
    value = getattr(figures, field)
    return "-" if value is None else f"{value:g}"


def _markdown(table: Table) -> Iterator[str]:
    head, rows = table
    yield _line(head)
    yield _line("---" for _ in head)
    yield from map(_line, rows)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _columns(table: Table) -> Iterator[str]:
    head, rows = table
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        first, *rest = (
            cell.ljust(width) if not index else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  " + "  ".join((first, *rest))
