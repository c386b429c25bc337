from __future__ import annotations

from collections.abc import Iterable

import structlog

from producers.web.liveness import Liveness
from runtime.clock import ManualClock
from runtime.following import DECISIONS, FollowerHooks, ViewFollower
from runtime.records import TopicPartition
from schemas import chat
from schemas.live import NotLiveReason
from tests.support.gateway_parts import a_broker


class Asked(ViewFollower):
    """A follower whose broker is what the test says."""

    def __init__(self) -> None:
        super().__init__(a_broker().reader(), structlog.get_logger(), FollowerHooks())
        self.end = 5
        self.away = False
        self.tell_up_to(5)
        self.clock = ManualClock(1_000)
        self.said: list[chat.Frame] = []
        self.liveness = Liveness(self, self.clock, self.said.append)

    async def ends(self, partitions: Iterable[TopicPartition] = DECISIONS) -> dict[TopicPartition, int]:
        if self.away:
            raise OSError("away")
        return dict.fromkeys(partitions, self.end)

    def tell_up_to(self, offset: int) -> None:
        self.positions.update(dict.fromkeys(DECISIONS, offset))

    async def look_after(self, wait_ms: int) -> chat.Frame:
        self.clock.advance_ms(wait_ms)
        await self.liveness.look()
        return self.liveness.frame()


async def test_pages_are_current_once_all_that_the_broker_held_has_been_told() -> None:
    asked = Asked()
    asked.tell_up_to(4)
    await asked.look_after(0)
    await asked.look_after(1_000)
    assert (asked.liveness.caught_up, asked.liveness.state) == (False, NotLiveReason.CATCHING_UP)
    asked.tell_up_to(5)
    assert await asked.look_after(1_000) == chat.Live(at_ms=3_000)
    assert asked.said == [chat.Live(at_ms=3_000)]


async def test_pages_are_as_of_the_look_whose_records_have_been_told() -> None:
    asked = Asked()
    await asked.look_after(0)
    await asked.look_after(1_000)
    asked.away = True
    assert await asked.look_after(2_000) == chat.NotLive(at_ms=4_000, since_ms=1_000, reason=NotLiveReason.BROKER)
