"""Counts a workspace's figures again, from the first decision in the log, and compares them with what was told and kept.

Equal, not alike: each of the newest live messages at the very decision and moment that it names, and every row of
`metric_intervals` at its own. Closed intervals must have their rows. What the writer has not stored yet is waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from consumers.metrics_writer.rows import COLUMNS, COUNTS
from deploy.routing_log import records_of
from runtime.broker import Broker, Reader
from runtime.postgres import Pool
from schemas import codec
from schemas.decisions import Decision
from schemas.metrics import INTERVAL_MS, Counts, Dimension, LiveGroup, MetricsMeasured
from schemas.topics import METRICS_LIVE, ROUTING_DECISIONS
from streams.metrics.fold import KEEP_MS, Gap, fold
from streams.metrics.kept import Group, Place
from streams.metrics.measure import interval_counts, interval_groups, measure
from streams.metrics.spans import interval_of
from streams.metrics.state import State

NEWEST_MESSAGES: Final = 200
MOST_PROBLEMS: Final = 20
RETRY_S: Final = 0.5
SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM metric_intervals WHERE workspace = $1"  # noqa: S608 - Own names.

Row = Mapping[str, Any]
Cell = tuple[Group, int]


class Recounted(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared, up to which decision. `problems`: each in words, the first difference first; none = equal.

    `rows` None = no database was given, and only live figures were compared.
    """

    workspace: str
    epoch: int
    seq: int
    at_ms: int
    live_messages: int
    live_groups: int
    rows: int | None
    problems: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        return not self.problems


class NothingTold(Exception):
    """No live figures of the workspace are in the log: the metrics stage has not run in the last day."""


async def recount(
    broker: Broker, pool: Pool | None, workspace: str, *, patience_s: float = 20.0, newest: int = NEWEST_MESSAGES
) -> Recounted:
    """Counts again up to the newest live figures, and compares the `newest` live messages and (with `pool`) all rows.

    While rows are missing or older than what was told, they are read again for at most `patience_s`.

    Raises:
        NothingTold: there are no live figures to compare with.
    """
    reader = broker.reader()
    try:
        told = await _told(reader, workspace, newest)
        deadline = asyncio.get_running_loop().time() + patience_s
        while True:
            rows = None if pool is None else await _rows(pool, workspace)
            counting = _Recount(workspace, told, rows)
            async for decision in _decisions(reader, workspace):
                if not counting.take(decision):
                    break
            found = counting.result()
            if found.is_equal or not counting.may_be_late or asyncio.get_running_loop().time() > deadline:
                return found
            await asyncio.sleep(RETRY_S)
    finally:
        await reader.stop()


async def _told(reader: Reader, workspace: str, newest: int) -> Sequence[MetricsMeasured]:
    found: list[MetricsMeasured] = []
    async for record in records_of(reader, METRICS_LIVE, workspace):
        found.append(codec.decode(METRICS_LIVE, record.value or b""))
        if len(found) > 2 * newest:
            del found[:newest]
    if not found:
        raise NothingTold(f"no figures of {workspace} were told in the last day")
    return sorted(found[-newest:], key=lambda one: (one.epoch, one.seq, one.at_ms, one.part))


async def _rows(pool: Pool, workspace: str) -> list[Row]:
    async with pool.acquire() as connection:
        return [dict(row) for row in await connection.fetch(SELECT, workspace)]


async def _decisions(reader: Reader, workspace: str) -> AsyncIterator[Decision]:
    async for record in records_of(reader, ROUTING_DECISIONS, workspace):
        try:
            yield codec.decode(ROUTING_DECISIONS, record.value or b"")
        except codec.Undecodable:
            continue


class _Recount:
    """One pass over the decisions, with a stop at each place that a live message or a row names."""

    def __init__(self, workspace: str, told: Sequence[MetricsMeasured], rows: list[Row] | None) -> None:
        self._state = State(workspace)
        self._told = told
        self._rows = rows
        self._last = max(told, key=lambda one: (one.epoch, one.seq, one.at_ms))
        self._due: dict[Place, list[Callable[[], None]]] = {}
        self._problems: list[str] = []
        self._groups = 0
        self.may_be_late = False
        self._plan()

    def take(self, decision: Decision) -> bool:
        """Applies a decision; False when nothing is left to compare."""
        before = self._state.place
        if decision.epoch > before[0]:
            self._overdue((decision.epoch, 0))
        try:
            fold(self._state, decision, keep_ms=None)
        except Gap as gap:
            self._problems.append(str(gap))
            self._due.clear()
            return False
        if self._state.place != before:
            for compare in self._due.pop(self._state.place, ()):
                compare()
        return bool(self._due)

    def result(self) -> Recounted:
        """What was found; to be asked when all decisions were taken."""
        self._overdue((self._last.epoch + 1_000_000, 0))
        last = self._last
        return Recounted(
            workspace=last.workspace,
            epoch=last.epoch,
            seq=last.seq,
            at_ms=last.at_ms,
            live_messages=len(self._told),
            live_groups=self._groups,
            rows=None if self._rows is None else len(self._rows),
            problems=tuple(self._problems[:MOST_PROBLEMS]),
        )

    def _plan(self) -> None:
        wholes: dict[tuple[Place, int], list[MetricsMeasured]] = {}
        for message in self._told:
            place = (message.epoch, message.seq)
            self._at(place, lambda message=message: self._compare_live(message))  # type: ignore[misc]
            if message.whole:
                wholes.setdefault((place, message.at_ms), []).append(message)
        for (place, _), parts in wholes.items():
            if {part.part for part in parts} == set(range(1, parts[0].parts + 1)):
                self._at(place, lambda parts=parts: self._compare_whole(parts))  # type: ignore[misc]
        for row in self._rows or ():
            self._at((row["epoch"], row["seq"]), lambda row=row: self._compare_row(row))  # type: ignore[misc]
        if self._rows is not None:
            self._at((self._last.epoch, self._last.seq), self._compare_closed)

    def _at(self, place: Place, compare: Callable[[], None]) -> None:
        if place[1] == 0:
            compare()
        else:
            self._due.setdefault(place, []).append(compare)

    def _overdue(self, before: Place) -> None:
        for place in sorted(place for place in self._due if place < before):
            del self._due[place]
            self._problems.append(f"figures name decision {place}, which is not in the log")

    def _compare_live(self, message: MetricsMeasured) -> None:
        groups = [(group.dimension, group.id) for group in message.groups]
        self._groups += len(groups)
        for told, counted in zip(
            sorted(message.groups, key=lambda group: (group.dimension, group.id)),
            measure(self._state, message.at_ms, groups),
            strict=True,
        ):
            if told != counted:
                name = f"{told.dimension} {told.id}, live at {message.epoch}/{message.seq}"
                self._problems.append(f"{name}: {_difference(told, counted)}")

    def _compare_whole(self, parts: Sequence[MetricsMeasured]) -> None:
        told = {(group.dimension, group.id) for part in parts for group in part.groups}
        counted = {(group.dimension, group.id) for group in measure(self._state, parts[0].at_ms)}
        for group in sorted(told ^ counted):
            what = "told, but not counted" if group in told else "counted, but not told"
            self._problems.append(f"{group[0]} {group[1]}, live at {parts[0].epoch}/{parts[0].seq}: {what}")

    def _compare_row(self, row: Row) -> None:
        group: Group = (Dimension(row["dimension"]), row["id"])
        counted = interval_counts(self._state, group, row["starts_ms"], row["to_ms"])
        cell = self._state.cell(group, row["starts_ms"])
        found = _difference(counts_of(row), counted)
        if found is None and row["within_ms"] != (None if cell is None else cell.within_ms):
            found = f"within_ms is {row['within_ms']}"
        if found is not None:
            self._problems.append(f"{_name(group, row['starts_ms'])} at {row['epoch']}/{row['seq']}: {found}")

    def _compare_closed(self) -> None:
        """Every interval that was closed when the last live figures were told must have its final row."""
        rows = {((Dimension(row["dimension"]), row["id"]), row["starts_ms"]): row for row in self._rows or ()}
        present_ms = interval_of(self._last.at_ms)
        first_ms = min((starts_ms for cells in self._state.cells.values() for starts_ms in cells), default=present_ms)
        for starts_ms in range(max(first_ms, interval_of(self._last.at_ms - KEEP_MS)), present_ms, INTERVAL_MS):
            for group, counted in interval_groups(self._state, starts_ms, present_ms).items():
                self._compare_final(group, starts_ms, counted, rows.get((group, starts_ms)))

    def _compare_final(self, group: Group, starts_ms: int, counted: Counts, row: Row | None) -> None:
        if row is None:
            found: str | None = "has no row"
        elif (row["epoch"], row["seq"]) > (self._last.epoch, self._last.seq):
            return
        else:
            found = _difference(counts_of(row), counted)
        if found is not None:
            self.may_be_late = True
            self._problems.append(f"{_name(group, starts_ms)} is closed: {found}")


def counts_of(row: Row) -> Counts:
    """The counts that a row of `metric_intervals` holds."""
    status_ms = msgspec.json.decode(row["status_ms"])
    return msgspec.convert({**{name: row[name] for name in COUNTS}, "status_ms": status_ms}, Counts)


def _name(group: Group, starts_ms: int) -> str:
    return f"{group[0]} {group[1]}, interval {starts_ms}"


def _difference(kept: Counts | LiveGroup, counted: Counts | LiveGroup) -> str | None:
    """The first field in which they differ, in words."""
    return _first(msgspec.to_builtins(kept), msgspec.to_builtins(counted), "")


def _first(kept: Any, counted: Any, path: str) -> str | None:
    if isinstance(kept, dict) and isinstance(counted, dict):
        for key in (*counted, *kept):
            found = _first(kept.get(key), counted.get(key), f"{path}.{key}" if path else str(key))
            if found is not None:
                return found
        return None
    return None if kept == counted else f"{path} is {kept}, counted again {counted}"
