from __future__ import annotations

from deploy.backtest.calls import day_ms
from deploy.backtest.csv_calls import read, separator_of

HEAD = "arrived_at,queue,skill,priority,patience_s,service_s,agent"


def test_an_answered_call_has_its_service_and_its_agent() -> None:
    (call,) = read([HEAD, "2027-02-03T10:00:05.250,Orders,Refunds,3,,90.5,Ana Lu"]).calls
    assert (call.day, call.asked_ms) == ("2027-02-03", day_ms("2027-02-03") + 36_005_250)
    assert (call.queue, call.skill, call.type, call.priority) == ("orders", "refunds", "refunds", 3)
    assert (call.answered, call.service_ms, call.agent_id, call.begun_ms) == (True, 90_500, "ana_lu", call.asked_ms)
    assert (call.patience_ms, call.waited_ms) == (None, None)


def test_a_call_without_agent_and_service_hung_up_when_its_patience_was_over() -> None:
    (call,) = read([HEAD, "2027-02-03 10:00,,,,45,,"]).calls
    assert (call.answered, call.patience_ms, call.waited_ms) == (False, 45_000, 45_000)
    assert (call.queue, call.skill, call.type, call.priority) == ("calls", None, "calls", 5)


def test_recorded_waits_are_read_where_there_are_any_in_whatever_order_columns_stand() -> None:
    head = "agent, waited_s ,service_s,arrived_at"
    first, second = read([head, "ana,12,60,2027-02-03T10:00:00", ",30,,2027-02-03T10:01:00"]).calls
    assert (first.waited_ms, first.begun_ms, first.queued) == (12_000, first.asked_ms + 12_000, True)
    assert (second.waited_ms, second.patience_ms, second.answered) == (30_000, 30_000, False)


def test_a_moment_with_a_zone_is_taken_in_utc() -> None:
    (call,) = read([HEAD, "2027-02-03T01:00:00+08:00,,,,10,,"]).calls
    assert (call.day, call.asked_ms) == ("2027-02-02", day_ms("2027-02-02") + 17 * 3_600_000)


def test_calls_are_in_the_order_in_which_they_came() -> None:
    calls = read([HEAD, "2027-02-03T10:00:00,,,,1,,", "2027-02-03T09:00:00,,,,1,,"]).calls
    assert [call.call_id for call in calls] == ["call-2", "call-1"]


def test_no_line_stops_the_reader_and_every_oddity_is_counted() -> None:
    log = read(
        [
            "arrived_at,queue,skill,priority,patience_s,service_s,agent,mood",
            "",
            "yesterday,,,,10,,",
            "2027-02-03T10:00:00,,,,-5,,",
            "2027-02-03T10:00:00,,,,nan,,",
            "2027-02-03T10:00:00,,,urgent,10,,",
            "2027-02-03T10:00:00,,,11,10,,",
            "2027-02-03T10:00:00,,,,,,",
            "2027-02-03T10:00:00,,,,,60,",
            "2027-02-03T10:00:00,,,,,,ana",
            "2027-02-03T10:00:00",
            "\x00,\ufffd" * 30,
        ]
    )
    assert (len(log.calls), log.lines) == (5, 10)
    assert log.quirks == {
        "garbled_value": 5,
        "column_not_documented": 1,
        "priority_outside_1_to_10_is_5": 1,
        "hung_up_without_patience": 2,
        "answered_by_no_agent": 1,
        "answered_without_service_time": 1,
    }


def test_columns_are_known_in_other_spellings_and_between_other_separators() -> None:
    for head in ('"Arrived At";"Patience-S";AGENT', "ARRIVED_AT\tpatience_s\tagent", " arrived_at , Patience_S ,agent"):
        separator = separator_of(head)
        (call,) = read([head, separator.join(("2027-02-03T10:00:00", "45", ""))]).calls
        assert (call.patience_ms, call.answered) == (45_000, False)


def test_years_and_lengths_that_cannot_be_are_counted_and_left_out() -> None:
    log = read([HEAD, "0001-01-01T10:00:00,,,,5,,", "2027-02-03T10:00:00,,,,1e300,,", "2027-02-03T10:00:00,,,,inf,,"])
    assert (log.calls, log.quirks) == ((), {"garbled_value": 3})


def test_an_empty_file_has_no_calls() -> None:
    assert (read([]).calls, read([HEAD]).calls) == ((), ())
