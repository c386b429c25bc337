"""The timeline's process: three agents on Faust, one for each topic that is read.

A batch's entries and dead letters are acknowledged by the broker before anything is put into the table, and that before
the batch counts as read. Whatever fails ends the process; the batch is read again by whoever is next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from faust.types import StreamT

from runtime import dead_letters
from runtime.faust_app import FaustApp
from runtime.faust_shelf import Shelf
from runtime.metrics import Metrics
from runtime.process import Context
from runtime.records import Record
from runtime.stage import Handled
from runtime.topics_check import check_patiently
from schemas.topics import CUSTOMERS, MESSAGES, ROUTING_DECISIONS, TIMELINE_STATE, Topic
from streams.timeline.batch import of_customers, of_decisions, of_messages
from streams.timeline.following import Following, sweep
from streams.timeline.known import Known

GROUP: Final = "timeline"


async def main(context: Context) -> None:
    """Runs until `context.stop`."""
    await check_patiently(context.settings.kafka, context.clock)
    stream = FaustApp(context, GROUP)
    timeline = Timeline(stream, context.metrics)
    stream.agent(ROUTING_DECISIONS, timeline.follow_decisions)
    stream.agent(MESSAGES, timeline.follow_messages)
    stream.agent(CUSTOMERS, timeline.follow_customers)
    await stream.run()


class Timeline:
    """The bodies of the agents."""

    def __init__(self, stream: FaustApp, metrics: Metrics) -> None:
        self._stream = stream
        self._metrics = metrics
        self._table: Shelf[Known] = Shelf(stream, TIMELINE_STATE, Known)
        self._swept: set[int] = set()

    async def follow_decisions(self, decisions: StreamT[bytes]) -> None:
        """With what is known of live interactions."""
        async for batch in self._stream.batches(decisions, tables=(self._table,)):
            self._sweep(batch)
            following = Following(self._table)
            await self._send(ROUTING_DECISIONS, batch, of_decisions(batch, following))
            following.keep()

    async def follow_messages(self, messages: StreamT[bytes]) -> None:
        """Without memory."""
        async for batch in self._stream.batches(messages):
            await self._send(MESSAGES, batch, of_messages(batch))

    async def follow_customers(self, customers: StreamT[bytes]) -> None:
        """Without memory."""
        async for batch in self._stream.batches(customers):
            await self._send(CUSTOMERS, batch, of_customers(batch))

    async def _send(self, topic: Topic, batch: Sequence[Record], handled: Handled) -> None:
        letters = [dead_letters.to_output(letter, GROUP) for letter in handled.dead]
        outputs = [*handled.outputs, *letters]
        if outputs:
            await self._stream.send(outputs)
            self._stream.check_awake()
        self._metrics.handled.labels(topic.name).inc(len(batch))
        self._metrics.outputs.labels(topic.name).inc(len(handled.outputs))
        self._metrics.dead_letters.labels(topic.name).inc(len(letters))

    def _sweep(self, batch: Sequence[Record]) -> None:
        for partition in {record.partition for record in batch} - self._swept:
            sweep(self._table, partition)
            self._swept.add(partition)
