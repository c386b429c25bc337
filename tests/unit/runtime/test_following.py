from __future__ import annotations

from collections.abc import Sequence

import pytest
import structlog

from runtime.events import to_output
from runtime.following import DECISIONS, FollowerHooks, ViewFollower, Views, decision_in, read_all
from runtime.memory import MemoryBroker
from runtime.partitioner import partition_of
from runtime.records import Output, Record
from runtime.snapshots import index_output, snapshot_outputs
from runtime.view_recovery import to_snapshot
from schemas.decisions import Decision
from schemas.messages import Author, MessagePosted
from schemas.snapshots import IndexEntry, SnapshotIndex
from schemas.topics import MESSAGES, ROUTING_DECISIONS, VIEW_SNAPSHOTS, Topic
from schemas.view import Gap, Touch, View
from tests.support.decided import Floor, decision_output
from tests.support.gateway_parts import a_broker, working
from tests.support.waiting import eventually


class Heard:
    """A follower and what it told."""

    def __init__(self, broker: MemoryBroker, beside: tuple[Topic, ...] = ()) -> None:
        self.decisions: list[Decision] = []
        self.appeared: list[str] = []
        self.batches: list[tuple[list[str], list[Record]]] = []
        hooks = FollowerHooks(appeared=self._appeared, decided=self._decided, settled=self._settled)
        self.follower = ViewFollower(broker.reader(), structlog.get_logger(), hooks, beside)

    def _appeared(self, view: View) -> None:
        self.appeared.append(view.workspace)

    def _decided(self, view: View, decision: Decision, touches: list[Touch]) -> None:
        assert view.mark == (decision.epoch, decision.seq)
        self.decisions.append(decision)

    def _settled(self, changed: Views, beside: Sequence[Record]) -> None:
        self.batches.append(([view.workspace for view in changed], list(beside)))


def append(broker: MemoryBroker, *outputs: Output) -> list[Record]:
    return [broker.append(output, 1) for output in outputs]


async def test_what_was_decided_before_and_after_the_start_is_told_once() -> None:
    broker, floor = a_broker(), Floor()
    append(broker, *map(decision_output, floor.opened("ana")))
    heard = Heard(broker)
    await heard.follower.start()
    async with working(heard.follower.run()):
        append(broker, *map(decision_output, floor.said))
        append(broker, decision_output(floor.arrives("i1")))
        await eventually(lambda: len(heard.decisions) == len(floor.said))
    assert heard.decisions == floor.said
    assert heard.appeared == ["shop"]
    assert heard.follower.views["shop"].interaction("i1")


async def test_what_lies_before_a_snapshot_is_not_needed() -> None:
    broker, floor = a_broker(), Floor()
    records = append(broker, *map(decision_output, floor.opened("ana")))
    view = View("shop")
    for decision in floor.said:
        view.apply(decision)
    partition, offset = records[-1].partition, records[-1].offset + 1
    append(broker, *snapshot_outputs(VIEW_SNAPSHOTS, partition, to_snapshot(view, 1, offset)))
    entry = IndexEntry(first_offset=0, generation=1, next_offset=offset)
    append(
        broker,
        index_output(VIEW_SNAPSHOTS, partition, SnapshotIndex(covered_offset=offset, workspaces={"shop": entry})),
    )
    heard = Heard(broker)
    await heard.follower.start()
    assert heard.follower.views["shop"].mark == view.mark
    assert heard.decisions == []


async def test_a_gap_ends_it() -> None:
    broker, floor = a_broker(), Floor()
    floor.opened("ana")
    append(broker, decision_output(floor.said[0]), decision_output(floor.said[2]))
    heard = Heard(broker)
    await heard.follower.start()
    with pytest.raises(Gap):
        await heard.follower.run()


async def test_other_topics_are_followed_from_their_end_and_told_with_the_batch() -> None:
    broker = a_broker()
    append(broker, a_message("before"))
    heard = Heard(broker, (MESSAGES,))
    await heard.follower.start()
    append(broker, a_message("after"))
    async with working(heard.follower.run()):
        await eventually(lambda: heard.batches)
    assert [[b"after" in (record.value or b"") for record in told] for _, told in heard.batches] == [[True]]


async def test_it_knows_when_it_has_reached_what_the_log_held() -> None:
    broker, floor = a_broker(), Floor()
    append(broker, *map(decision_output, floor.opened("ana")))
    heard = Heard(broker)
    await heard.follower.start()
    ends = await heard.follower.ends()
    assert set(ends) == set(DECISIONS)
    assert not heard.follower.has_reached(ends)
    async with working(heard.follower.run()):
        await eventually(lambda: heard.follower.has_reached(ends))


async def test_every_record_of_a_partition_is_read() -> None:
    broker, floor = a_broker(), Floor()
    records = append(broker, *map(decision_output, floor.opened("ana")))
    number = partition_of(b"shop", ROUTING_DECISIONS.partitions)
    found = await read_all(broker.reader(), ROUTING_DECISIONS, number)
    assert [record.offset for record in found] == [record.offset for record in records]


def test_a_decision_of_a_newer_version_is_not_guessed_at() -> None:
    output = decision_output(Floor().arrives("i1"))
    headers = tuple((name, b"99" if name == "ce_version" else value) for name, value in output.headers)
    assert decision_in(Record(output.topic, 0, 0, 0, output.key, output.value, headers)) is None


def a_message(text: str) -> Output:
    message = MessagePosted(
        workspace="shop", interaction_id="i1", message_id=text, author=Author.CUSTOMER, sent_at_ms=1, text=text
    )
    return to_output(message, MESSAGES, key="i1", event_id=text, source="/tests")
