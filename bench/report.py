"""How results read: a table for people, a line of JSON for programs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from bench.measures import Result, Sense

HEADINGS: Final = ("name", "unit", "ours", "peer", "ratio", "target", "met", "spread")
_SIGNS: Final = {Sense.AT_LEAST: ">=", Sense.AT_MOST: "<="}


def json_line(result: Result) -> str:
    """One object."""
    return msgspec.json.encode(result).decode()


def table(results: Sequence[Result]) -> list[str]:
    """The lines of the table, its heading first; notes follow it."""
    rows = [HEADINGS, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [*lines, *(f"{result.name}: {result.note}" for result in results if result.note)]


def _row(result: Result) -> tuple[str, ...]:
    return (
        result.name,
        result.unit,
        figure(result.ours),
        figure(result.peer),
        f"{result.ratio:.3f}",
        _target(result),
        {None: "-", True: "yes", False: "no"}[result.met],
        "-" if result.spread is None else f"{result.spread:.1%}",
    )


def _target(result: Result) -> str:
    if result.target is None or result.sense is None:
        return "reported"
    then = "" if result.aim is None else f", then {result.aim:g}"
    return f"{_SIGNS[result.sense]} {result.target:g}{then}"


def figure(value: float) -> str:
    """Three digits or more, no false ones."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
