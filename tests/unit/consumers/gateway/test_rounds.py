from __future__ import annotations

import structlog

from consumers.gateway.follower import Follower, Hooks
from consumers.gateway.rounds import Liveness, watched
from consumers.gateway.scopes import WHOLE
from runtime.clock import ManualClock
from runtime.metrics import Metrics
from runtime.partitioner import partition_of
from runtime.records import TopicPartition
from schemas import live
from tests.support.gateway_parts import Listener, a_broker
from tests.support.screens import Viewer


class Asked:
    """A liveness whose broker is what the test says."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        hooks = Hooks(decided=lambda _: None, appeared=lambda _: None, too_slow=lambda _: None)
        self.follower = Follower(a_broker().reader(), self.clock, structlog.get_logger(), hooks, Metrics())
        self.end = 5
        self.away = False
        self.said: list[live.Frame] = []
        self.liveness = Liveness(self.follower, self._ends, self.clock, self.said.append)

    async def _ends(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        if self.away:
            raise OSError("away")
        return dict.fromkeys(partitions, self.end)

    def tell_up_to(self, offset: int) -> None:
        for number in range(16):
            self.follower.positions[TopicPartition("routing.decisions.v1", number)] = offset

    def has_caught_up(self) -> bool:
        return self.liveness.caught_up

    async def look(self) -> live.NotLive | None:
        await self.liveness.look()
        return self.liveness.state


async def test_a_gateway_is_live_once_it_has_told_what_the_broker_had() -> None:
    asked = Asked()
    asked.tell_up_to(4)
    assert await asked.look()
    assert await asked.look()
    assert asked.has_caught_up() is False
    asked.tell_up_to(5)
    assert await asked.look() is None
    assert asked.has_caught_up() is True
    assert [type(frame) for frame in asked.said] == [live.Live]


async def test_what_came_since_the_last_look_does_not_make_it_lag() -> None:
    asked = Asked()
    asked.tell_up_to(5)
    await asked.look()
    await asked.look()
    asked.end = 1_000
    assert await asked.look() is None
    lagging = await asked.look()
    assert lagging is not None
    assert lagging.reason is live.NotLiveReason.CATCHING_UP


async def test_without_the_broker_it_says_since_when_and_only_once() -> None:
    asked = Asked()
    asked.tell_up_to(5)
    await asked.look()
    await asked.look()
    current_ms = asked.clock.now_ms()
    asked.away = True
    asked.clock.advance_ms(3_000)
    for _ in range(3):
        state = await asked.look()
        assert state is not None
        assert (state.reason, state.since_ms) == (live.NotLiveReason.BROKER, current_ms)
    assert [type(frame) for frame in asked.said] == [live.Live, live.NotLive]
    asked.away = False
    await asked.look()
    assert [type(frame) for frame in asked.said] == [live.Live, live.NotLive, live.Live]


async def test_what_clients_have_is_as_of_the_round_whose_records_have_been_told() -> None:
    asked = Asked()
    asked.tell_up_to(5)
    await asked.look()
    known_ms = asked.clock.now_ms()
    asked.clock.advance_ms(1_000)
    asked.end = 9
    assert await asked.look() is None
    asked.clock.advance_ms(1_000)
    state = await asked.look()
    assert state is not None
    assert (state.reason, state.since_ms) == (live.NotLiveReason.CATCHING_UP, known_ms)


def test_only_partitions_that_somebody_looks_at_are_asked_for() -> None:
    listener = Listener()
    assert watched({"shop": listener.workspace}) == [TopicPartition("routing.decisions.v1", 0)]
    Viewer(WHOLE).connect(listener.workspace)
    expected = TopicPartition("routing.decisions.v1", partition_of(b"shop", 16))
    assert watched({"shop": listener.workspace}) == [expected]
