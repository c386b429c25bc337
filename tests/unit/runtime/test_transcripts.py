from __future__ import annotations

import pytest
from aiokafka.errors import KafkaTimeoutError

from runtime import transcripts
from runtime.events import to_output
from runtime.kept_messages import Away, Kept
from runtime.memory import MemoryBroker
from runtime.memory_clients import MemoryReader
from runtime.partitioner import partition_of
from runtime.records import TopicPartition
from runtime.stage import LogRange
from runtime.transcripts import Transcripts, Wanted
from schemas import live
from schemas.messages import Author, MessagePosted
from schemas.topics import MESSAGES
from tests.support.gateway_parts import a_broker

PARTITION = partition_of(b"i1", MESSAGES.partitions)


class Shelf:
    """Keeps the messages below an offset, as the message writer would; or is away."""

    def __init__(self, broker: MemoryBroker, next_offset: int, away: bool = False) -> None:
        self._broker = broker
        self.next_offset = next_offset
        self.away = away

    async def details(self, workspace: str, interaction_id: str, at_ms: int) -> live.Details:
        raise NotImplementedError

    async def messages(self, workspace: str, interaction_id: str, partition: int, after: int, limit: int) -> Kept:
        if self.away:
            raise Away
        records = self._broker.read(self._broker.partitions(MESSAGES.name)[partition], 0, self.next_offset)
        kept = [
            live.Message(offset=record.offset, message=message)
            for record in records
            if record.key == interaction_id.encode() and record.offset > after
            if (message := transcripts.message_in(record)) is not None
        ]
        return Kept(messages=tuple(kept[:limit]), next_offset=self.next_offset, more=len(kept) > limit)


class Silent(MemoryReader):
    async def log_range(self, partition: TopicPartition) -> LogRange:
        raise KafkaTimeoutError(f"nobody knows of {partition}")


def a_log(count: int) -> MemoryBroker:
    """Messages of i1 with those of another interaction in between, and one of another workspace."""
    broker = a_broker()
    for number in range(count):
        for workspace, interaction_id in (("shop", "i1"), ("shop", "other"), ("bank", "i1")):
            message = MessagePosted(
                workspace=workspace,
                interaction_id=interaction_id,
                message_id=f"m{number}",
                author=Author.CUSTOMER,
                sent_at_ms=number,
                text=f"{number}",
            )
            output = to_output(
                message, MESSAGES, key=interaction_id, event_id="m", source="/tests", partition=PARTITION
            )
            broker.append(output, 1)
    return broker


def wanted(after: int = -1, border: int = 12) -> Wanted:
    return Wanted(workspace="shop", interaction_id="i1", partition=PARTITION, after=after, border=border)


def texts(transcript: live.Transcript) -> list[str]:
    return [one.message.text for one in transcript.messages]


@pytest.mark.parametrize("stored", [0, 1, 5, 6, 7, 12])
async def test_however_far_the_database_is_every_message_below_the_border_comes_once(stored: int) -> None:
    broker = a_log(5)
    transcript = await Transcripts(shop_only(Shelf(broker, stored)), broker.reader()).read(wanted(), 1)
    assert texts(transcript) == ["0", "1", "2", "3"]
    assert (transcript.complete, transcript.complete_to) == (True, 12)


def shop_only(shelf: Shelf) -> Shelf:
    """The database tells workspaces apart; the shelf does by a filter here."""
    inner = shelf.messages

    async def messages(workspace: str, interaction_id: str, partition: int, after: int, limit: int) -> Kept:
        kept = await inner(workspace, interaction_id, partition, after, limit)
        mine = tuple(one for one in kept.messages if one.message.workspace == workspace)
        return Kept(messages=mine, next_offset=kept.next_offset, more=kept.more)

    shelf.messages = messages  # type: ignore[method-assign]
    return shelf


async def test_only_what_lies_above_the_offset_asked_for_comes() -> None:
    broker = a_log(5)
    transcript = await Transcripts(shop_only(Shelf(broker, 5)), broker.reader()).read(wanted(after=3), 1)
    assert texts(transcript) == ["2", "3"]


async def test_without_the_database_the_log_is_read() -> None:
    broker = a_log(5)
    transcript = await Transcripts(Shelf(broker, 0, away=True), broker.reader()).read(wanted(), 1)
    assert (texts(transcript), transcript.complete) == (["0", "1", "2", "3"], True)


async def test_what_is_too_much_to_read_is_said_to_be_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts, "MOST_READ", 3)
    broker = a_log(5)
    transcript = await Transcripts(Shelf(broker, 0, away=True), broker.reader()).read(wanted(), 1)
    assert (transcript.messages, transcript.complete) == ((), False)


async def test_a_broker_that_does_not_answer_leaves_it_incomplete_and_breaks_nothing() -> None:
    transcript = await Transcripts(shop_only(Shelf(a_log(5), 5)), Silent(a_log(5))).read(wanted(), 1)
    assert (texts(transcript), transcript.complete, transcript.complete_to) == (["0", "1"], False, 5)


async def test_what_came_after_the_border_is_no_part_of_it_however_much_that_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transcripts, "MOST_MESSAGES", 2)
    broker = a_log(5)
    transcript = await Transcripts(shop_only(Shelf(broker, 15)), broker.reader()).read(wanted(after=0, border=1), 1)
    assert (texts(transcript), transcript.complete, transcript.complete_to) == ([], True, 1)


async def test_a_long_transcript_comes_in_pieces_that_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts, "MOST_MESSAGES", 2)
    broker = a_log(5)
    reader = Transcripts(shop_only(Shelf(broker, 12)), broker.reader())
    first = await reader.read(wanted(), 1)
    assert (first.complete, len(first.messages)) == (False, 1)
    rest = await reader.read(wanted().above(first.complete_to - 1), 1)
    assert first.messages[-1].offset < rest.messages[0].offset
