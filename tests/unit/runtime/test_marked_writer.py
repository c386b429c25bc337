from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from consumers.message_writer.rows import MessageRow, to_rows
from runtime.clock import ManualClock
from runtime.errors import Backpressure, LogBroken
from runtime.marked_writer import RETRY_MS, MarkedWriter, MarkMoved, Writing
from runtime.metrics import Metrics
from runtime.records import Output, Record, TopicPartition, header
from runtime.stage import LogRange
from schemas.topics import MESSAGES
from tests.support.message_builders import a_message, a_message_store, a_record
from tests.support.waiting import eventually


class Sent:
    """A sender that keeps what it is given."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []

    async def send(self, outputs: Sequence[Output]) -> None:
        self.outputs.extend(outputs)


class Scene:
    def __init__(self) -> None:
        self.store = a_message_store()
        self.clock = ManualClock()
        self.sent = Sent()
        self.stage = self.restarted()

    def restarted(self) -> MarkedWriter[MessageRow]:
        metrics = Metrics()
        writing = Writing("message_writer", to_rows, self.store, metrics.messages_kept)
        self.stage = MarkedWriter(TopicPartition(MESSAGES.name, 0), self.sent, writing, self.clock, metrics)
        return self.stage

    def texts(self) -> list[str]:
        return [row.text for row in self.store.rows.values()]


def batch(first: int, end: int) -> list[Record]:
    return [a_record(a_message(f"m_{n}", text=f"{n}"), n) for n in range(first, end)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_batches_are_kept_and_a_restart_goes_on_at_the_mark_whatever_the_group_says(scene: Scene) -> None:
    assert await scene.stage.open(None, LogRange(0, 5)) == 0
    await scene.stage.handle(batch(0, 3))
    assert await scene.restarted().open(1, LogRange(0, 5)) == 3
    await scene.stage.handle(batch(3, 5))
    assert scene.texts() == ["0", "1", "2", "3", "4"]


async def test_without_a_mark_the_logs_first_record_is_the_first(scene: Scene) -> None:
    assert await scene.stage.open(None, LogRange(7, 9)) == 7


async def test_while_the_database_is_away_the_batch_waits_and_is_kept_once(scene: Scene) -> None:
    await scene.stage.open(None, LogRange(0, 3))
    scene.store.away = True
    for _ in range(3):
        with pytest.raises(Backpressure):
            await scene.stage.handle(batch(0, 3))
    scene.store.away = False
    await scene.stage.handle(batch(0, 3))
    assert scene.store.marks == {0: 3}


async def test_a_commit_that_nobody_heard_of_is_not_done_twice(scene: Scene) -> None:
    await scene.stage.open(None, LogRange(0, 3))
    scene.store.loses_answers = True
    with pytest.raises(Backpressure):
        await scene.stage.handle(batch(0, 3))
    scene.store.loses_answers = False
    await scene.stage.handle(batch(0, 3))
    await scene.stage.handle(batch(3, 4))
    assert (len(scene.store.rows), scene.store.marks) == (4, {0: 4})


async def test_opening_waits_for_the_database(scene: Scene) -> None:
    scene.store.away = True
    opening = asyncio.create_task(scene.stage.open(None, LogRange(0, 0)))
    await asyncio.sleep(0)
    assert not opening.done()
    scene.store.away = False

    def opened() -> bool:
        scene.clock.advance_ms(RETRY_MS)
        return opening.done()

    await eventually(opened)
    assert opening.result() == 0


@pytest.mark.parametrize("log", [LogRange(0, 4), LogRange(6, 9)])
async def test_a_log_that_does_not_hold_the_mark_is_broken(scene: Scene, log: LogRange) -> None:
    scene.store.marks[0] = 5
    with pytest.raises(LogBroken):
        await scene.stage.open(None, log)


async def test_another_writer_ends_this_one(scene: Scene) -> None:
    await scene.stage.open(None, LogRange(0, 9))
    scene.store.marks[0] = 2
    with pytest.raises(MarkMoved):
        await scene.stage.handle(batch(0, 3))


async def test_dead_letters_are_sent_before_the_mark_passes_them_and_once(scene: Scene) -> None:
    await scene.stage.open(None, LogRange(0, 3))
    poisoned = [*batch(0, 2), msgspec.structs.replace(a_record(a_message("m_2"), 2), value=b"{")]
    scene.store.away = True
    for _ in range(2):
        with pytest.raises(Backpressure):
            await scene.stage.handle(poisoned)
    assert [(it.topic, it.value) for it in scene.sent.outputs] == [("dlq.messages.v1", b"{")]
    assert header(scene.sent.outputs[0].headers, "dlq_stage") == b"message_writer"
    assert scene.store.marks == {0: 0}
    scene.store.away = False
    handled = await scene.stage.handle(poisoned)
    assert (list(handled.dead), len(scene.sent.outputs), scene.store.marks) == ([], 1, {0: 3})
