"""Two clocks and their timers."""

from __future__ import annotations

from streams.routing.timers import Clocks, Timer, TimerKind, Timers


def clocks(now_ms: int = 1_000, *, attended: bool = True) -> Clocks:
    found = Clocks()
    found.advance(now_ms)
    if attended:
        found.tick()
    return found


def test_attended_time_stops_two_seconds_after_the_last_tick() -> None:
    time = clocks()
    time.advance(2_500)
    assert time.attended_ms == 1_500
    time.advance(60_000)
    assert time.attended_ms == 2_000
    time.tick()
    time.advance(60_700)
    assert time.attended_ms == 2_700


def test_log_time_never_goes_back() -> None:
    time = clocks()
    time.advance(500)
    assert time.now_ms == 1_000


def test_timers_of_one_moment_fire_in_the_order_they_were_set() -> None:
    timers = Timers(lambda _: True)
    timers.set(TimerKind.OFFER, 500, "second-clock")
    timers.set(TimerKind.WAITING, 1_500, "log")
    timers.set(TimerKind.WRAP_UP, 500, "third")
    time = clocks()
    fired = []
    while (due := timers.pop_due(time, 1_500)) is not None:
        time.advance(due[0])
        fired.append((due[0], due[1][3]))
    assert fired == [(1_500, "second-clock"), (1_500, "log"), (1_500, "third")]


def test_without_attendance_only_log_timers_fire() -> None:
    timers = Timers(lambda _: True)
    timers.set(TimerKind.OFFER, 500, "attended")
    timers.set(TimerKind.WAITING, 9_000, "log")
    time = clocks(attended=False)
    due = timers.pop_due(time, 10_000)
    assert due is not None
    assert due[1][3] == "log"
    time.advance(10_000)
    assert timers.pop_due(time, 10_000) is None
    assert timers.next_due_ms(time) == 10_500


def test_a_dead_timer_neither_fires_nor_keeps_anybody_awake() -> None:
    alive = {"a": True}
    timers = Timers(lambda timer: alive[timer[3]])
    timers.set(TimerKind.OFFER, 10, "a")
    alive["a"] = False
    time = clocks()
    assert timers.next_due_ms(time) is None
    assert timers.pop_due(time, 5_000) is None


def test_pending_timers_are_listed_earliest_first() -> None:
    timers = Timers(lambda timer: timer[3] != "dead")
    for due, name in ((30, "b"), (10, "dead"), (20, "a")):
        timers.set(TimerKind.GRACE, due, name)
    log, attended = timers.pending()
    names: list[Timer] = attended
    assert log == []
    assert [timer[3] for timer in names] == ["a", "b"]
