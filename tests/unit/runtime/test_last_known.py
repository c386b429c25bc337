from __future__ import annotations

import asyncio

import pytest

from runtime.clock import ManualClock
from runtime.last_known import PAUSE_S, LastKnown, StoreAway


class Store:
    """Answers from a dict; `away` raises, `silent` never answers; `asked` counts."""

    def __init__(self, **answers: int) -> None:
        self.answers = answers
        self.away = False
        self.silent = False
        self.asked = 0

    async def ask(self, key: str) -> int | None:
        self.asked += 1
        if self.silent:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        if self.away:
            raise OSError
        return self.answers.get(key)


async def test_a_fresh_answer_is_not_asked_for_again() -> None:
    store, clock = Store(a=1), ManualClock()
    known = LastKnown(store.ask, clock, fresh_ms=5_000)
    assert await known.get("a") == 1
    clock.advance_ms(4_999)
    assert await known.get("a") == 1
    assert store.asked == 1
    clock.advance_ms(1)
    store.answers["a"] = 2
    assert await known.get("a") == 2


async def test_what_is_gone_is_gone_when_the_store_says_so() -> None:
    store, clock = Store(a=1), ManualClock()
    known = LastKnown(store.ask, clock, fresh_ms=5_000)
    await known.get("a")
    del store.answers["a"]
    clock.advance_ms(5_000)
    assert await known.get("a") is None
    store.away = True
    with pytest.raises(StoreAway):
        await known.get("a")


async def test_the_last_known_answer_stands_while_the_store_is_away() -> None:
    store, clock = Store(a=1), ManualClock()
    known = LastKnown(store.ask, clock, fresh_ms=5_000)
    await known.get("a")
    store.away = True
    clock.advance_ms(3_600_000)
    assert await known.get("a") == 1
    with pytest.raises(StoreAway):
        await known.get("b")


async def test_after_a_miss_nobody_waits_for_the_store_until_the_pause_is_over() -> None:
    store, clock = Store(a=1), ManualClock()
    store.away = True
    known = LastKnown(store.ask, clock)
    for _ in range(5):
        with pytest.raises(StoreAway):
            await known.get("a")
    assert store.asked == 1
    store.away = False
    clock.advance_ms(int(PAUSE_S * 1000))
    assert await known.get("a") == 1


async def test_a_store_that_does_not_answer_is_away() -> None:
    store = Store(a=1)
    store.silent = True
    with pytest.raises(StoreAway):
        await LastKnown(store.ask, ManualClock(), limit_ms=10).get("a")


async def test_many_who_ask_at_once_ask_once() -> None:
    store = Store(a=1)
    known = LastKnown(store.ask, ManualClock())
    assert await asyncio.gather(*(known.get("a") for _ in range(10))) == [1] * 10
    assert store.asked == 1


async def test_strangers_do_not_push_out_what_is_known() -> None:
    store = Store(a=1, b=2)
    known = LastKnown(store.ask, ManualClock(), capacity=2)
    await known.get("a")
    await known.get("b")
    for stranger in range(100):
        assert await known.get(f"stranger {stranger}") is None
    store.away = True
    assert [await known.get("a"), await known.get("b")] == [1, 2]


async def test_the_oldest_goes_when_too_many_are_known() -> None:
    store = Store(a=1, b=2, c=3)
    known = LastKnown(store.ask, ManualClock(), capacity=2)
    for key in "abc":
        await known.get(key)
    assert store.asked == 3
    await known.get("c")
    assert store.asked == 3
    await known.get("a")
    assert store.asked == 4


async def test_what_was_forgotten_is_asked_for_again() -> None:
    store = Store(a=1)
    known = LastKnown(store.ask, ManualClock())
    await known.get("a")
    known.forget("a")
    known.forget("never known")
    await known.get("a")
    assert store.asked == 2


async def test_a_mistake_is_no_absence() -> None:
    async def broken(_key: str) -> int | None:
        raise LookupError

    with pytest.raises(LookupError):
        await LastKnown(broken, ManualClock()).get("a")
