"""Sends the events that follow a change of a row: in order, at least once, each with an id that stays the same.

A row of `event_outbox` is written in the transaction of its change and deleted after the broker has acknowledged it.
Positions of one customer rise with its changes, because they hold the customer's row while they write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from producers.admin.audit import Connection
from producers.admin.observed import current_trace
from runtime.broker import Producer
from runtime.events import to_output
from runtime.postgres import Pool
from runtime.records import Output
from schemas import codec
from schemas.event import Event
from schemas.topics import BY_NAME, Topic

SOURCE: Final = "hubline/admin"
_BATCH: Final = 500


_ADD: Final = "INSERT INTO event_outbox (topic, key, event_id, event, traceparent) VALUES ($1, $2, $3, $4::jsonb, $5)"


async def enqueue(connection: Connection, topic: Topic, key: str, event_id: str, event: Event) -> None:
    """Adds an event; call it inside the change's transaction."""
    await connection.execute(_ADD, topic.name, key, event_id, codec.encode(event).decode(), current_trace())


async def enqueue_all(connection: Connection, topic: Topic, events: Iterable[tuple[str, str, Event]]) -> None:
    """Adds many events, each with its key and its id; as `enqueue`."""
    trace = current_trace()
    rows = [(topic.name, key, event_id, codec.encode(event).decode(), trace) for key, event_id, event in events]
    await connection.executemany(_ADD, rows)


class EventOutbox:
    """Sends what waits."""

    def __init__(self, pool: Pool, producer: Producer) -> None:
        self._pool = pool
        self._producer = producer

    async def deliver(self) -> int:
        """Sends everything that waits; returns how many events."""
        total = 0
        while True:
            rows = await self._pool.fetch(
                "SELECT position, topic, key, event_id, event::text AS event, traceparent FROM event_outbox"
                " ORDER BY position LIMIT $1",
                _BATCH,
            )
            if not rows:
                return total
            await self._producer.send([record_of(dict(row)) for row in rows])
            await self._pool.execute(
                "DELETE FROM event_outbox WHERE position = ANY($1::bigint[])", [row["position"] for row in rows]
            )
            total += len(rows)


def record_of(row: Mapping[str, Any]) -> Output:
    """The record that a row stands for."""
    topic = BY_NAME[row["topic"]]
    event = codec.decode(topic, row["event"].encode())
    return to_output(
        event,
        topic,
        key=row["key"],
        event_id=row["event_id"],
        source=SOURCE,
        subject=row["key"],
        traceparent=row["traceparent"],
    )
