from __future__ import annotations

import pytest

from deploy.simulation.bank_columns import COLUMNS, cells, row
from deploy.simulation.bank_times import DAY_S, Times, times_of
from tests.support.bank_rows import a_row


def times(line: str, *, answered: bool = True) -> Times:
    found = row(cells(line), COLUMNS)
    assert found is not None
    return times_of(found, answered=answered)


def test_a_call_whose_vru_exit_is_not_known_asked_when_it_was_queued_else_served_else_when_it_came() -> None:
    for lost in ("", "0:00:00"):
        queued = times(a_row(asked_s=36_000, waited_s=25, vru_exit=lost))
        served = times(a_row(asked_s=36_000, vru_exit=lost, vru_entry=""))
        neither = times(a_row(asked_s=36_000, vru_exit=lost, hangs=True), answered=False)
        assert (queued.asked_s, served.asked_s, neither.asked_s) == (36_000, 36_000, 35_990)
        assert (queued.time_lost, served.time_lost, neither.time_lost) == (True, True, True)


def test_midnight_is_a_time_where_the_call_came_shortly_before() -> None:
    found = times(a_row(asked_s=DAY_S, waited_s=30))
    assert (found.asked_s, found.begun_s, found.time_lost) == (DAY_S, DAY_S + 30, False)


def test_service_without_a_beginning_or_hours_away_begins_when_the_wait_ends() -> None:
    for begins in ("", "0:00:00", "3:00:00", "20:00:00"):
        found = times(a_row(asked_s=36_000, waited_s=25, service_s=90, ser_start=begins))
        assert (found.begun_s, found.service_s, found.time_lost) == (36_025, 90, True)


@pytest.mark.parametrize("lost", ["", "-5", "-86000"])
def test_a_length_that_is_lost_is_what_the_clock_says(lost: str) -> None:
    found = times(a_row(asked_s=36_000, waited_s=25, service_s=90, q_time=lost, ser_time=lost))
    assert (found.waited_s, found.service_s, found.length_lost) == (25, 90, True)
    over_midnight = times(a_row(asked_s=DAY_S - 20, service_s=90, ser_time=lost))
    assert over_midnight.service_s == 90


def test_a_service_of_which_neither_length_nor_end_is_known_was_none_that_is_known() -> None:
    found = times(a_row(asked_s=36_000, ser_time="-5", ser_exit=""))
    assert (found.begun_s, found.service_s, found.length_lost) == (None, 0, True)


def test_zeros_written_with_two_digits_are_zeros() -> None:
    found = times(a_row(hangs=True, q_start="00:00:00", q_exit="00:00:00"), answered=False)
    assert (found.queued, found.waited_s, found.length_lost) == (False, 0, False)
