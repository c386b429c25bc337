"""Faust, as the stages that keep tables run on it: raw bytes in and out, at least once, one process's health and end.

An agent takes `batches`. Of a batch, what the agent sends is acknowledged by the broker first, then what it changed in
tables (`runtime.faust_shelf`), then its records are: what is cut short comes again. So a table's value holds the mark of
the last record that is in it, and an agent ignores what is not above. An error of an agent ends the process; Faust itself
would acknowledge the record and go on.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import faust
from aiokafka import AIOKafkaConsumer
from faust.types import AppT, EventT, StreamT, TopicT

from runtime.broker import Displaced
from runtime.errors import LogBroken
from runtime.faust_transport import transport_of
from runtime.kafka import KafkaConnection, KafkaReader
from runtime.process import Context
from runtime.records import Output, Record
from schemas.topics import Topic

MOST_AT_ONCE: Final = 500
FROZEN_SHARE: Final = 0.5
"""A process that stood still for this share of a session's time-out may have been replaced: it must not go on."""
LEAVE_S: Final = 10.0
"""How long Faust may take to commit and leave: less than a process is given to stop."""
_BEAT_S: Final = 0.2
_GATHER_MS: Final = 5
_RAW: Final = "raw"

Body = Callable[[StreamT[bytes]], Coroutine[Any, Any, None]]


class Frozen(Exception):
    """This process stood still for so long that another may have its partitions."""


class Table(Protocol):
    """What an agent keeps between batches; see `runtime.faust_shelf.Shelf`."""

    async def hold(self, partition: int) -> None: ...

    def take_changes(self) -> Sequence[Output]: ...

    def forget(self) -> None: ...


class FaustApp:
    """One Faust application within one of the product's processes; `app` is Faust's own."""

    def __init__(self, context: Context, name: str) -> None:
        self._context = context
        kafka = context.settings.kafka
        self._limit_s = kafka.session_timeout_ms / 1000 * FROZEN_SHARE
        self._failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self._beat_s = context.clock.monotonic()
        folder = Path(context.settings.process.data_path, "faust", context.instance)
        folder.mkdir(parents=True, exist_ok=True)
        self.app: AppT = faust.App(
            name,
            loop=asyncio.get_running_loop(),
            broker=f"kafka://{';'.join(kafka.bootstrap_servers.split(','))}",
            datadir=folder,
            autodiscover=False,
            web_enabled=False,
            store="memory://",
            processing_guarantee="at_least_once",
            consumer_auto_offset_reset="earliest",
            consumer_group_instance_id=context.instance,
            broker_session_timeout=kafka.session_timeout_ms / 1000,
            broker_heartbeat_interval=kafka.heartbeat_interval_ms / 1000,
            broker_commit_interval=1.0,
            stream_recovery_delay=0.0,
            topic_allow_declare=False,
            topic_disable_leader=True,
            worker_redirect_stdouts=False,
        )
        self._consumer: AIOKafkaConsumer | None = None
        self._member = ""
        transport = transport_of(self.app, self._made)
        self.app.transport = transport
        connection = KafkaConnection(kafka, context.clock, context.instance)
        self._producer, self._reader = connection.producer(), connection.reader()
        self._tables: list[Table] = []
        self.app.on_partitions_revoked.connect(self._revoked)

    def add(self, table: Table) -> KafkaReader:
        """Has the table forget its partitions at every rebalance; a reader for its changelog."""
        self._tables.append(table)
        return self._reader

    async def send(self, outputs: Sequence[Output]) -> None:
        """Returns when the broker has acknowledged all. Raises what the broker raised: let it through."""
        self.check_awake()
        await self._producer.send(outputs)

    def topic(self, topic: Topic) -> TopicT:
        """A topic of `schemas.topics` as bytes."""
        return self.app.topic(
            topic.name,
            key_type=bytes,
            value_type=bytes,
            key_serializer=_RAW,
            value_serializer=_RAW,
            allow_empty=True,
        )

    def agent(self, topic: Topic, body: Body) -> None:
        """Has `body` read every record of the topic's partitions held here. It never returns; if it raises, all ends."""

        async def guarded(stream: StreamT[bytes]) -> None:
            try:
                await body(stream)
                raise RuntimeError(f"the agent of {topic.name} has returned")
            except Exception as error:
                self.fail(error)
            await asyncio.Event().wait()  # To return or to raise would acknowledge what was not done.

        functools.update_wrapper(guarded, body, assigned=("__name__", "__qualname__", "__module__"), updated=())
        self.app.agent(self.topic(topic), name=f"{self.app.conf.id}.{topic.name}", concurrency=1)(guarded)

    async def batches(
        self, stream: StreamT[bytes], *, most: int = MOST_AT_ONCE, tables: Sequence[Table] = (), within_ms: int = 0
    ) -> AsyncIterator[list[Record]]:
        """The records in order, as many at once as have come, of several partitions, of which the tables are at hand.
        After the first one of a batch others are waited for up to `within_ms`, as each batch costs a way to the broker.
        When the next batch is asked for, the tables' changes are sent, one table after the other, and the batch is
        acknowledged.

        Raises:
            Frozen: the process stood still for so long that another may be at this work by now.
        """
        manual: Any = stream.noack()  # type: ignore[attr-defined]
        come: asyncio.Queue[EventT[bytes]] = asyncio.Queue(most)
        reading = asyncio.create_task(_read(manual, come))
        reading.add_done_callback(self._reading_ended)
        try:
            while True:
                events = [await come.get()]
                for _ in range(0, within_ms, _GATHER_MS):
                    if come.full():
                        break
                    await self._context.clock.sleep(_GATHER_MS / 1000)
                while len(events) < most and not come.empty():
                    events.append(come.get_nowait())
                self.check_awake()
                records = [to_record(one) for one in events]
                for table in tables:
                    for partition in {record.partition for record in records}:
                        await table.hold(partition)
                yield records
                for table in tables:
                    changes = table.take_changes()
                    if changes:
                        await self.send(changes)
                for one in events:
                    await manual.ack(one)
        finally:
            reading.cancel()

    def _reading_ended(self, reading: asyncio.Task[None]) -> None:
        if not reading.cancelled():
            self.fail(reading.exception() or RuntimeError("a stream has ended"))

    async def _revoked(self, *_: Any, **__: Any) -> None:
        """Faust calls this when all that was taken is acknowledged."""
        for table in self._tables:
            table.forget()

    def check_awake(self) -> None:
        """Raises Frozen after a standstill of a member; to be asked before anything is written. Who was never a member, as on
        a busy machine's slow start, holds nothing that another may have by now. Once `run` is to end, raises why: the beat
        that found it out counts as no awakening.
        """
        if self._failed.done():
            raise self._failed.result()
        still_s = self._context.clock.monotonic() - self._beat_s
        if still_s > self._limit_s and self._member_now():
            raise Frozen(f"stood still for {still_s:.1f} s")

    def fail(self, error: BaseException) -> None:
        """Ends `run` with that error; of several the first counts."""
        if not self._failed.done():
            self._failed.set_result(error)

    async def run(self) -> None:
        """Reads until `context.stop`, then commits and leaves. Ready as a member of its group.

        Raises what an agent, a send or Faust itself raised; what was not acknowledged is read again by whoever is next.
        """
        self._context.health.add_ready("stream", self._problem)
        await self._producer.start()
        self._beat_s = self._context.clock.monotonic()
        beating = asyncio.create_task(self._beat())
        crashed = asyncio.create_task(self._until_crashed())
        stopped = asyncio.create_task(self._context.stop.wait())
        starting = asyncio.create_task(self.app.start())
        try:
            waits: set[asyncio.Future[Any]] = {stopped, self._failed, crashed}
            await asyncio.wait({*waits, starting}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done():
                raise self._failed.result()
            if crashed.done():
                raise crashed.result()
            await self._leave()
        finally:
            for task in (beating, crashed, stopped, starting):
                task.cancel()
            await self._producer.stop()
            await self._reader.stop()

    async def _leave(self) -> None:
        """Faust commits and leaves; it may wait for ever where a stop comes in the middle of a start or a rebalance. What is
        not committed is read again and changes nothing.
        """
        leaving = asyncio.ensure_future(self.app.stop())
        done, _ = await asyncio.wait({leaving}, timeout=LEAVE_S)
        if done:
            leaving.result()
        else:
            leaving.cancel()
            self._context.log.warning("faust.not_left", after_s=LEAVE_S)

    async def _beat(self) -> None:
        while True:
            try:
                self.check_awake()
                self._check_member()
            except Exception as error:  # Whatever it is: without a beat every later batch would look like a standstill.
                self.fail(error)
            self._beat_s = self._context.clock.monotonic()
            await self._context.clock.sleep(_BEAT_S)

    def _made(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    def _check_member(self) -> None:
        """A member that is replaced gets another id, which aiokafka says nowhere else, and would try for ever."""
        member = self._member_now()
        if self._member not in ("", member):
            raise Displaced(f"{self.app.conf.id} has gone on without {self._context.instance}")
        self._member = member

    def _member_now(self) -> str:
        """The id that the group knows us by; "" before we are in it: a consumer that is made has no coordinator yet."""
        coordinator = None if self._consumer is None else self._consumer._coordinator  # noqa: SLF001
        return "" if coordinator is None else coordinator.member_id

    async def _until_crashed(self) -> BaseException:
        while not self.app.crashed:
            await self._context.clock.sleep(_BEAT_S)
        return self.app.crash_reason or LogBroken("the stream has crashed")

    def held(self, topic: Topic) -> tuple[int, ...]:
        """The topic's partitions that are held here; none until all tables are recovered."""
        if self._problem() is not None:
            return ()
        return tuple(sorted(one.partition for one in self.app.consumer.assignment() if one.topic == topic.name))

    def _problem(self) -> str | None:
        """Faust calls itself started, and not rebalancing, from the first moment of its start on: before its producer has
        reached the broker, and before there is a consumer to be asked.
        """
        if not self.app.started or self.app.rebalancing or not self._member_now():
            return "joining the group"
        return None


async def _read(stream: Any, come: asyncio.Queue[EventT[bytes]]) -> None:
    async for event in stream.events():
        await come.put(event)


def to_record(event: EventT[bytes]) -> Record:
    """Faust's event as the rest of the product knows records."""
    message = event.message
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp_ms=round((message.timestamp or 0) * 1000),
        key=message.key,
        value=message.value,
        headers=tuple(dict(message.headers).items() if isinstance(message.headers, Mapping) else message.headers or ()),
    )
