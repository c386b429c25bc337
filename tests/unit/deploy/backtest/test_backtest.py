from __future__ import annotations

import pytest

from deploy.backtest.backtest import NothingToRun, backtest, prepare
from deploy.backtest.calls import RecordedCall, RecordedLog
from producers.admin.problems import InvalidDocument
from schemas.vocabulary import LegState
from tests.support.recorded_calls import a_recorded_call


def a_log(*calls: RecordedCall) -> RecordedLog:
    return RecordedLog(calls=calls, quirks={}, lines=len(calls))


DAY_OF_CALLS = [
    a_recorded_call(n, at_s=n * 40, waited_s=n % 5 * 10, agent=("dana", "eli")[n % 2], answered=n % 7 != 6)
    for n in range(50)
]


def test_a_day_as_recorded_is_run_and_stands_beside_the_record() -> None:
    prepared = prepare(a_log(*DAY_OF_CALLS), None, None)
    found = backtest(prepared, prepared.configuration(None), "1", 5_000)
    assert found.compared.whole.recorded.asked == found.compared.whole.here.asked == 50
    assert (found.problems, found.after_call_s, found.still_waiting) == ((), 5.0, 0)
    assert found.talking_percent is not None
    assert found.occupancy_percent is not None
    assert found.occupancy_percent > found.talking_percent > 0


def test_the_longer_the_work_after_calls_the_more_callers_hang_up() -> None:
    prepared = prepare(a_log(*DAY_OF_CALLS), None, None)
    shares = [
        backtest(prepared, prepared.configuration(None), "1", after_call_ms).compared.whole.here.hung_up
        for after_call_ms in (0, 60_000, 300_000)
    ]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


def test_what_is_learnt_is_learnt_from_the_whole_log_and_what_is_run_is_the_window() -> None:
    tomorrow = a_recorded_call(1, day="2027-02-04", queue="new", agent="zoe")
    prepared = prepare(a_log(*DAY_OF_CALLS, tomorrow), "2027-02-03", "2027-02-03")
    assert len(prepared.calls) == 50
    assert set(prepared.skills) == {"dana", "eli", "zoe"}
    assert {shift.agent_id for shift in prepared.shifts} == {"dana", "eli"}


def test_a_skill_that_nobody_has_shown_is_asked_of_nobody() -> None:
    lost = a_recorded_call(99, at_s=100, queue="rare", answered=False, waited_s=500)
    prepared = prepare(a_log(*DAY_OF_CALLS, lost), None, None)
    assert prepared.orphans == ("rare",)
    ran = backtest(prepared, prepared.configuration(None), "1", 0).run
    assert ran.outcomes[lost.call_id].state is LegState.CONNECTED


def test_a_day_without_agents_is_run_and_everybody_hangs_up() -> None:
    calls = [a_recorded_call(n, at_s=n, answered=False, waited_s=n) for n in range(9)]
    calls.append(a_recorded_call(9, at_s=9, agent=None, service_s=None))
    prepared = prepare(a_log(*calls), None, None)
    found = backtest(prepared, prepared.configuration(None), "1")
    assert (found.compared.whole.here.hung_up, found.problems, found.occupancy_percent) == (10, (), None)


def test_calls_that_routing_ends_itself_are_told_apart() -> None:
    document = {"workspace": "w", "queues": {"regular": {"expire_after": "20s", "overflow": {"when_full": "stay"}}}}
    prepared = prepare(a_log(*DAY_OF_CALLS), None, None)
    found = backtest(prepared, prepared.configuration(document), "1", 600_000, thorough=True)
    assert found.ended_otherwise["expired"] > 0
    assert found.problems == ()


def test_without_calls_there_is_nothing_to_run() -> None:
    with pytest.raises(NothingToRun, match="no call"):
        prepare(a_log(*DAY_OF_CALLS), "2027-03-01", None)


def test_a_log_without_calls_says_what_its_lines_were() -> None:
    with pytest.raises(NothingToRun, match=r"in 7 lines \(phantom 4, garbled_value 3\)"):
        prepare(RecordedLog(calls=(), quirks={"phantom": 4, "garbled_value": 3}, lines=7), None, None)


def test_a_document_without_a_place_for_the_calls_is_refused_and_one_with_a_default_takes_them() -> None:
    prepared = prepare(a_log(*DAY_OF_CALLS), None, None)
    with pytest.raises(NothingToRun, match="no queue regular"):
        prepared.configuration({"workspace": "w", "queues": {"all": {}}})
    taken = prepared.configuration({"workspace": "w", "settings": {"default_queue": "all"}, "queues": {"all": {}}})
    found = backtest(prepared, taken, "1")
    assert (found.ended_otherwise, found.problems) == ({}, ())


def test_a_document_with_errors_is_refused() -> None:
    with pytest.raises(InvalidDocument):
        prepare(a_log(*DAY_OF_CALLS), None, None).configuration({"workspace": "w", "queus": {}})
