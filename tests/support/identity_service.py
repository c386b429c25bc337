"""The identity process on a real broker and database: what adapters say goes in, what routing makes of it is looked at."""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from collections.abc import Sequence

import asyncpg
import psutil

from deploy.local import kafka, plan, postgres
from deploy.local.plan import Program
from runtime.broker import Producer, Reader
from runtime.clock import SystemClock
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.records import Output, Record, TopicPartition
from runtime.settings import Kafka
from schemas.codec import encode
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.interactions import InteractionEvent
from schemas.topics import INTERACTIONS, ROUTING_INPUTS, Topic
from tests.support.identity_rig import Routing
from tests.support.stack import RunningStack

IDENTITY = Program("identity", "streams.identity", plan.STAGES)
PARTS = (kafka.NAME, postgres.NAME, IDENTITY.name)


class IdentityService:
    """A running stack with identity on it. `end` gives back what it holds."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        connection = KafkaConnection(Kafka(bootstrap_servers=stack.endpoints.kafka), SystemClock(), "test")
        self.producer: Producer = connection.producer()
        self.reader: Reader = connection.reader()

    async def begin(self) -> IdentityService:
        await self.producer.start()
        return self

    async def end(self) -> None:
        await self.producer.stop()
        await self.reader.stop()

    async def post(self, *events: InteractionEvent) -> None:
        """Returns when the broker has acknowledged."""
        await self.producer.send([_output(event) for event in events])

    async def records(self, topic: Topic) -> list[Record]:
        """Everything that a topic holds, partition by partition."""
        found: list[Record] = []
        for number in range(topic.partitions):
            log = await self.reader.log_range(TopicPartition(topic.name, number))
            async for batch in self.reader.read_range(topic.name, number, log.first, log.end):
                found.extend(batch)
        return found

    async def routing(self, workspace: str) -> Routing:
        """What the engine would have made of a workspace's inputs by now."""
        mine = [it for it in await self.records(ROUTING_INPUTS) if it.key == workspace.encode()]
        return Routing(mine)

    async def rows(self, workspace: str) -> dict[str, str | None]:
        """Interactions in the database, with their customers."""
        found = await self._fetch(
            "SELECT interaction_id, customer_id FROM interactions WHERE workspace = $1", workspace
        )
        return {row["interaction_id"]: row["customer_id"] for row in found}

    async def links(self, workspace: str) -> dict[str, str]:
        found = await self._fetch("SELECT kind, value, customer_id FROM identities WHERE workspace = $1", workspace)
        return {f"{row['kind']}:{row['value']}": row["customer_id"] for row in found}

    async def unstored(self) -> int:
        """Records of interactions.v1 above the stored marks."""
        marks = defaultdict[int, int](int)
        for row in await self._fetch("SELECT log_partition, stored_offset FROM identity_marks"):
            marks[row["log_partition"]] = row["stored_offset"]
        ends = [
            (await self.reader.log_range(TopicPartition(INTERACTIONS.name, number))).end
            for number in range(INTERACTIONS.partitions)
        ]
        return sum(end - marks[number] for number, end in enumerate(ends))

    async def is_settled(self, workspace: str) -> bool:
        """Everything is stored, and routing knows exactly what the rows say."""
        if await self.unstored():
            return False
        routed = (await self.routing(workspace)).interactions
        return {it: event.customer_id for it, event in routed.items()} == await self.rows(workspace)

    def freeze_database(self) -> list[int]:
        """Stops the server and all its backends where they stand; the pids to `wake`."""
        pid = self.stack.supervisor.pid(postgres.NAME)
        assert pid is not None
        server = psutil.Process(pid)
        pids = [pid, *(child.pid for child in server.children(recursive=True))]
        for one in pids:
            os.kill(one, signal.SIGSTOP)
        return pids

    def wake(self, pids: Sequence[int]) -> None:
        for one in pids:
            if psutil.pid_exists(one):
                os.kill(one, signal.SIGCONT)

    async def _fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.stack.endpoints.database_url)
        try:
            found: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return found
        finally:
            await connection.close()


def a_workspace() -> str:
    """A workspace that no other test uses."""
    return random_id("ws")


def _output(event: InteractionEvent) -> Output:
    envelope = Envelope(id=random_id("e"), source="test", type=wire_type(event))
    return Output(INTERACTIONS.name, event.workspace.encode(), encode(event), to_headers(envelope))
