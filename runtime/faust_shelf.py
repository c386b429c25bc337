"""A Faust table whose values are Structs, kept in memory by partition and in a compacted changelog of `schemas.topics`.

What is put goes to the changelog's partition of the same number at the end of the batch, in the order in which it was
put, after the changes of shelves made before this one. So what survives a crash is the first part of what was put into a
partition. A partition that goes to another process is forgotten, and read from the changelog when it comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, Generic, TypeVar

import faust
import msgspec
from faust.stores.base import Store
from faust.types import TP, EventT

from runtime.errors import LogBroken
from runtime.faust_app import FaustApp
from runtime.records import Output
from schemas.topics import Topic

V = TypeVar("V", bound=msgspec.Struct)


class Shelf(Generic[V]):
    """The table kept in `topic`; keys are words. Only an agent may change it, while it handles a batch."""

    def __init__(self, stream: FaustApp, topic: Topic, kind: type[V]) -> None:
        changelog = stream.app.topic(
            topic.name,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            partitions=topic.partitions,
            acks=False,
            internal=True,
            maxsize=131_072,
            allow_empty=True,
        )
        tables = stream.app.tables
        table = _Table(
            stream.app,
            name=topic.name,
            partitions=topic.partitions,
            changelog_topic=changelog,
            beacon=tables.beacon,
        )
        self._kept: _Kept[V] = _Kept(stream.app, table, msgspec.json.Decoder(kind))
        table.kept = self._kept
        tables.add(table)
        self._topic = topic.name
        self._changes = stream.changes()
        self._encoder = msgspec.json.Encoder()

    def get(self, partition: int, key: str) -> V | None:
        """The value under `key`, None = there is none."""
        return self._kept.values_of(partition).get(key)

    def items(self, partition: int) -> Mapping[str, V]:
        """All of a partition that is held here."""
        return self._kept.values_of(partition)

    def partitions(self) -> tuple[int, ...]:
        """The partitions of which there is anything here."""
        return tuple(self._kept.partitions)

    def put(self, partition: int, key: str, value: V) -> None:
        """Sets a value."""
        self._kept.values_of(partition)[key] = value
        self._send(partition, key, self._encoder.encode(value))

    def drop(self, partition: int, key: str) -> None:
        """Removes a value; nothing when there is none."""
        if self._kept.values_of(partition).pop(key, None) is not None:
            self._send(partition, key, None)

    def _send(self, partition: int, key: str, value: bytes | None) -> None:
        self._changes.append(Output(self._topic, key.encode(), value, partition=partition))


class _Table(faust.Table[str, Any]):
    kept: _Kept[Any]

    def _new_store(self) -> _Kept[Any]:
        return self.kept


class _Kept(Store[str, V], MutableMapping[str, V]):
    """Faust's store of the table: values by partition. As a mapping it is empty, nobody but `Shelf` reads it."""

    def __init__(self, app: Any, table: Any, decoder: msgspec.json.Decoder[V]) -> None:
        super().__init__("memory://", app, table)
        self._decoder = decoder
        self.partitions: dict[int, dict[str, V]] = {}

    def values_of(self, partition: int) -> dict[str, V]:
        return self.partitions.setdefault(partition, {})

    def apply_changelog_batch(
        self, batch: Iterable[EventT[Any]], to_key: Callable[[Any], Any], to_value: Callable[[Any], Any]
    ) -> None:
        """Takes in what the changelog has. Raises LogBroken for a value that cannot be read."""
        del to_key, to_value
        for event in batch:
            message = event.message
            values, key = self.values_of(message.partition), (message.key or b"").decode()
            if message.value is None:
                values.pop(key, None)
                continue
            try:
                values[key] = self._decoder.decode(message.value)
            except msgspec.MsgspecError as error:
                raise LogBroken(f"{message.topic}/{message.partition}/{message.offset}: {error}") from error

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Forgets what is another's now, or is read anew."""
        del assigned, generation_id
        name = self.table.changelog_topic.get_topic_name()
        for where in (*revoked, *newly_assigned):
            if where.topic == name:
                self.partitions.pop(where.partition, None)

    def persisted_offset(self, tp: TP) -> int | None:
        """None: the changelog is read from its beginning."""
        del tp
        return None

    async def backup_partition(self, tp: TP | int, flush: bool = True, purge: bool = False, keep: int = 1) -> None:
        """The changelog is the only copy."""

    def restore_backup(self, tp: TP | int, latest: bool = True, backup_id: int = 0) -> None:
        """The changelog is the only copy."""

    def reset_state(self) -> None:
        """Nothing lies outside the memory."""

    def __getitem__(self, key: str) -> V:
        raise KeyError(key)

    def __setitem__(self, key: str, value: V) -> None:
        raise TypeError("values are set on the shelf, with their partition")

    def __delitem__(self, key: str) -> None:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
