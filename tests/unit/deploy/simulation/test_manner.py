from __future__ import annotations

from deploy.simulation.manner import AsPlanned, AtOnce, Paced
from deploy.simulation.pace import Pace
from deploy.simulation.turns import STAYS
from schemas.values import InteractionValue
from schemas.vocabulary import LegState
from tests.unit.deploy.simulation.test_record import leg

PACE = Pace(think_ms=100, handle_ms=1_000, wrap_up_ms=200)


def test_who_works_at_once_takes_everything_and_is_done() -> None:
    assert all(AtOnce().answer(f"o{number}").accept for number in range(200))
    work = AtOnce().work(leg("i_1.1", LegState.CONNECTED), writes=True)
    assert (work.talk_ms, work.hold_ms, work.wrap_up_ms, work.reply) == (0, 0, 0, None)


def test_paced_people_deal_with_colleagues_and_those_who_work_at_once_do_not() -> None:
    contact = InteractionValue(interaction_id="i_1", channel="phone", adapter="a", instance="a-1", arrived_ms=0)
    legs = [leg(f"i_{number}.1", LegState.CONNECTED, queue="orders") for number in range(200)]
    planned = AsPlanned({}, Paced(PACE))
    assert len({planned.course(one, contact).turn for one in legs}) > 1
    assert [Paced(PACE).course(one, contact) for one in legs] == [planned.course(one, contact) for one in legs]
    assert {AsPlanned({}, AtOnce()).course(one, contact) for one in legs} == {STAYS}


def test_paced_people_think_talk_and_wrap_up() -> None:
    assert Paced(PACE).answer("o1").after_ms > 0
    work = Paced(PACE).work(leg("i_1.1", LegState.CONNECTED), writes=True)
    assert work.talk_ms > 0
    assert work.reply is not None


def test_a_planned_talk_lasts_as_planned_with_what_is_spent_on_hold() -> None:
    manner = AsPlanned({f"i_{number}": 700 for number in range(300)}, Paced(PACE))
    done = [manner.work(leg(f"i_{number}.1", LegState.CONNECTED), writes=False) for number in range(300)]
    assert {work.talk_ms + work.hold_ms for work in done} == {700}
    assert any(work.hold_ms for work in done)


def test_what_was_not_planned_goes_as_otherwise() -> None:
    assert AsPlanned({}, Paced(PACE)).work(leg("i_1.1", LegState.CONNECTED), False) == Paced(PACE).work(
        leg("i_1.1", LegState.CONNECTED), False
    )
    assert AsPlanned({}, Paced(PACE)).answer("o1") == Paced(PACE).answer("o1")


def test_a_contact_whose_id_was_not_known_is_planned_when_it_is() -> None:
    manner = AsPlanned({}, AtOnce())
    manner.learn("i_1", 300)
    assert manner.work(leg("i_1.1", LegState.CONNECTED), False).talk_ms == 300
