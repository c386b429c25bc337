"""Who stands by has restored the newest snapshots before its turn comes, and goes on from them as any other would."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any

import pytest

from runtime.clock import ManualClock, SystemClock
from runtime.events import to_output
from runtime.memory import MemoryBroker
from runtime.pump import OrderedSender
from runtime.records import Record, TopicPartition
from runtime.settings import Routing
from schemas.inputs import InteractionIdentified
from schemas.snapshots import SnapshotManifest
from schemas.topics import ROUTING_INPUTS, TOPICS
from streams.routing.engine import Engine
from streams.routing.prepared import Prepared
from streams.routing.standing_by import StandingBy
from streams.routing.worker import RoutingStage
from tests.support.routing_inputs import a_configuration
from tests.support.waiting import eventually

WS = "bookcity"
WHERE = TopicPartition(ROUTING_INPUTS.name, 0)


class Counting(Engine):
    """An engine that counts how often one is restored."""

    restored = 0

    @classmethod
    def restore(cls, chunks: Iterable[bytes], breach_at: frozenset[int] = frozenset()) -> Engine:
        cls.restored += 1
        return super().restore(chunks, breach_at)


@pytest.fixture(autouse=True)
def none_restored() -> None:
    Counting.restored = 0


class Center:
    """One partition of the log, in memory, and its owners."""

    def __init__(self) -> None:
        self.broker = MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock())
        self._contacts = 0

    async def owner(self, prepared: Prepared | None = None) -> RoutingStage:
        """A stage that was opened."""
        sender = OrderedSender(self.broker.producer(), 10_000)
        policy = Routing(snapshot_every_records=1, upgrade=False)
        stage = RoutingStage(WHERE, sender, self.broker.reader(), SystemClock(), policy, Counting, prepared)
        await stage.open(None, self.broker.log_range(WHERE))
        return stage

    def append(self, event: Any) -> Record:
        output = to_output(event, ROUTING_INPUTS, key=WS, event_id="e", source="/test", partition=0)
        return self.broker.append(output, 0)

    def contact(self) -> Record:
        """One more contact arrives."""
        self._contacts += 1
        name = f"c-{self._contacts}"
        return self.append(
            InteractionIdentified(
                workspace=WS, interaction_id=name, adapter="web", instance="web", channel="email", queue="q"
            )
        )

    async def saves(self, stage: RoutingStage, record: Record) -> None:
        """The owner takes an input, and saves what it has."""
        await stage.handle([record])
        await stage.idle()


async def a_center() -> tuple[Center, RoutingStage]:
    """A center whose owner has saved its configuration and a contact."""
    center = Center()
    stage = await center.owner()
    await center.saves(stage, center.append(a_configuration(WS, queues=("q",), agents=("ana",))))
    await center.saves(stage, center.contact())
    return center, stage


async def said(stage: RoutingStage, record: Record) -> list[bytes | None]:
    return [output.value for output in (await stage.handle([record])).outputs]


async def test_who_takes_over_restores_nothing_any_more_and_goes_on_as_any_other() -> None:
    center, _ = await a_center()
    prepared = Prepared()
    await StandingBy(center.broker.reader(), ManualClock(), prepared, Counting).make_ready()
    assert Counting.restored == 1
    successor = await center.owner(prepared)
    assert Counting.restored == 1
    cold = await center.owner()
    assert Counting.restored == 2
    record = center.contact()
    assert await said(successor, record) == await said(cold, record) != []


async def test_it_takes_up_each_newer_snapshot() -> None:
    center, stage = await a_center()
    prepared, clock = Prepared(), ManualClock()
    standing_by = StandingBy(center.broker.reader(), clock, prepared, Counting)
    await standing_by.make_ready()
    keeping = asyncio.create_task(standing_by.keep_ready())
    await center.saves(stage, center.contact())
    await eventually(lambda: clock.until_next_ms is not None)
    clock.advance_ms(5_000)
    await eventually(lambda: Counting.restored == 2)
    keeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await keeping
    await center.owner(prepared)
    assert Counting.restored == 2


async def test_a_snapshot_that_came_after_its_last_look_is_restored_by_who_takes_over() -> None:
    center, stage = await a_center()
    prepared = Prepared()
    await StandingBy(center.broker.reader(), ManualClock(), prepared, Counting).make_ready()
    await center.saves(stage, center.contact())
    successor, cold = await center.owner(prepared), await center.owner()
    assert Counting.restored == 3
    record = center.contact()
    assert await said(successor, record) == await said(cold, record) != []


async def test_without_snapshots_there_is_nothing_to_keep() -> None:
    center = Center()
    prepared = Prepared()
    await StandingBy(center.broker.reader(), ManualClock(), prepared, Counting).make_ready()
    assert Counting.restored == 0
    assert prepared.take(_any_manifest()) is None


def _any_manifest() -> SnapshotManifest:
    return SnapshotManifest(
        workspace=WS,
        generation=1,
        epoch=1,
        seq=1,
        next_offset=1,
        chunks=1,
        size_bytes=1,
        digest="",
        fingerprint="",
        format=1,
    )
