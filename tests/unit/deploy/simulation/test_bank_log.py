from __future__ import annotations

import pytest

from deploy.simulation.bank_log import Outcome, Quirk, read
from deploy.simulation.bank_times import DAY_S
from tests.support.bank_rows import DAY, HEADER, a_row


def test_a_queued_call_has_its_wait_its_service_and_who_called() -> None:
    line = a_row(7, asked_s=36_000, waited_s=25, service_s=90, type_="NE", priority=2, customer_id=4711)
    log = read([HEADER, line], DAY)
    (call,) = log.calls
    assert (call.asked_s, call.queued, call.waited_s, call.begun_s, call.service_s) == (36_000, True, 25, 36_025, 90)
    assert (call.type, call.priority, call.customer_id, call.agent) == ("NE", 2, "4711", "DANA")
    assert call.outcome is Outcome.AGENT
    assert (call.asked, call.answered, call.day) == (True, True, DAY)
    assert (log.quirks, log.lines) == ({Quirk.HEADER: 1}, 2)


def test_a_line_may_end_as_on_any_system() -> None:
    assert len(read([a_row() + "\r\n", a_row(2) + "\n"]).calls) == 2


@pytest.mark.parametrize(
    ("line", "quirk"),
    [
        (a_row(outcome="PHANTOM"), Quirk.PHANTOM),
        (a_row(outcome="RING"), Quirk.UNKNOWN_OUTCOME),
        ("", Quirk.EMPTY),
        ("XX\t1\t2", Quirk.SHORT),
        (a_row() + "\tmore", Quirk.SHORT),
        (a_row(vru_exit="9.30"), Quirk.GARBLED),
        (a_row(vru_exit="10:77:00"), Quirk.GARBLED),
        (a_row(waited_s=5, q_time="five"), Quirk.GARBLED),
        (a_row(ser_time="four"), Quirk.GARBLED),
        (a_row(ser_time="99999999999999999999"), Quirk.GARBLED),
        (a_row(date="99x103"), Quirk.GARBLED),
        (a_row(date="991403"), Quirk.GARBLED),
        (a_row(priority=-1).replace("-1", "high"), Quirk.GARBLED),
        ("\x00\ufffd" * 40, Quirk.SHORT),
    ],
)
def test_what_is_no_call_is_counted_by_name_and_left_out(line: str, quirk: Quirk) -> None:
    log = read([a_row(1), line], DAY)
    assert [call.call_id for call in log.calls] == ["XX0101-1"]
    assert log.quirks[quirk] == 1


@pytest.mark.parametrize(
    ("line", "quirk"),
    [
        (a_row(vru_exit=""), Quirk.TIME_LOST),
        (a_row(ser_time="-4"), Quirk.LENGTH_LOST),
        (a_row(vru_time="-37"), Quirk.NEGATIVE_VRU_TIME),
        (a_row(type_="AA"), Quirk.OTHER_TYPE),
        (a_row(waited_s=None), Quirk.NOT_QUEUED),
        (a_row(hangs=True), Quirk.LEFT_IN_VRU),
        (a_row(server=None), Quirk.NO_SERVER),
        (a_row(ser_start="0:00:00", ser_exit="0:00:00", ser_time="0"), Quirk.NO_SERVICE),
        (a_row(asked_s=36_000, waited_s=30, ser_start="10:00:28"), Quirk.SERVICE_EARLY),
        (a_row(waited_s=30, hangs=True, ser_start="10:00:30", ser_time="12"), Quirk.HANG_WITH_SERVICE),
        (a_row(asked_s=DAY_S - 20, waited_s=30), Quirk.OVER_MIDNIGHT),
    ],
)
def test_what_is_odd_about_a_call_is_counted_and_it_stays_a_call(line: str, quirk: Quirk) -> None:
    log = read([line], DAY)
    assert len(log.calls) == 1
    assert log.quirks[quirk] == 1


def test_columns_in_another_order_and_spelling_are_found_and_a_log_needs_no_header() -> None:
    order = [16, *range(16)]
    head, line = HEADER.upper().replace("+", "_").split("\t"), a_row(7, waited_s=5).split("\t")
    turned = [",".join(of[index] for index in order) for of in (head, line)]
    for lines in (turned, [a_row(7, waited_s=5)], [a_row(7, waited_s=5) + "\t \t"]):
        (call,) = read(lines).calls
        assert (call.call_id, call.waited_s, call.agent, call.day) == ("XX0101-7", 5, "DANA", DAY)


def test_outcomes_types_and_servers_are_known_in_small_letters_and_a_blank_server_is_nobody() -> None:
    small, blank = read([a_row(1, type_="ps", outcome="agent", server="no_server"), a_row(2, server=" ")]).calls
    assert (small.type, small.answered, small.agent, blank.agent) == ("PS", True, None, None)


@pytest.mark.parametrize(
    ("written", "day"), [("990228", "1999-02-28"), ("19991231", "1999-12-31"), ("000101", "2000-01-01")]
)
def test_a_date_is_read_with_its_century_or_without(written: str, day: str) -> None:
    assert [call.day for call in read([a_row(date=written)]).calls] == [day]


def test_a_call_that_left_the_vru_did_not_ask_for_an_agent_and_one_that_gave_up_waiting_did() -> None:
    left, waited = read([a_row(1, hangs=True), a_row(2, asked_s=36_001, waited_s=0, hangs=True)]).calls
    assert (left.asked, left.answered) == (False, False)
    assert (waited.asked, waited.answered) == (True, False)


def test_a_call_over_midnight_keeps_its_day_and_its_times_go_on() -> None:
    (call,) = read([a_row(asked_s=DAY_S + 5, waited_s=30, vru_entry="23:59:55")], DAY).calls
    assert (call.day, call.asked_s, call.begun_s) == (DAY, DAY_S + 5, DAY_S + 35)


def test_nobody_serves_a_call_without_a_server_and_a_hang_up_has_no_agent() -> None:
    nobody, hung_up = read([a_row(1, server=None), a_row(2, asked_s=36_001, waited_s=9, hangs=True)]).calls
    assert (nobody.agent, nobody.service_s) == (None, 60)
    assert (hung_up.agent, hung_up.begun_s, hung_up.service_s) == (None, None, 0)


def test_service_beside_an_earlier_call_of_the_same_agent_is_counted_also_behind_a_short_one() -> None:
    lines = [
        a_row(1, asked_s=36_000, service_s=600),
        a_row(2, asked_s=36_100, service_s=10),
        a_row(3, asked_s=36_200, service_s=10),
        a_row(4, asked_s=36_100, service_s=10, server="ELI"),
        a_row(5, asked_s=36_600, service_s=10),
    ]
    assert read(lines).quirks[Quirk.OVERLAPPING] == 2


def test_only_the_day_that_is_asked_for_is_read_in_the_order_of_asking() -> None:
    lines = [a_row(1, asked_s=40_000), a_row(2, asked_s=39_000), a_row(3, date="990104"), a_row(4, date="990104")]
    assert [call.call_id for call in read(lines, DAY).calls] == ["XX0101-2", "XX0101-1"]
    assert [call.day for call in read(lines).calls] == [DAY, DAY, "1999-01-04", "1999-01-04"]
    assert read([a_row(outcome="PHANTOM", date="990104")], DAY).quirks == {}
