from __future__ import annotations

import statistics

import msgspec

from deploy.simulation import bookcity
from deploy.simulation.plan import Plan, Shift
from deploy.simulation.scenario import HOUR_MS, read
from deploy.simulation.scenario_plan import Pass, plan_of

SCENARIO = read(
    """
begins: "09:00"
ends: "19:00"
channels:
  phone: {per_hour: {"09:00": 100, "14:00": 300}, patience: 3m, handling: 4m, spread: 50%, customer_ends: 40%}
  email: {per_hour: {"10:00": 50}, handling: 5m}
shifts:
  - {agents: [ana, bo], from: "08:00", to: "13:00"}
  - {agents: [ana], from: "14:00", to: "19:00"}
""",
    frozenset({"ana", "bo"}),
)
WHOLE = Pass(workspace="bookcity", speed=10, seed="seed", run="run", from_ms=0, to_ms=24 * HOUR_MS)


def a_plan(**changes: object) -> Plan:
    return plan_of(SCENARIO, msgspec.structs.replace(WHOLE, **changes), bookcity.known())


def test_the_same_seed_is_the_same_plan_and_another_seed_another() -> None:
    assert a_plan() == a_plan()
    assert [one.due_ms for one in a_plan().arrivals] != [one.due_ms for one in a_plan(seed="other").arrivals]


def test_another_run_of_a_seed_has_the_same_times_and_other_contacts() -> None:
    first, second = a_plan().arrivals, a_plan(run="again").arrivals
    assert [one.due_ms for one in first] == [one.due_ms for one in second]
    assert [one.contact.talk_ms for one in first] == [one.contact.talk_ms for one in second]
    assert not {one.contact.interaction_id for one in first} & {one.contact.interaction_id for one in second}


def test_so_many_of_those_whose_patience_ends_are_called_back_instead_of_leaving() -> None:
    phone = msgspec.structs.replace(SCENARIO.channels["phone"], calls_back=0.4, called_in_ms=600_000)
    plan = plan_of(msgspec.structs.replace(SCENARIO, channels={"phone": phone}), WHOLE, bookcity.known())
    found = [arrival.contact for arrival in plan.arrivals]
    called = [one for one in found if one.calls_back_after_ms is not None]
    assert 0.35 < len(called) / len(found) < 0.45
    assert all((one.leaves_after_ms is None) is (one.calls_back_after_ms is not None) for one in found)
    assert all(30_000 <= (one.called_in_ms or 0) <= 90_000 for one in called)
    assert [one.due_ms for one in plan.arrivals] == [
        one.due_ms for one in a_plan().arrivals if one.contact.channel == "phone"
    ]


def test_as_many_come_as_the_rates_of_the_hours_say() -> None:
    calls = [one.due_ms * 10 + 9 * HOUR_MS for one in a_plan().arrivals if one.contact.channel == "phone"]
    mails = [one for one in a_plan().arrivals if one.contact.channel == "email"]
    morning = sum(moment_ms < 14 * HOUR_MS for moment_ms in calls)
    assert 430 < morning < 570
    assert 1_380 < len(calls) - morning < 1_620
    assert 380 < len(mails) < 520
    assert [one.due_ms for one in a_plan().arrivals] == sorted(one.due_ms for one in a_plan().arrivals)


def test_patience_and_talks_have_their_means_at_the_speed() -> None:
    calls = [one.contact for one in a_plan().arrivals if one.contact.channel == "phone"]
    patience = [one.leaves_after_ms for one in calls if one.leaves_after_ms is not None]
    talks = [one.talk_ms for one in calls if one.talk_ms is not None]
    assert len(patience) == len(talks) == len(calls)
    assert 16_500 < statistics.fmean(patience) < 19_500
    assert 12_000 <= min(talks) < max(talks) <= 36_000
    assert 0.35 < sum(one.customer_ends for one in calls) / len(calls) < 0.45
    assert all(one.contact.leaves_after_ms is None for one in a_plan().arrivals if one.contact.channel == "email")


def test_shifts_are_scaled_and_who_is_there_at_the_end_stays() -> None:
    assert a_plan().shifts == (
        Shift("ana", 0, 1_440_000),
        Shift("bo", 0, 1_440_000),
        Shift("ana", 1_800_000, None),
    )


def test_a_part_of_the_day_has_its_own_contacts_and_agents() -> None:
    part = a_plan(from_ms=10 * HOUR_MS, to_ms=11 * HOUR_MS)
    assert part.shifts == (Shift("ana", 0, None), Shift("bo", 0, None))
    assert 0 < part.length_ms <= 360_000
    assert a_plan(from_ms=2 * HOUR_MS, to_ms=3 * HOUR_MS).arrivals == ()
