"""One partition of identity on the partition worker: the way of every record, and the late pass between batches.

`handle` never waits longer than the gate's limit for the database; `idle` does the late pass in chunks that the database
manages within that same limit, so that routing is never kept waiting longer by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from runtime.broker import Reader
from runtime.metrics import Metrics
from runtime.postgres_session import NoAnswer
from runtime.records import Output, Record, TopicPartition
from runtime.stage import Handled, LogRange, Sender, continue_from
from streams.identity.gate import Gate
from streams.identity.model import Contact, Outcome
from streams.identity.outputs import late_outputs_of, outputs_of
from streams.identity.parse import Hop, Parsed, parse
from streams.identity.positions import Positions
from streams.identity.store import IdentityStore, Mark

LATE_RECORDS_MAX: Final = 1_000
LATE_RECORDS_MIN: Final = 25


class Surroundings(msgspec.Struct, frozen=True):
    """What the stages of a process share; `region` reads phone numbers without a country code, `hop` makes
    this stage's traceparents."""

    store: IdentityStore
    gate: Gate
    reader: Reader
    region: str
    hop: Hop
    metrics: Metrics


class IdentityStage:
    """See `runtime.stage.PartitionStage`, and the package for what a crash leaves behind."""

    def __init__(self, where: TopicPartition, sender: Sender, around: Surroundings) -> None:
        self._where = where
        self._sender = sender
        self._around = around
        self._positions = Positions(0, LogRange(0, 0))
        self._settled = False
        self._quiet = False
        self._late_records = LATE_RECORDS_MAX

    async def open(self, committed: int | None, log: LogRange) -> int:
        """Goes on at the group's position; without one at the stored mark; without either at the log's first record."""
        try:
            mark, known = await self._read_mark(), True
        except NoAnswer:
            mark, known = None, False
        start = continue_from(committed, log, where=self._where, start=mark)
        self._positions = Positions(start, log)
        if known:
            self._positions.learn(mark)
        return start

    async def handle(self, batch: Sequence[Record]) -> Handled:
        """Identifies a batch, or sends it on unidentified."""
        parsed = parse(batch, self._around.region, self._around.hop)
        try:
            outcomes: Sequence[Outcome | None] = await self._settle(parsed.contacts)
            self._settled = True
        except NoAnswer:
            outcomes = [None] * len(parsed.contacts)
            self._settled = False
        self._count(outcomes)
        return Handled(_in_order(parsed, outcomes), parsed.dead)

    async def sent(self, next_offset: int) -> None:
        """See PartitionStage."""
        self._positions.acknowledged(next_offset, settled=self._settled)
        self._quiet = False

    async def idle(self) -> None:
        """One chunk of the late pass, or the mark written down when nothing else goes on."""
        if not self._around.gate.is_open:
            return
        try:
            await self._catch_up()
        except NoAnswer:
            return
        finally:
            self._show_backlog()

    async def close(self) -> None:
        """See PartitionStage: nothing is held that must be given back."""
        self._around.metrics.identity_backlog.remove(str(self._where.partition))

    async def _catch_up(self) -> None:
        positions = self._positions
        if positions.stored is None:
            positions.learn(await self._read_mark())
        chunk = positions.late_range(self._late_records)
        if chunk is not None:
            await self._late(*chunk)
            return
        mark = self._mark() if self._quiet else None
        self._quiet = True
        if mark is not None:
            await self._around.gate.ask(lambda: self._around.store.move_mark(mark))
            positions.written(mark.stored_offset)

    async def _late(self, first: int, end: int) -> None:
        """Stores and tells what went on unidentified, in the log's order, then moves `stored` past it."""
        records: list[Record] = []
        async for batch in self._around.reader.read_range(self._where.topic, self._where.partition, first, end):
            records.extend(batch)
        parsed = parse(records, self._around.region, self._around.hop)
        try:
            outcomes = await self._settle(parsed.contacts)
        except NoAnswer:
            self._late_records = max(LATE_RECORDS_MIN, self._late_records // 2)
            raise
        self._late_records = min(LATE_RECORDS_MAX, self._late_records * 2)
        known = iter(outcomes)
        outputs = [it for said in parsed.said if said.contact is not None for it in late_outputs_of(said, next(known))]
        await self._sender.send(outputs)
        self._positions.late_acknowledged(end)
        self._around.metrics.identity_late.inc(len(outcomes))

    async def _settle(self, contacts: Sequence[Contact]) -> Sequence[Outcome]:
        if not contacts:
            return []
        mark = self._mark()
        outcomes = await self._around.gate.ask(lambda: self._around.store.settle(contacts, mark))
        self._positions.written(mark.stored_offset if mark is not None else None)
        return outcomes

    async def _read_mark(self) -> int | None:
        return await self._around.gate.ask(lambda: self._around.store.mark_of(self._where.partition))

    def _mark(self) -> Mark | None:
        unwritten = self._positions.unwritten
        return None if unwritten is None else Mark(self._where.partition, unwritten)

    def _count(self, outcomes: Sequence[Outcome | None]) -> None:
        for outcome in outcomes:
            self._around.metrics.identity_contacts.labels(_standing(outcome)).inc()

    def _show_backlog(self) -> None:
        self._around.metrics.identity_backlog.labels(str(self._where.partition)).set(self._positions.backlog)


def _in_order(parsed: Parsed, outcomes: Sequence[Outcome | None]) -> list[Output]:
    remaining = iter(outcomes)
    return [
        output
        for said in parsed.said
        for output in outputs_of(said, next(remaining) if said.contact is not None else None)
    ]


def _standing(outcome: Outcome | None) -> str:
    if outcome is None:
        return "unidentified"
    if outcome.duplicate:
        return "duplicate"
    if outcome.customer is None:
        return "anonymous"
    return "new" if outcome.created else "known"
