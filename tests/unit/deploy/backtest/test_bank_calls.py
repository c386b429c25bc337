from __future__ import annotations

from deploy.backtest.bank_calls import recorded
from deploy.backtest.calls import day_ms
from deploy.simulation.bank_log import read
from tests.support.bank_rows import a_row

MIDNIGHT_MS = day_ms("1999-01-03")


def test_type_is_queue_and_skill_and_high_priority_one_step_before_the_others() -> None:
    lines = [a_row(1, type_="NE", priority=2), a_row(2, asked_s=36_001, priority=1), a_row(3, asked_s=36_002)]
    calls = recorded(read(lines)).calls
    assert [(call.queue, call.skill, call.type) for call in calls[:1]] == [("stock_trading", "stock_trading", "NE")]
    assert [(call.priority, call.recorded_priority) for call in calls] == [(4, "2"), (5, "1"), (5, "0")]


def test_a_call_asks_when_it_leaves_the_vru_and_has_its_wait_and_its_service() -> None:
    (call,) = recorded(read([a_row(asked_s=36_000, waited_s=25, service_s=90, server="DE LA CRUZ")])).calls
    assert (call.asked_ms, call.waited_ms, call.queued) == (MIDNIGHT_MS + 36_000_000, 25_000, True)
    assert (call.begun_ms, call.service_ms, call.agent_id) == (MIDNIGHT_MS + 36_025_000, 90_000, "de_la_cruz")
    assert call.patience_ms is None


def test_who_hung_up_was_ready_to_wait_as_long_as_he_did() -> None:
    (call,) = recorded(read([a_row(waited_s=45, hangs=True)])).calls
    assert (call.answered, call.patience_ms, call.service_ms, call.agent_id) == (False, 45_000, None, None)


def test_who_left_in_the_vru_did_not_ask() -> None:
    assert recorded(read([a_row(hangs=True)])).calls == ()


def test_a_call_after_midnight_asks_on_the_next_day_and_counts_in_its_own() -> None:
    (call,) = recorded(read([a_row(asked_s=86_405, vru_entry="23:59:55")])).calls
    assert (call.day, call.asked_ms) == ("1999-01-03", MIDNIGHT_MS + 86_405_000)


def test_days_that_no_calendar_has_and_calls_that_stand_there_twice_are_counted_and_left_out() -> None:
    log = recorded(read([a_row(1), a_row(1), a_row(2, date="990231")]))
    assert len(log.calls) == 1
    assert (log.quirks["same_call_twice"], log.quirks["no_such_day"], log.lines) == (1, 1, 3)
