"""A stage for the worker's suite: copies each record to another topic, and breaks where it is told to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence

from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.records import Output, Record, TopicPartition, header
from runtime.stage import Handled, LogRange, Sender, continue_from

SOURCE = "source"


class Story:
    """What all stages of a test did, in order, and where they shall break; shared by workers that follow each other."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.events: list[tuple[str, TopicPartition]] = []
        self.batches: list[tuple[TopicPartition, list[int]]] = []
        self.opened: list[tuple[int | None, LogRange]] = []
        self.sent_to: dict[TopicPartition, int] = {}
        self.idles: Counter[TopicPartition] = Counter()
        self.errors: list[Exception] = []
        self.refused: dict[bytes, str] = {}
        self.invalid: set[bytes] = set()
        self.start_at: dict[int, int] = {}
        """Positions that stages have of their own, by partition."""
        self.no_stage: Exception | None = None
        self.hold_open = asyncio.Event()
        self.hold_open.set()
        self.passed_over: list[int] = []
        self.on_idle: Callable[[], list[Output]] | None = None
        self.on_sent: Callable[[int], Awaitable[None]] | None = None

    def stage(self, partition: TopicPartition, sender: Sender) -> CopyStage:
        if self.no_stage is not None:
            raise self.no_stage
        return CopyStage(self, partition, sender)

    def names(self, partition: TopicPartition) -> list[str]:
        return [name for name, where in self.events if where == partition]


class CopyStage:
    """A PartitionStage that checks what the worker promises while it works."""

    def __init__(self, story: Story, partition: TopicPartition, sender: Sender) -> None:
        self._story = story
        self._partition = partition
        self._sender = sender
        self._position = 0
        self._busy = False

    async def open(self, committed: int | None, log: LogRange) -> int:
        self._note("opening")
        await self._story.hold_open.wait()
        self._story.opened.append((committed, log))
        if self._partition.partition in self._story.start_at:
            self._position = self._story.start_at[self._partition.partition]
        else:
            self._position = continue_from(committed, log, where=self._partition)
        self._note("open")
        return self._position

    async def handle(self, batch: Sequence[Record]) -> Handled:
        assert not self._busy, "two calls at once"
        self._busy = True
        try:
            await asyncio.sleep(0)
            if self._story.errors:
                raise self._story.errors.pop(0)
            if any(record.value in self._story.invalid for record in batch):
                raise Invalid("planted: not readable")
            offsets = [record.offset for record in batch]
            assert offsets == list(range(offsets[0], offsets[0] + len(batch))), "out of order, or a gap"
            assert offsets[0] >= self._position, "handed over again after it was handled"
            self._story.passed_over.extend(range(self._position, offsets[0]))
            self._position = offsets[-1] + 1
            self._story.batches.append((self._partition, offsets))
            self._note("handled")
            dead = [DeadLetter(it, self._story.refused[it.value]) for it in batch if it.value in self._story.refused]
            return Handled([self._copy(it) for it in batch if it.value not in self._story.refused], dead)
        finally:
            self._busy = False

    async def sent(self, next_offset: int) -> None:
        assert next_offset >= self._position
        self._story.passed_over.extend(range(self._position, next_offset))
        self._position = next_offset
        self._note("sent")
        if self._story.on_sent is not None:
            await self._story.on_sent(next_offset)
        self._story.sent_to[self._partition] = next_offset

    async def idle(self) -> None:
        assert not self._busy, "two calls at once"
        self._story.idles[self._partition] += 1
        if self._story.on_idle is not None:
            await self._sender.send(self._story.on_idle())

    async def close(self) -> None:
        self._note("closed")

    def _copy(self, record: Record) -> Output:
        source = f"{record.partition}/{record.offset}".encode()
        return Output(self._story.target, record.value, record.value, ((SOURCE, source),))

    def _note(self, name: str) -> None:
        self._story.events.append((name, self._partition))


def sources(records: Iterable[Record]) -> list[str]:
    """Which input each copy was made from, as `partition/offset`."""
    return [(header(record.headers, SOURCE) or b"").decode() for record in records]
