"""The view stage on a real Kafka: snapshots that a gateway can start from, through kill -9."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from runtime.clock import SystemClock
from runtime.following import read_all
from runtime.kafka import KafkaConnection
from runtime.partitioner import partition_of
from runtime.records import TopicPartition
from runtime.settings import Kafka
from runtime.snapshots import find
from runtime.view_recovery import Recovered, recover
from schemas.topics import ROUTING_DECISIONS, VIEW_SNAPSHOTS
from tests.support.decided import Floor, decision_output
from tests.support.gateway_service import processes
from tests.support.stack import RunningStack
from tests.support.waiting import eventually


async def test_snapshots_go_on_after_a_kill_where_they_were(
    own_stack: Callable[..., RunningStack], tmp_path: Path
) -> None:
    own = await asyncio.to_thread(own_stack, ("kafka",))
    environ = {"KAFKA_BOOTSTRAP_SERVERS": own.endpoints.kafka, "HUBLINE_VIEW_SNAPSHOT_EVERY_MS": "200"}
    broker = KafkaConnection(Kafka(bootstrap_servers=own.endpoints.kafka), SystemClock(), "test")
    partition = TopicPartition(ROUTING_DECISIONS.name, partition_of(b"shop", ROUTING_DECISIONS.partitions))
    reader, producer, floor = broker.reader(), broker.producer(), Floor()
    await producer.start()

    async def said(*names: str) -> None:
        told = len(floor.said)
        for name in names:
            floor.arrives(name)
        await producer.send([decision_output(decision) for decision in floor.said[told:]])

    latest: list[Recovered] = []

    async def kept() -> bool:
        """Whether what a gateway would start from holds everything said."""
        found = find(VIEW_SNAPSHOTS, await read_all(reader, VIEW_SNAPSHOTS, partition.partition))
        recovered = recover(found, await reader.log_range(partition), "here")
        view = recovered.views.get("shop")
        latest.append(recovered)
        return view is not None and view.mark == (1, floor.seq)

    async def until_kept() -> Recovered:
        held: bool = await eventually(kept, within_s=60)
        assert held
        return latest[-1]

    floor.opened("ana")
    await producer.send([decision_output(decision) for decision in floor.said])
    with processes(tmp_path, environ, "streams.view") as (view,):
        await said("i1", "i2")
        first = await until_kept()
        assert first.position == (await reader.log_range(partition)).end
        view.kill()
        await said("i3", "i4", "i5")
        view.start()
        second = await until_kept()
        assert second.generations["shop"] > first.generations["shop"]
        assert {one.interaction_id for one in second.views["shop"].interactions()} == {f"i{n}" for n in range(1, 6)}
        assert second.first_offsets == {"shop": 0}
    await producer.stop()
    await reader.stop()
