"""An interaction's messages up to a known offset: from the database, and what it does not have yet from the log.

The follower's position at the moment of asking is the border: everything below it is in the transcript, everything from
it on comes as message frames. Without the database the log alone is read, if that is not too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from aiokafka.errors import KafkaError

from runtime.broker import Reader
from runtime.errors import LogBroken
from runtime.kept_messages import Away, KeptMessages
from runtime.records import Record, TopicPartition
from schemas import codec
from schemas.live import Message, Transcript
from schemas.messages import MessagePosted
from schemas.topics import MESSAGES

MOST_MESSAGES: Final = 1_000
MOST_READ: Final = 50_000
"""Records of the log that one transcript may read; beyond them it is not complete now."""


class Wanted(msgspec.Struct, frozen=True):
    """Whose messages: above `after` (-1 = all), below `border` of the partition."""

    workspace: str
    interaction_id: str
    partition: int
    after: int
    border: int

    def above(self, after: int) -> Wanted:
        """The same, further on."""
        return msgspec.structs.replace(self, after=max(self.after, after))


class Transcripts:
    """Reads transcripts."""

    def __init__(self, records: KeptMessages, reader: Reader) -> None:
        self._records = records
        self._reader = reader

    async def read(self, wanted: Wanted, at_ms: int) -> Transcript:
        """The transcript; not `complete` when something below the border could not be read now."""
        first = wanted.after + 1
        try:
            kept = await self._records.messages(
                wanted.workspace, wanted.interaction_id, wanted.partition, wanted.after, MOST_MESSAGES
            )
        except Away:
            messages: tuple[Message, ...] = ()
            known_to = first
        else:
            messages = tuple(one for one in kept.messages if one.offset < wanted.border)
            known_to = max(first, kept.next_offset)
            if kept.more and messages:
                return _transcript(wanted, messages, messages[-1].offset + 1, at_ms, complete=False)
        tail = await self._from_log(wanted, known_to)
        if tail is None:
            return _transcript(wanted, messages, known_to, at_ms, complete=False)
        return _transcript(wanted, messages + tail, wanted.border, at_ms, complete=True)

    async def _from_log(self, wanted: Wanted, first: int) -> tuple[Message, ...] | None:
        """The interaction's messages from `first` to the border; None = too many records, or they are gone, or the broker
        is away.
        """
        if first >= wanted.border:
            return ()
        found: list[Message] = []
        try:
            log = await self._reader.log_range(TopicPartition(MESSAGES.name, wanted.partition))
            if wanted.border - max(first, log.first) > MOST_READ:
                return None
            async for batch in self._reader.read_range(
                MESSAGES.name, wanted.partition, max(first, log.first), wanted.border
            ):
                found.extend(messages_in(batch, wanted))
        except (LogBroken, KafkaError, OSError):
            return None
        return tuple(found)


def messages_in(batch: Sequence[Record], wanted: Wanted) -> list[Message]:
    """The wanted messages among records."""
    key = wanted.interaction_id.encode()
    decoded = ((record.offset, message_in(record)) for record in batch if record.key == key)
    return [
        Message(offset=offset, message=message)
        for offset, message in decoded
        if message is not None and message.workspace == wanted.workspace
    ]


def message_in(record: Record) -> MessagePosted | None:
    """The message of a record; None = not one (the message writer puts it to the dead letters)."""
    try:
        message = codec.decode(MESSAGES, record.value or b"")
    except codec.Undecodable:
        return None
    return message if isinstance(message, MessagePosted) else None


def _transcript(wanted: Wanted, messages: tuple[Message, ...], to: int, at_ms: int, *, complete: bool) -> Transcript:
    return Transcript(
        interaction_id=wanted.interaction_id, at_ms=at_ms, complete_to=to, complete=complete, messages=messages
    )
