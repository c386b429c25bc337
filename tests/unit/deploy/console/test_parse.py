from __future__ import annotations

import datetime

import pytest

from deploy.console.parse import Ask, Desk, Plain, Select, Wish, Write, Wrong, wish_of
from schemas import live
from schemas.vocabulary import ConsultEnd
from tests.support.decided import Floor
from tests.support.desks import a_consult, a_floor, ana_s_mirror

NOW_MS = 600_000


def wish(line: str, floor: Floor, selected: str | None = None) -> Wish:
    return wish_of(line, Desk(ana_s_mirror(floor), "ana", selected, NOW_MS, datetime.UTC))


def promise(contact: str, agent: str | None = None, at_ms: int = NOW_MS + 30 * 60_000) -> Ask:
    return Ask(live.RequestCallback(interaction_id=contact, at_ms=at_ms, agent_id=agent))


ONE = a_floor("i1")
TWO = a_floor("i1", "i2")
CONSULTING = a_consult()
RINGING = a_floor("i1", offered=("i2", "i3"))


@pytest.mark.parametrize(
    ("line", "floor", "expected"),
    [
        ("accept", RINGING, Ask(live.Accept(offer_id="i2.1/1"))),
        ("/accept 2", RINGING, Ask(live.Accept(offer_id="i3.1/1"))),
        ("reject 1", RINGING, Ask(live.Reject(offer_id="i2.1/1"))),
        ("accept 3", RINGING, Wrong("no_number", {"number": "3"})),
        ("reject two", RINGING, Wrong("no_number", {"number": "two"})),
        ("accept", ONE, Wrong("no_offer")),
        ("say hello there", ONE, Write("i1.1", "hello there")),
        ("say", ONE, Wrong("needs_text")),
        ("say hello", TWO, Wrong("which")),
        ("hold", ONE, Ask(live.Hold(leg_id="i1.1"))),
        ("resume", ONE, Wrong("no_work")),
        ("END", ONE, Ask(live.End(leg_id="i1.1"))),
        ("done", ONE, Wrong("no_work")),
        ("extend x", ONE, Wrong("bad_seconds")),
        ("transfer sales", ONE, Ask(live.Transfer(leg_id="i1.1", to_queue="sales"))),
        ("transfer @bo", ONE, Ask(live.Transfer(leg_id="i1.1", to_agent="bo"))),
        ("transfer sales keep", ONE, Ask(live.Transfer(leg_id="i1.1", to_queue="sales", keep_place=True))),
        ("transfer @bo  keep", ONE, Ask(live.Transfer(leg_id="i1.1", to_agent="bo", keep_place=True))),
        ("transfer", ONE, Wrong("needs_aim")),
        ("requeue", ONE, Ask(live.Transfer(leg_id="i1.1", to_queue="orders", keep_place=True))),
        ("requeue", TWO, Wrong("which")),
        ("requeue", a_floor(), Wrong("no_work")),
        ("consult @bo", ONE, Ask(live.StartConsult(leg_id="i1.1", to_agent="bo"))),
        ("consult sales", TWO, Wrong("which")),
        ("consult", ONE, Wrong("needs_aim")),
        ("consult @", ONE, Wrong("needs_aim")),
        ("complete", ONE, Wrong("no_work")),
        ("complete", CONSULTING, Ask(live.FinishConsult(leg_id="i1.1", how=ConsultEnd.COMPLETE))),
        ("cancel", CONSULTING, Ask(live.FinishConsult(leg_id="i1.1", how=ConsultEnd.CANCEL))),
        ("join", CONSULTING, Ask(live.FinishConsult(leg_id="i1.1", how=ConsultEnd.JOIN))),
        ("leave", ONE, Ask(live.LeaveConference(leg_id="i1.1"))),
        ("callback", ONE, Ask(live.RequestCallback(interaction_id="i1"))),
        ("callback 30m me", ONE, promise("i1", "ana")),
        ("callback 1970-01-01 00:31 @bo", ONE, promise("i1", "bo", 31 * 60_000)),
        ("callback 30m", RINGING, promise("i1")),
        ("callback 30m", a_floor(offered=("i2",)), promise("i2")),
        ("callback 30m", TWO, Wrong("which")),
        ("callback 30m", a_floor(), Wrong("no_work")),
        ("callback later", ONE, Wrong("bad_time", {"time": "later"})),
        ("status lunch", ONE, Ask(live.SetStatus(status="lunch"))),
        ("next offline", ONE, Ask(live.SetNextStatus(status="offline"))),
        ("status", ONE, Wrong("needs_text")),
        ("open 3", RINGING, Select("i1.1")),
        ("open 1", RINGING, Wrong("no_number", {"number": "1"})),
        ("out", ONE, Ask(live.LogOut())),
        ("help", ONE, Plain.HELP),
        ("quit", ONE, Plain.QUIT),
        ("  ", ONE, Plain.NOTHING),
        ("explode", ONE, Wrong("unknown_command", {"word": "explode"})),
    ],
)
def test_a_line_is_understood(line: str, floor: Floor, expected: Wish) -> None:
    assert wish(line, floor) == expected


def test_the_selected_work_is_meant_where_there_are_several() -> None:
    assert wish("hold", TWO, selected="i2.1") == Ask(live.Hold(leg_id="i2.1"))


def test_wrapping_up_is_extended_and_finished() -> None:
    floor = a_floor("i1")
    floor.wraps_up("i1")
    assert wish("extend 30", floor) == Ask(live.ExtendWrapUp(leg_id="i1.1", for_ms=30_000))
    assert wish("extend", floor) == Ask(live.ExtendWrapUp(leg_id="i1.1"))
    assert wish("done sold", floor) == Ask(live.FinishWrapUp(leg_id="i1.1", disposition="sold"))
    assert wish("end", floor) == Wrong("no_work")


def test_what_is_on_hold_is_resumed() -> None:
    floor = a_floor("i1")
    floor.held("i1")
    assert wish("resume", floor) == Ask(live.Resume(leg_id="i1.1"))


def test_a_callback_of_ones_own_is_opened_by_its_number_and_moved() -> None:
    floor = a_floor("i1")
    floor.arrives("i2")
    floor.scheduled("i2", 9_000, agent="ana")
    assert wish("open 2", floor) == Select("i2.1")
    assert wish("callback 30m", floor, selected="i2.1") == promise("i2")
    assert wish("callback 30m", floor) == promise("i1")
