from __future__ import annotations

import pytest

from deploy.local.plan import ROOT
from deploy.simulation.bank_day import QUEUES, Compression, Replay, agent_id, plan_of, queue_of, staffed
from deploy.simulation.bank_log import TYPES, read
from deploy.simulation.plan import Shift
from producers.admin.compile import compile_document
from producers.admin.document import Format, parse
from tests.support.bank_rows import DAY, a_row

H = 3_600
SIXTY = Replay(speed=60, seed="seed", run="run")
LINES = [
    a_row(1, asked_s=10 * H, waited_s=None, service_s=120),
    a_row(2, asked_s=10 * H + 60, waited_s=30, service_s=90, server="ELI", type_="NE", priority=2, customer_id=4711),
    a_row(3, asked_s=10 * H + 120, waited_s=45, hangs=True, priority=1, customer_id=4712),
    a_row(4, asked_s=10 * H + 180, waited_s=300, hangs=True),
    a_row(5, asked_s=10 * H + 240, hangs=True),
    a_row(6, asked_s=11 * H, waited_s=5, service_s=30, server="ELI"),
]
CALLS = read(LINES, DAY).calls


def test_calls_that_asked_come_when_they_left_the_vru() -> None:
    plan = plan_of(CALLS, SIXTY).plan
    assert [one.due_ms for one in plan.arrivals] == [0, 1_000, 2_000, 3_000, 3_000 + 1_800_000 // 60]
    assert plan.arrivals[0].contact.talk_ms == 2_000


def test_type_priority_and_customer_become_queue_priority_and_card() -> None:
    first, second, third, *_ = plan_of(CALLS, SIXTY).plan.arrivals
    assert (first.contact.data["queue"], first.contact.data["priority"]) == ("regular", 5)
    assert first.contact.data["contact_points"] == []
    assert (second.contact.data["queue"], second.contact.data["priority"]) == ("stock_trading", 4)
    assert second.contact.data["contact_points"] == [{"kind": "card", "value": "4711"}]
    assert third.contact.data["priority"] == 5


def test_who_hung_up_has_the_recorded_patience_and_who_was_answered_at_least_the_recorded_wait() -> None:
    arrivals = plan_of(CALLS, SIXTY).plan.arrivals
    answered, gave_up = arrivals[1].contact, arrivals[2].contact
    assert gave_up.leaves_after_ms == 750
    assert answered.leaves_after_ms in (750, 5_000)


def test_a_call_that_hung_up_gets_a_service_time_of_its_type() -> None:
    gave_up = plan_of(CALLS, SIXTY).plan.arrivals[2].contact
    assert gave_up.talk_ms in (2_000, 500)


def test_the_same_seed_is_the_same_plan_and_another_run_has_other_contacts() -> None:
    assert plan_of(CALLS, SIXTY) == plan_of(CALLS, SIXTY)
    again = Replay(speed=60, seed="seed", run="again")
    assert not plan_of(CALLS, SIXTY).calls.keys() & plan_of(CALLS, again).calls.keys()


def test_agents_are_there_from_their_first_to_their_last_call_and_the_last_stays() -> None:
    assert plan_of(CALLS, SIXTY).plan.shifts == (
        Shift("dana", 0, 2_000),
        Shift("eli", 1_500, None),
    )


def test_a_window_has_the_calls_and_the_agents_of_its_time() -> None:
    part = plan_of(CALLS, Replay(speed=60, seed="s", run="r", from_s=10 * H + 90, to_s=10 * H + 150))
    assert [call.call_id for call in part.calls.values()] == ["XX0101-3"]
    assert part.plan.shifts == (Shift("dana", 0, 0), Shift("eli", 0, None))


def test_where_nobody_asked_there_is_nothing_to_run() -> None:
    with pytest.raises(ValueError, match="no call asked"):
        plan_of(CALLS, Replay(speed=60, seed="s", run="r", from_s=0, to_s=H))


def test_long_silence_is_cut_to_half_an_hour_and_time_never_runs_backwards() -> None:
    times = Compression([0, 60, 60 + 7 * H, 60 + 7 * H + 10], 1)
    assert times.silence_s == 7 * H - 1_800
    assert [times.ms(second) for second in (0, 60, 60 + 7 * H)] == [0, 60_000, 60_000 + 1_800_000]
    moments = [times.ms(second) for second in range(0, 8 * H, 13)]
    assert moments == sorted(moments)
    assert times.ms(-5) == 0


def test_the_bank_s_document_has_every_queue_and_takes_the_day_s_agents() -> None:
    document = parse((ROOT / "deploy" / "examples" / "bank.yaml").read_text(encoding="utf-8"), Format.YAML)
    assert set(document["queues"]) == set(QUEUES.values())
    routing = compile_document(staffed(document, ["dana"])).routing
    assert set(routing.agents["dana"].queues) == set(QUEUES.values())
    assert routing.settings.priority_step_ms == 90_000


def test_names_and_types_have_an_agent_and_a_queue() -> None:
    assert agent_id("DE LA CRUZ") == "de_la_cruz"
    calls = read([a_row(number, type_=type_) for number, type_ in enumerate((*TYPES, "AA"))]).calls
    assert [queue_of(call) for call in calls] == [*QUEUES.values(), "regular"]
