"""Benchmark `recovery`: from kill -9 of the routing process to the first correct new decision, with so many waiting.

The process, its supervisor, its broker and its snapshots are the product's. The crowd is put into the log, the process is
left to take it and to save it; then it is killed, and an input is appended at once. Correct: the next number in the same
epoch, caused by that input. Peer: a bare read of the partition of snapshots.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from bench.children import ask
from bench.crowd import WORKSPACE, Wishes, arrival, opening, people
from bench.measures import Repeat, Series
from bench.peers import raw_read
from bench.services import Note, Services, services
from bench.waiting import until
from deploy.local import kafka, plan, postgres, readiness
from deploy.local.layout import Layout
from deploy.local.readiness import Readiness
from runtime.clock import SystemClock
from runtime.events import to_output
from runtime.following import read_all
from runtime.kafka import KafkaConnection
from runtime.partitioner import partition_of
from runtime.records import Record
from runtime.settings import Kafka
from schemas import codec, inputs
from schemas.snapshots import manifest_key
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, ROUTING_SNAPSHOTS, WORKSPACE_PARTITIONS
from streams.routing.position import CAUSE_HEADER

UNIT: Final = "s"
ROUTERS: Final = ("routing", "routing_standby")
"""One works and the other stands by, as `hubline up` starts them."""
PARTITION: Final = partition_of(WORKSPACE.encode(), WORKSPACE_PARTITIONS)
CHUNK: Final = 800
BATCH_BYTES: Final = 1_000_000
FETCH_BYTES: Final = 1_048_576
TAKEN_S: Final = 1_200.0
SAVED_S: Final = 180.0
BACK_S: Final = 120.0
AGENTS: Final = 1_000
TARGETS: Final[dict[int, float]] = {1_000_000: 4.0, 10_000: 0.5}
"""Seconds by how many wait: these bound the time itself, whatever the read of the bytes takes."""


class Effort(msgspec.Struct, frozen=True):
    """How much is measured."""

    repeats: int
    waiting: tuple[int, ...]


FULL: Final = Effort(repeats=5, waiting=(10_000, 1_000_000))
QUICK: Final = Effort(repeats=1, waiting=(10_000,))


def measure(effort: Effort, note: Note) -> list[Series]:
    """Each crowd on a stack of its own."""
    return [_one(waiting, effort.repeats, note) for waiting in effort.waiting]


def _one(waiting: int, repeats: int, note: Note) -> Series:
    with services(note, only=(kafka.NAME, postgres.NAME, *ROUTERS), programs=plan.PROGRAMS) as stack:
        return asyncio.run(_measure(stack, waiting, repeats, note))


async def _measure(stack: Services, waiting: int, repeats: int, note: Note) -> Series:
    log = Log(stack.endpoints.kafka)
    found, raw_bytes = [], 0
    async with log:
        await log.fill(waiting)
        await log.decided(log.inputs - 1, TAKEN_S)
        peer = raw_read.Argument(stack.endpoints.kafka, ROUTING_SNAPSHOTS.name, PARTITION, FETCH_BYTES)

        await _saved(log, stack.endpoints.kafka)
        for number in range(repeats):
            before = await _killed(stack, log)
            raw = await ask("raw_read", peer, raw_read.ReadAll)
            after = await _killed(stack, log)
            raw_bytes = raw.size_bytes
            found.append(Repeat(before, raw.seconds, after))
            note(f"recovery {number + 1}/{repeats}: {before:.2f}, read alone {raw.seconds:.2f}, {after:.2f} {UNIT}")
    limit = TARGETS[waiting]
    seconds = sorted(one.ours for one in found)[len(found) // 2]
    said = (
        f"{waiting:,} waiting, {raw_bytes / 1e6:,.0f} MB of snapshots; limit {limit} s:"
        f" {'met' if seconds < limit else 'missed'}; peer: a bare read of these bytes"
    )
    return Series(f"recovery-{waiting}", UNIT, tuple(found), None, said)


async def _saved(log: Log, bootstrap: str) -> None:
    """Returns when a snapshot holds all that there is now."""
    reader = KafkaConnection(Kafka(bootstrap_servers=bootstrap), SystemClock(), "bench").reader()
    wanted = log.inputs

    async def saved() -> bool:
        await log.append([inputs.TimeAdvanced(workspace=WORKSPACE)])
        records = await read_all(reader, ROUTING_SNAPSHOTS, PARTITION)
        return saved_through(records) >= wanted

    try:
        await until(saved, SAVED_S)
    finally:
        await reader.stop()


def saved_through(snapshots: Iterable[Record]) -> int:
    """The first input that is in no snapshot of these records."""
    manifest = manifest_key(WORKSPACE, 0).rpartition("/")[0].encode()
    found = [
        codec.decode(ROUTING_SNAPSHOTS, it.value or b"") for it in snapshots if (it.key or b"").startswith(manifest)
    ]
    newest: int = max((one.next_offset for one in found), default=0)
    return newest


async def _killed(stack: Services, log: Log) -> float:
    """Kills the process that works; how long until another one has decided something new."""
    await until(lambda: asyncio.to_thread(_stood_by, stack), BACK_S)
    works = _who(stack, Readiness.READY)
    assert works is not None
    began_s = time.perf_counter()
    stack.supervisor.kill(works)
    place, offset = log.place, await log.append([log.arrival()])
    await log.decided(offset, BACK_S)
    if log.place[0] != place[0] or log.first_of(offset) != (place[0], place[1] + 1):
        raise RuntimeError(f"after {place} came {log.first_of(offset)}")
    return time.perf_counter() - began_s


def _stood_by(stack: Services) -> bool:
    return None not in (_who(stack, Readiness.READY), _who(stack, Readiness.STANDBY))


def _who(stack: Services, says: Readiness) -> str | None:
    return readiness.first(Layout(data_dir=stack.folder), ROUTERS, says)


class Log:
    """The workspace's log from outside. `place`: the last decision seen; `inputs`: how many were appended."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=BATCH_BYTES)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
        self._staff = people(AGENTS)
        self._wishes = Wishes(self._staff)
        self._arrived = 0
        self._cause = -1
        self._firsts: dict[int, tuple[int, int]] = {}
        self.place = (0, 0)
        self.inputs = 0

    async def __aenter__(self) -> None:
        await self._producer.start()
        await self._consumer.start()
        self._consumer.assign([TopicPartition(ROUTING_DECISIONS.name, PARTITION)])

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()
        await self._consumer.stop()

    async def fill(self, waiting: int) -> None:
        """The center's configuration, and so many who wait."""
        await self.append(opening(self._staff))
        while self._arrived < waiting:
            await self.append([self.arrival() for _ in range(min(CHUNK, waiting - self._arrived))])

    def arrival(self) -> Any:
        """One more who waits: nobody is at work."""
        self._arrived += 1
        return arrival(self._arrived, self._wishes.next())

    async def append(self, events: list[Any]) -> int:
        """One batch; the offset of the last of them."""
        batch = self._producer.create_batch()
        for number, event in enumerate(events, self.inputs):
            output = to_output(
                event, ROUTING_INPUTS, key=WORKSPACE, event_id=f"e_{number:024x}", source="/bench", subject=WORKSPACE
            )
            if batch.append(key=output.key, value=output.value, timestamp=None, headers=list(output.headers)) is None:
                raise RuntimeError(f"{len(events)} inputs do not fit into one batch")
        batch.close()
        sent = await self._producer.send_batch(batch, ROUTING_INPUTS.name, partition=PARTITION)
        self.inputs += len(events)
        offset: int = (await sent).offset + len(events) - 1
        return offset

    async def decided(self, offset: int, within_s: float) -> None:
        """Returns when a decision was seen whose cause is the input at `offset` or a later one."""
        async with asyncio.timeout(within_s):
            while self._cause < offset:
                for records in (await self._consumer.getmany(timeout_ms=100)).values():
                    for record in records:
                        self._see(dict(record.headers))

    def first_of(self, offset: int) -> tuple[int, int] | None:
        """The first decision that the input at `offset` led to."""
        return self._firsts.get(offset)

    def _see(self, headers: dict[str, bytes]) -> None:
        _, epoch, seq = headers["ce_id"].decode().rsplit("/", 2)
        place = (int(epoch), int(seq))
        if place <= self.place:
            return
        self.place, self._cause = place, int(headers[CAUSE_HEADER])
        self._firsts = {self._cause: self._firsts.get(self._cause, place)}
