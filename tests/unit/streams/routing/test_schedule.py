"""Ticks: every second, at due moments, at the first timer, and never while the owner lags."""

from __future__ import annotations

from streams.routing.schedule import LAG_LIMIT_MS, TickSchedule

TICK_MS = 1_000


def test_no_timer_wants_no_tick() -> None:
    assert not TickSchedule(TICK_MS).wanted(now_ms=5_000, due_ms=None, lag_ms=0)


def test_the_first_timer_wants_a_tick_at_once() -> None:
    assert TickSchedule(TICK_MS).wanted(now_ms=5_000, due_ms=25_000, lag_ms=0)


def test_between_ticks_nothing_is_wanted() -> None:
    schedule = TickSchedule(TICK_MS)
    schedule.sent(5_000)
    schedule.seen()
    assert not schedule.wanted(now_ms=5_999, due_ms=25_000, lag_ms=0)
    assert schedule.wanted(now_ms=6_000, due_ms=25_000, lag_ms=0)


def test_a_due_moment_wants_a_tick_before_the_second_is_over() -> None:
    schedule = TickSchedule(TICK_MS)
    schedule.sent(5_000)
    schedule.seen()
    assert schedule.wanted(now_ms=5_100, due_ms=5_100, lag_ms=0)


def test_a_tick_stamped_before_the_due_moment_is_repeated_once_it_was_seen() -> None:
    schedule = TickSchedule(TICK_MS)
    schedule.sent(5_100)
    assert not schedule.wanted(now_ms=5_101, due_ms=5_100, lag_ms=0)
    schedule.seen()
    assert schedule.wanted(now_ms=5_102, due_ms=5_100, lag_ms=0)


def test_a_lagging_owner_appends_nothing() -> None:
    schedule = TickSchedule(TICK_MS)
    assert not schedule.wanted(now_ms=60_000, due_ms=1_000, lag_ms=LAG_LIMIT_MS)
    assert schedule.wanted(now_ms=60_000, due_ms=1_000, lag_ms=LAG_LIMIT_MS - 1)


def test_a_tick_that_does_not_come_back_says_that_the_owner_lags() -> None:
    schedule = TickSchedule(TICK_MS)
    schedule.sent(5_000)
    assert schedule.wanted(now_ms=6_000, due_ms=25_000, lag_ms=0)
    schedule.sent(6_000)
    assert not schedule.wanted(now_ms=7_000, due_ms=25_000, lag_ms=0)
    schedule.seen()
    assert schedule.wanted(now_ms=7_001, due_ms=25_000, lag_ms=0)


def test_timers_that_went_and_came_again_want_a_tick_at_once() -> None:
    schedule = TickSchedule(TICK_MS)
    schedule.sent(5_000)
    schedule.seen()
    assert not schedule.wanted(now_ms=5_200, due_ms=None, lag_ms=0)
    assert schedule.wanted(now_ms=5_300, due_ms=30_000, lag_ms=0)
