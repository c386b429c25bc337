from __future__ import annotations

import asyncio

import structlog

from runtime.clock import ManualClock
from runtime.memory import MemoryBroker
from runtime.records import Record
from runtime.sender import Sender
from runtime.typing_signals import HOLDS_MS, MOST_REMEMBERED, REPEAT_MS, TypingSignals, typing_in
from schemas.messages import Author
from schemas.topics import MESSAGES, TYPING
from schemas.typing import TypingSignalled
from tests.support.gateway_parts import a_broker


class Said:
    """What comes into the log of what is said."""

    def __init__(self) -> None:
        self.broker: MemoryBroker = a_broker()
        clock = ManualClock(0)
        self.sender = Sender(self.broker.producer, clock, structlog.get_logger())
        self.signals = TypingSignals(self.sender, clock, "/tests")

    def say(self, interaction_id: str = "i1", *, active: bool = True, at_ms: int = 0) -> None:
        self.signals.say(
            TypingSignalled(
                workspace="shop", interaction_id=interaction_id, author=Author.AGENT, at_ms=at_ms, active=active
            )
        )

    async def heard(self) -> list[tuple[str, bool, int]]:
        sending = asyncio.create_task(self.sender.run())
        await self.sender.settled()
        sending.cancel()
        await asyncio.wait([sending])
        found = []
        for log in self.broker.partitions(TYPING.name):
            records = self.broker.read(log, 0, self.broker.log_range(log).end)
            found += [typing_in(record, record.timestamp_ms) for record in records]
        return [(one.interaction_id, one.active, one.at_ms) for one in found if one is not None]


async def test_the_same_is_said_again_only_after_a_while_and_its_end_at_once() -> None:
    said = Said()
    for at_ms in (0, 1, REPEAT_MS - 1, REPEAT_MS):
        said.say(at_ms=at_ms)
    said.say(active=False, at_ms=REPEAT_MS + 1)
    said.say(active=False, at_ms=3 * REPEAT_MS)
    said.say(at_ms=3 * REPEAT_MS + 1)
    heard = [(active, at_ms) for _, active, at_ms in await said.heard()]
    assert heard == [(True, 0), (True, REPEAT_MS), (False, REPEAT_MS + 1), (True, 3 * REPEAT_MS + 1)]


async def test_an_end_that_had_no_beginning_is_not_said() -> None:
    said = Said()
    said.say(active=False)
    assert await said.heard() == []


async def test_not_more_writers_are_remembered_than_fit() -> None:
    said = Said()
    for number in range(MOST_REMEMBERED + 1):
        said.say(f"i{number}")
    said.say("i0", at_ms=1)
    heard = await said.heard()
    assert [at_ms for interaction_id, _, at_ms in heard if interaction_id == "i0"] == [0, 1]


async def test_what_is_old_no_sign_or_not_to_be_read_is_nothing() -> None:
    said = Said()
    said.say()
    await said.heard()
    [log] = [one for one in said.broker.partitions(TYPING.name) if said.broker.log_range(one).end]
    [record] = said.broker.read(log, 0, 1)
    assert typing_in(record, record.timestamp_ms + HOLDS_MS - 1) is not None
    assert typing_in(record, record.timestamp_ms + HOLDS_MS) is None
    assert typing_in(Record(MESSAGES.name, 0, 0, 0, record.key, record.value, record.headers), 0) is None
    poison = Record(TYPING.name, 0, 0, 0, b"i1", b"poison", ())
    assert typing_in(poison, 0) is None
