"""The owner of one partition of the routing log: reads inputs, lets the engines decide, sends the decisions.

The log alone decides: position comes from snapshots, what was said from the decisions, never from the group. Ticks,
upgrades and snapshots are made between batches, when everything decided is acknowledged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog

from runtime.broker import Broker, Reader
from runtime.clock import Clock
from runtime.dead_letters import DeadLetter
from runtime.process import Context
from runtime.records import Output, Record, TopicPartition, header
from runtime.settings import Routing as RoutingPolicy
from runtime.stage import Handled, LogRange, Sender
from runtime.standby import WorkLock, turn
from runtime.worker import run_worker, worker_policy
from schemas import codec
from schemas.decisions import Decision
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.inputs import EngineUpgraded, RoutingInput, TimeAdvanced
from schemas.topics import ROUTING_INPUTS
from streams.routing.engine import Engine
from streams.routing.hosted import EngineFactory, Hosted, Spoiled
from streams.routing.position import Emitted, Start
from streams.routing.prepared import Prepared
from streams.routing.records import SOURCE, records_of
from streams.routing.recovery import Recovery
from streams.routing.rules import ENGINE_VERSION
from streams.routing.saving import Saving
from streams.routing.standing_by import StandingBy

_TURN: Final = 200
"""After so many inputs and decisions the rest of the process has a turn: a broker that hears no heartbeat gives the
partitions away, and one agent who leaves may bring hundreds of decisions.
"""
_SAID_AT_ONCE: Final = 2_000
"""After so many decisions the rest of a batch waits until they are sent: what came first is not held back by what many
agents who leave at once bring.
"""

_log = structlog.get_logger(__name__)


class RoutingStage:
    """One partition; a `runtime.stage.PartitionStage`."""

    def __init__(
        self,
        partition: TopicPartition,
        sender: Sender,
        reader: Reader,
        clock: Clock,
        policy: RoutingPolicy,
        factory: EngineFactory = Engine,
        prepared: Prepared | None = None,
    ) -> None:
        self._partition = partition.partition
        self._sender = sender
        self._recovery = Recovery(reader, partition.partition, factory, prepared)
        self._clock = clock
        self._policy = policy
        self._factory = factory
        self._workspaces: dict[str, Hosted] = {}
        self._saving = Saving(partition.partition, policy)
        self._first_offset = 0
        self._next_offset = 0
        self._end_at_open = 0
        self._lag_ms = 0
        self._quiet = True

    async def open(self, committed: int | None, log: LogRange) -> int:
        """See `runtime.stage`: newest good snapshots, then silent replay from there through `handle`."""
        del committed  # snapshots say where to go on, and the decisions what was said
        plan = await self._recovery.plan(log)
        for start in plan.starts.values():
            self._workspaces[start.workspace] = Hosted(start, self._policy.tick_ms, self._factory)
        self._first_offset = log.first
        self._next_offset = plan.offset
        self._end_at_open = log.end
        self._lag_ms = 0
        self._quiet = plan.offset >= log.end
        self._saving.begin(self._clock.monotonic())
        if log.end:
            _log.info(
                "routing.opened", partition=self._partition, offset=plan.offset, end=log.end, count=len(plan.starts)
            )
        return plan.offset

    async def handle(self, batch: Sequence[Record]) -> Handled:
        """See `runtime.stage`."""
        self._lag_ms = max(0, self._clock.now_ms() - batch[0].timestamp_ms)
        self._quiet = False
        outputs: list[Output] = []
        dead: list[DeadLetter] = []
        work = taken = 0
        for record in batch:
            if len(outputs) >= _SAID_AT_ONCE:
                break
            taken += 1
            if work >= _TURN:
                await self._clock.sleep(0)
                work = 0
            work += 1
            try:
                event = codec.decode(ROUTING_INPUTS, record.value or b"", _version(record))
            except codec.Undecodable as error:
                dead.append(DeadLetter(record, str(error)))
                continue
            hosted = self._hosted(event.workspace, record.offset)
            for decisions in await self._decide(hosted, record, event):
                work += len(decisions)
                outputs += records_of(decisions, record, self._partition)
        self._next_offset = batch[taken - 1].offset + 1
        self._saving.count(taken)
        return Handled(outputs, dead, taken)

    async def sent(self, next_offset: int) -> None:
        """See `runtime.stage`."""

    async def idle(self) -> None:
        """Newer rules for workspaces that lack them; ticks for those whose timers want one; a snapshot when enough has
        come or enough time has passed.
        """
        await self._upgrade()
        lag_ms = 0 if self._quiet else self._lag_ms
        self._quiet = True
        now_ms = self._clock.now_ms()
        ticks = [hosted for hosted in self._workspaces.values() if self._wants_tick(hosted, now_ms, lag_ms)]
        for hosted in ticks:
            hosted.schedule.sent(now_ms)
        if ticks:
            await self._sender.send([self._input(TimeAdvanced(workspace=it.workspace), "tick") for it in ticks])
        if self._saving.due(self._clock.monotonic()):
            await self._save()

    async def close(self) -> None:
        """See `runtime.stage`."""
        self._workspaces.clear()

    def _hosted(self, workspace: str, offset: int) -> Hosted:
        hosted = self._workspaces.get(workspace)
        if hosted is None:
            start = Start(workspace, offset, offset, None, Emitted(), None, None)
            hosted = self._workspaces[workspace] = Hosted(start, self._policy.tick_ms, self._factory)
        return hosted

    async def _decide(self, hosted: Hosted, record: Record, event: Any) -> list[tuple[Decision, ...]]:
        try:
            return await self._take(hosted, record, event)
        except Spoiled as spoiled:
            _log.error("workspace.stopped", workspace=hosted.workspace, reason=str(spoiled))
            hosted.note(spoiled.stop)
        while True:
            try:
                return await self._rebuild(hosted, record)
            except Spoiled as spoiled:
                hosted.note(spoiled.stop)

    async def _take(self, hosted: Hosted, record: Record, event: Any) -> list[tuple[Decision, ...]]:
        said = [hosted.take(record.offset, record.timestamp_ms, event)]
        if hosted.reread is not None:
            kept, hosted.reread = hosted.reread, None
            async for earlier, input_ in self._inputs(hosted.workspace, kept.start, kept.stop):
                said.append(hosted.take_kept(earlier.offset, earlier.timestamp_ms, input_))
        return said

    async def _rebuild(self, hosted: Hosted, through: Record) -> list[tuple[Decision, ...]]:
        """The state up to and with `through`, from a snapshot and the log; returns what was not said yet."""
        log = LogRange(self._first_offset, through.offset + 1)
        plan = await self._recovery.plan(log, hosted.workspace)
        begin = Start(hosted.workspace, hosted.first_offset, hosted.first_offset, None, Emitted(), None, None)
        hosted.rewind(plan.starts.get(hosted.workspace, begin))
        said: list[tuple[Decision, ...]] = []
        async for record, event in self._inputs(hosted.workspace, hosted.next_offset, through.offset + 1):
            said.extend(await self._take(hosted, record, event))
        return said

    async def _inputs(self, workspace: str, first: int, end: int) -> AsyncIterator[tuple[Record, Any]]:
        async for record in self._recovery.inputs(first, end):
            try:
                event = codec.decode(ROUTING_INPUTS, record.value or b"", _version(record))
            except codec.Undecodable:
                continue
            if event.workspace == workspace:
                yield record, event

    def _wants_tick(self, hosted: Hosted, now_ms: int, lag_ms: int) -> bool:
        if hosted.stopped_at is not None or not hosted.caught_up:
            return False
        return hosted.schedule.wanted(now_ms, hosted.engine.next_due_ms(), lag_ms)

    async def _upgrade(self) -> None:
        """A log under older rules goes on under those of this program, from behind what it held at the start: an
        upgrade that is on its way is not sent again. Of two owners that both send it, the first counts.
        """
        if not self._policy.upgrade or self._next_offset < self._end_at_open:
            return
        behind = [it for it in self._workspaces.values() if it.upgradable_to(ENGINE_VERSION)]
        for hosted in behind:
            hosted.upgrading_to = ENGINE_VERSION
            _log.info(
                "routing.upgraded",
                workspace=hosted.workspace,
                from_version=hosted.engine.engine_version,
                to_version=ENGINE_VERSION,
            )
        if behind:
            upgrades = [EngineUpgraded(workspace=it.workspace, version=ENGINE_VERSION) for it in behind]
            await self._sender.send([self._input(one, "upgrade") for one in upgrades])

    def _input(self, event: RoutingInput, name: str) -> Output:
        envelope = Envelope(id=f"{event.workspace}/{name}", source=SOURCE, type=wire_type(event))
        value, headers = codec.encode(event), to_headers(envelope)
        return Output(ROUTING_INPUTS.name, event.workspace.encode(), value, headers, partition=self._partition)

    async def _save(self) -> None:
        ready = [it for it in self._workspaces.values() if it.caught_up and it.stopped_at is None]
        decisions_end = await self._recovery.decisions_end()
        for hosted in ready:
            if hosted.changed:
                await self._sender.send(self._saving.snapshot(hosted, self._next_offset, decisions_end))
        everyone = list(self._workspaces.values())
        await self._sender.send([self._saving.index(everyone, self._next_offset, decisions_end)])
        self._saving.begin(self._clock.monotonic())


def _version(record: Record) -> int:
    version = header(record.headers, "ce_version")
    return int(version) if version is not None and version.isdigit() else 1


async def main(context: Context, kafka: Broker, factory: EngineFactory = Engine) -> None:
    """The process: its share of the routing log's partitions until `context.stop`, when it is its turn to work."""
    reader = kafka.reader()
    settings = context.settings
    lock = WorkLock(Path(settings.routing.standby_lock)) if settings.routing.standby_lock is not None else None
    prepared = Prepared()

    def stage(partition: TopicPartition, sender: Sender) -> RoutingStage:
        return RoutingStage(partition, sender, reader, context.clock, settings.routing, factory, prepared)

    policy = worker_policy(
        settings.worker,
        group_id="routing",
        topic=ROUTING_INPUTS.name,
        instance=settings.routing.member or context.instance,
        commit=False,
        idle_ms=settings.routing.idle_ms,
    )
    successor = StandingBy(reader, context.clock, prepared, factory)
    turned = partial(turn, context, lock, successor) if lock is not None else None
    try:
        await run_worker(policy, stage, kafka, context.clock, context.metrics, context.stop, context.health, turned)
    finally:
        await reader.stop()
        if lock is not None:
            lock.free()
