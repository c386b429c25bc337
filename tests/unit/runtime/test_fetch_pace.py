from __future__ import annotations

from runtime.fetch_pace import GATHERED_BYTES, HOLDING_WAIT_MS, PAUSED_WAIT_MS, FetchPace
from runtime.records import TopicPartition

ONE, OTHER = TopicPartition("t", 0), TopicPartition("t", 1)


def test_a_fetch_is_kept_as_long_as_there_is_nothing_and_no_longer() -> None:
    assert FetchPace(500).kept == (500, 1)


def test_who_gathers_does_so_while_something_comes_and_for_its_own_time() -> None:
    pace = FetchPace(100, gather_ms=250)
    assert pace.kept == (100, 1)
    pace.came(True)
    assert pace.kept == (250, GATHERED_BYTES)
    pace.came(False)
    assert pace.kept == (100, 1)


def test_who_is_in_a_hurry_never_gathers() -> None:
    pace = FetchPace(500)
    pace.came(True)
    assert pace.kept == (500, 1)


def test_partitions_that_are_about_to_begin_or_to_go_on_are_not_kept_waiting() -> None:
    pace = FetchPace(500, gather_ms=250)
    pace.came(True)
    pace.held, pace.paused = {ONE}, {OTHER}
    assert pace.kept == (HOLDING_WAIT_MS, GATHERED_BYTES)
    pace.held.clear()
    assert pace.kept == (PAUSED_WAIT_MS, GATHERED_BYTES)
    pace.paused.clear()
    assert pace.kept == (250, GATHERED_BYTES)


def test_a_time_shorter_than_these_stays() -> None:
    pace = FetchPace(5)
    pace.held = {ONE}
    assert pace.kept.wait_ms == 5
