"""A table of a stage on Faust: values are Structs, in memory by partition and in a compacted changelog of `schemas.topics`.

What is put goes to the changelog's partition of the same number at the end of the batch, in the order in which it was put,
and is acknowledged before the batch is. So what survives a crash is the first part of what was put into a partition. At
every rebalance all is forgotten; a partition is read from its changelog when its next record comes. (Faust's own tables
may be committed before they are written, as it waits for that no longer than 0.1 s; and their recovery was seen to stand
still after a rebalance.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

import msgspec

from runtime.errors import LogBroken
from runtime.faust_app import FaustApp
from runtime.records import Output, TopicPartition
from schemas.topics import Topic

V = TypeVar("V", bound=msgspec.Struct)


class Shelf(Generic[V]):
    """The table kept in `topic`; keys are words. Only an agent that was given it with a batch may change it."""

    def __init__(self, stream: FaustApp, topic: Topic, kind: type[V]) -> None:
        self._reader = stream.add(self)
        self._topic = topic.name
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(kind)
        self._held: dict[int, dict[str, V]] = {}
        self._holding = asyncio.Lock()
        self._forgotten = 0
        self._changes: list[Output] = []

    def get(self, partition: int, key: str) -> V | None:
        """The value under `key`, None = there is none. Raises KeyError when the partition is not at hand."""
        return self._held[partition].get(key)

    def items(self, partition: int) -> Mapping[str, V]:
        """All of a partition. Raises KeyError when it is not at hand."""
        return self._held[partition]

    def partitions(self) -> Iterable[int]:
        """Those at hand: they had a record since the last rebalance."""
        return tuple(self._held)

    def put(self, partition: int, key: str, value: V) -> None:
        """Sets a value. Raises KeyError when the partition is not at hand."""
        self._held[partition][key] = value
        self._changes.append(Output(self._topic, key.encode(), self._encoder.encode(value), partition=partition))

    def drop(self, partition: int, key: str) -> None:
        """Removes a value; nothing when there is none. Raises KeyError when the partition is not at hand."""
        if self._held[partition].pop(key, None) is not None:
            self._changes.append(Output(self._topic, key.encode(), None, partition=partition))

    async def hold(self, partition: int) -> None:
        """Brings a partition to hand, for whoever asks; it is not if all was forgotten meanwhile.

        Raises:
            LogBroken: a value in its changelog cannot be read.
        """
        async with self._holding:
            if partition in self._held:
                return
            forgotten = self._forgotten
            values = await self._read(partition)
            if forgotten == self._forgotten:
                self._held[partition] = values

    async def _read(self, partition: int) -> dict[str, V]:
        values: dict[str, V] = {}
        log = await self._reader.log_range(TopicPartition(self._topic, partition))
        async for batch in self._reader.read_range(self._topic, partition, log.first, log.end):
            for record in batch:
                key = (record.key or b"").decode()
                if record.value is None:
                    values.pop(key, None)
                    continue
                try:
                    values[key] = self._decoder.decode(record.value)
                except msgspec.MsgspecError as error:
                    raise LogBroken(f"{self._topic}/{partition}/{record.offset}: {error}") from error
        return values

    def take_changes(self) -> list[Output]:
        """What was put and dropped since the last time, in that order."""
        changes, self._changes = self._changes, []
        return changes

    def forget(self) -> None:
        """No partition is at hand any more."""
        self._forgotten += 1
        self._held.clear()
