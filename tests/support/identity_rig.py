"""Identity's stage on a broker in memory, driven step by step, so that it can be crashed between any two of them.

`Routing` stands for the engine: it drops what is not above a source's mark and takes an interaction once.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import cast

import msgspec
import structlog

from runtime.clock import ManualClock
from runtime.dead_letters import DeadLetter
from runtime.log import Logger
from runtime.memory import MemoryBroker, records_of
from runtime.metrics import Metrics
from runtime.records import Output, Record, TopicPartition
from schemas.codec import decode, encode
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.inputs import InteractionIdentified, InteractionUpdated
from schemas.interactions import InteractionEvent, Source
from schemas.topics import CUSTOMERS, INTERACTIONS, ROUTING_INPUTS
from streams.identity.gate import Gate
from streams.identity.stage import IdentityStage, Surroundings
from streams.identity.store import IdentityStore
from tests.support.identity_builders import REGION

WHERE = TopicPartition(INTERACTIONS.name, 0)
LIMIT_MS = 5


class Crash(Exception):
    """Planted: the process ends here."""


class At(enum.Enum):
    """Where it ends, in the way of a batch or of a late chunk."""

    READ = enum.auto()
    APPLIED = enum.auto()
    PARTLY_SENT = enum.auto()
    SENT = enum.auto()
    COMMITTED = enum.auto()


class RigSender:
    """The stage's own door to the broker; `crash_at` is taken once."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self.crash_at: At | None = None

    async def send(self, outputs: Sequence[Output]) -> None:
        planted, self.crash_at = self.crash_at, None
        if planted is At.APPLIED:
            raise Crash
        kept = outputs[: len(outputs) // 2] if planted is At.PARTLY_SENT else outputs
        for output in kept:
            self._broker.append(output, self._broker.clock.now_ms())
        if planted is not None:
            raise Crash


class Rig:
    """One partition of identity; `committed` and the broker outlive a crash, the stage does not."""

    def __init__(self, store: IdentityStore, partitions: int = 1) -> None:
        topics = {topic.name: partitions for topic in (INTERACTIONS, ROUTING_INPUTS, CUSTOMERS)}
        self.broker = MemoryBroker(topics, ManualClock())
        self.store = store
        self.metrics = Metrics()
        self.committed: int | None = None
        self.dead: list[DeadLetter] = []
        self._posted = 0

    def post(self, *events: InteractionEvent, traceparent: str | None = None) -> None:
        """What adapters say."""
        for event in events:
            self._posted += 1
            headers = to_headers(
                Envelope(id=f"e{self._posted}", source="test", type=wire_type(event), traceparent=traceparent)
            )
            self.append(Output(INTERACTIONS.name, event.workspace.encode(), encode(event), headers))

    def append(self, output: Output) -> None:
        self.broker.append(output, self.broker.clock.now_ms())

    async def start(self, *, database: bool = True) -> None:
        """A new process; with `database` it finds that the store answers, if it does."""
        gauge, log = self.metrics.database_up, cast(Logger, structlog.wrap_logger(structlog.ReturnLogger()))
        self.gate = Gate(LIMIT_MS, log, gauge)
        if database:
            await self.gate.try_open(self.store)
        around = Surroundings(self.store, self.gate, self.broker.reader(), REGION, lambda parent: parent, self.metrics)
        self.sender = RigSender(self.broker)
        self.stage = IdentityStage(WHERE, self.sender, around)
        self.position = await self.stage.open(self.committed, self.broker.log_range(WHERE))

    async def step(self, crash: At | None = None, max_batch: int = 500) -> bool:
        """One batch, as the worker takes it; False when there was none."""
        batch = self.broker.read(WHERE, self.position, max_batch)
        if not batch:
            return False
        if crash is At.READ:
            raise Crash
        handled = await self.stage.handle(batch)
        self.dead.extend(handled.dead)
        if crash is not At.COMMITTED:
            self.sender.crash_at = crash
        await self.sender.send(handled.outputs)
        self.position = batch[-1].offset + 1
        await self.stage.sent(self.position)
        self.committed = self.position
        if crash is At.COMMITTED:
            raise Crash
        return True

    async def idle(self, crash: At | None = None) -> None:
        """What happens between batches: the gate's keeper looks, the stage has its `idle`."""
        if not self.gate.is_open:
            await self.gate.try_open(self.store)
        self.sender.crash_at = crash
        await self.stage.idle()
        self.sender.crash_at = None

    async def settle_down(self) -> None:
        """Works until nothing is left, the late pass and the mark included."""
        for _ in range(200):
            worked = await self.step()
            before = await self.store.mark_of(0)
            await self.idle()
            if not worked and before == await self.store.mark_of(0) == self.position:
                return
        raise AssertionError("never settles down")

    @property
    def routing(self) -> Routing:
        return Routing(records_of(self.broker, ROUTING_INPUTS.name))

    def customer(self, interaction_id: str) -> str | None:
        """The customer that routing knows of, for an interaction that it has."""
        return self.routing.interactions[interaction_id].customer_id

    @property
    def customer_events(self) -> list[Record]:
        return list(records_of(self.broker, CUSTOMERS.name))


class Routing:
    """What the engine has made of its log."""

    def __init__(self, log: Sequence[Record]) -> None:
        self.interactions: dict[str, InteractionIdentified] = {}
        self.accepted: list[InteractionEvent] = []
        self.dropped: list[InteractionEvent] = []
        self._marks: dict[tuple[str, int], tuple[int, int]] = {}
        for record in log:
            assert record.value is not None
            event = decode(ROUTING_INPUTS, record.value)
            self._take(event)

    def _take(self, event: InteractionEvent) -> None:
        source = event.source
        assert isinstance(source, Source)
        mark = (source.offset, source.index)
        if mark <= self._marks.get((source.name, source.partition), (-1, -1)):
            self.dropped.append(event)
            return
        self._marks[source.name, source.partition] = mark
        if isinstance(event, InteractionIdentified) and event.interaction_id in self.interactions:
            self.dropped.append(event)
            return
        self.accepted.append(event)
        if isinstance(event, InteractionIdentified):
            self.interactions[event.interaction_id] = event
        elif isinstance(event, InteractionUpdated) and event.interaction_id in self.interactions:
            self._update(event)

    def _update(self, event: InteractionUpdated) -> None:
        told = {
            name: value
            for name, value in msgspec.structs.asdict(event).items()
            if value is not None and name not in ("workspace", "interaction_id", "source")
        }
        before = self.interactions[event.interaction_id]
        self.interactions[event.interaction_id] = msgspec.structs.replace(before, **told)
