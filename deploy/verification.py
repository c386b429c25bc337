"""Folds a workspace's live log from its first input, checks what always holds, and compares every decision in the log.

The decisions of the last epoch must be, byte for byte and without a gap, those that the inputs give; the last inputs may
not have been decided yet. Decisions that a router sent twice count once, but must be equal.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import msgspec

from deploy import orphans
from deploy.metrics_recount import NothingTold, Recounted, recount
from deploy.orphans import Orphans
from deploy.routing_log import partition_for, records_of
from runtime.broker import Broker, Reader
from runtime.postgres import connect_pool
from runtime.records import Record, TopicPartition, header
from runtime.settings import Postgres
from schemas import codec
from schemas.decisions import Decision, EpochStarted, WorkspaceStopped
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS
from streams.routing import invariants
from streams.routing.breach import BrokenInvariant
from streams.routing.hosted import Hosted, Spoiled
from streams.routing.position import Emitted, Start

CHECK_SHARE: Final = 200
"""A whole check looks at each piece of work beside each agent: with so many times as many pairs it is made once in as
many inputs.
"""
Progress = Callable[[int], None]


class NothingToVerify(Exception):
    """The log has no input of that workspace."""


class Breach(msgspec.Struct, frozen=True):
    """What does not hold, and the input after which it was seen."""

    invariant: str
    offset: int
    detail: str


class Verified(msgspec.Struct, frozen=True):
    """`undecided`: decisions that follow from the inputs and are not in the log yet. `breach` None = all holds.

    `metrics`: the figures counted again; None = none were told, or they were not asked for. `orphans`: what names an
    agent who is gone; of live work, and of customers where a database was asked.
    """

    workspace: str
    inputs: int
    decisions: int
    undecided: int
    repeated: int
    epoch: int
    seq: int
    fingerprint: str
    tally: dict[str, int]
    stopped_at: int | None = None
    breach: Breach | None = None
    metrics: Recounted | None = None
    orphans: Orphans | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong, with figures and with agents who left neither."""
        orphaned = self.orphans is not None and self.orphans.count > 0
        return self.breach is None and not orphaned and (self.metrics is None or self.metrics.is_equal)


class Logged(msgspec.Struct):
    """The decisions of the log's last epoch by seq, and every stop in order."""

    epoch: int = 0
    values: list[bytes] = []
    repeated: int = 0
    stops: list[WorkspaceStopped] = []
    breach: Breach | None = None

    def add(self, record: Record) -> None:
        """Takes the next record of the decisions log."""
        identity = header(record.headers, "ce_id")
        if identity is None or record.value is None:
            self.note("dense_seq", record.offset, "a decision without an id")
            return
        _, epoch_text, seq_text = identity.decode().rsplit("/", 2)
        epoch, seq = int(epoch_text), int(seq_text)
        if epoch < self.epoch:
            return
        if epoch > self.epoch:
            self.epoch, self.values = epoch, []
        if seq <= len(self.values):
            self.repeated += 1
            if self.values[seq - 1] != record.value:
                self.note("one_decision", record.offset, f"{epoch}/{seq} was sent with two contents")
            return
        if seq != len(self.values) + 1:
            self.note("dense_seq", record.offset, f"{epoch}/{seq} follows {epoch}/{len(self.values)}")
            return
        self.values.append(record.value)
        if header(record.headers, "ce_type") == b"workspace.stopped":
            self.stops.append(codec.decode(ROUTING_DECISIONS, record.value))

    def note(self, invariant: str, offset: int, detail: str) -> None:
        """Keeps the first breach."""
        if self.breach is None:
            self.breach = Breach(invariant, offset, detail)


async def verify(broker: Broker, workspace: str, progress: Progress | None = None) -> Verified:
    """Verifies the log as it is now. Raises NothingToVerify, and what the broker raises."""
    reader = broker.reader()
    try:
        logged = Logged()
        async for record in records_of(reader, ROUTING_DECISIONS, workspace):
            logged.add(record)
        return await _Verification(reader, workspace, logged, progress).run()
    finally:
        await reader.stop()


async def with_figures(verified: Verified, broker: Broker, url: str | None) -> Verified:
    """The same with the workspace's figures counted again; intervals too, where a database is named."""
    try:
        if url is None:
            found = await recount(broker, None, verified.workspace)
        else:
            async with connect_pool(Postgres(url=url)) as pool:
                found = await recount(broker, pool, verified.workspace)
    except NothingTold:
        return verified
    return msgspec.structs.replace(verified, metrics=found)


async def with_customers(verified: Verified, url: str | None) -> Verified:
    """The same with customers looked at too, for agents who are gone; unchanged where no database is named."""
    if url is None or verified.orphans is None:
        return verified
    async with connect_pool(Postgres(url=url)) as pool:
        found = await orphans.with_customers(verified.orphans, pool, verified.workspace)
    return msgspec.structs.replace(verified, orphans=found)


class _Verification:
    def __init__(self, reader: Reader, workspace: str, logged: Logged, progress: Progress | None) -> None:
        self._reader = reader
        self._workspace = workspace
        self._logged = logged
        self._progress = progress
        self._inputs = 0
        self._compared = 0
        self._epoch = 0
        self._version = 0
        self._ever: set[str] = set()
        stops = Emitted(stops=logged.stops)
        self._hosted = Hosted(Start(workspace, 0, 0, None, stops, None, None), tick_ms=1_000)

    async def run(self) -> Verified:
        async for record, event in self._events(None):
            breach = await self._take(record, event)
            if breach is not None:
                return self._verified(breach)
        if self._inputs == 0:
            raise NothingToVerify(f"no input of workspace {self._workspace}")
        return self._verified(self._logged.breach or self._whole_check())

    async def _take(self, record: Record, event: Any) -> Breach | None:
        self._inputs += 1
        if self._progress is not None:
            self._progress(self._inputs)
        hosted = self._hosted
        try:
            self._compare(hosted.take(record.offset, record.timestamp_ms, event))
            if hosted.reread is not None:
                kept, hosted.reread = hosted.reread, None
                async for earlier, again in self._events(kept):
                    self._compare(hosted.take_kept(earlier.offset, earlier.timestamp_ms, again))
        except Spoiled as spoiled:
            return Breach(spoiled.stop.invariant, spoiled.stop.offset, spoiled.stop.detail)
        if self._logged.breach is not None:
            return self._logged.breach
        world = hosted.engine.world
        if world.policy.version != self._version:
            self._version = world.policy.version
            self._ever |= world.policy.configuration.agents.keys()
        due = self._inputs % max(1, len(world.interactions) * len(world.agents) // CHECK_SHARE) == 0
        return self._whole_check() if due else None

    def _compare(self, decisions: tuple[Decision, ...]) -> None:
        for decision in decisions:
            if isinstance(decision, EpochStarted) or decision.epoch != self._epoch:
                self._epoch, self._compared = decision.epoch, 0
            self._compared += 1
            if decision.epoch != self._logged.epoch:
                continue
            known = self._logged.values[decision.seq - 1 : decision.seq]
            if known and known[0] != codec.encode(decision):
                self._logged.note(
                    "same_decisions", decision.cause, f"{decision.epoch}/{decision.seq} differs at replay"
                )

    def _whole_check(self) -> Breach | None:
        engine = self._hosted.engine
        try:
            invariants.check(engine.world)
        except BrokenInvariant as broken:
            return Breach(broken.name, engine.offset, broken.detail)
        return None

    async def _events(self, only: range | None) -> AsyncIterator[tuple[Record, Any]]:
        where = TopicPartition(ROUTING_INPUTS.name, partition_for(self._workspace))
        log = await self._reader.log_range(where)
        first, end = (log.first, log.end) if only is None else (only.start, only.stop)
        async for batch in self._reader.read_range(where.topic, where.partition, first, end):
            for record in batch:
                if record.key != self._workspace.encode():
                    continue
                try:
                    yield record, codec.decode(ROUTING_INPUTS, record.value or b"")
                except codec.Undecodable:
                    continue

    def _verified(self, breach: Breach | None) -> Verified:
        engine = self._hosted.engine
        said = len(self._logged.values) if self._logged.epoch >= self._epoch else 0
        derived = self._compared if self._epoch >= self._logged.epoch else 0
        too_many = said - derived
        if breach is None and too_many > 0:
            breach = Breach("decided_from_inputs", engine.offset, f"{too_many} decisions follow from no input")
        return Verified(
            workspace=self._workspace,
            inputs=self._inputs,
            decisions=len(self._logged.values),
            undecided=max(0, -too_many),
            repeated=self._logged.repeated,
            epoch=engine.epoch,
            seq=engine.seq,
            fingerprint=engine.fingerprint(),
            tally=invariants.tally(engine.world),
            stopped_at=self._hosted.stopped_at,
            breach=breach,
            orphans=orphans.live_orphans(engine.world, frozenset(self._ever)),
        )
