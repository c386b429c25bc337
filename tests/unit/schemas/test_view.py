from __future__ import annotations

import msgspec
import pytest

from schemas.shown import Kind
from schemas.view import Gap, View
from schemas.view_parts import parts, restore
from schemas.vocabulary import EndReason, LegKind, LegState
from tests.support.decided import Floor
from tests.support.desks import a_consult


def a_view(floor: Floor) -> View:
    view = View(floor.workspace)
    for decision in floor.said:
        view.apply(decision)
    return view


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.opened("ana", "bo")
    return floor


def test_what_is_not_above_the_mark_is_dropped(floor: Floor) -> None:
    view = a_view(floor)
    assert [view.apply(decision) for decision in floor.said] == [[]] * len(floor.said)
    assert view.mark == (1, floor.seq)


def test_a_missing_decision_is_a_gap(floor: Floor) -> None:
    view = a_view(floor)
    floor.arrives("i1")
    with pytest.raises(Gap, match=f"decision \\(1, {floor.seq + 1}\\) follows \\(1, {floor.seq - 1}\\)"):
        view.apply(floor.arrives("i2"))


def test_a_decision_of_a_new_epoch_is_a_gap_unless_it_begins_it(floor: Floor) -> None:
    view = a_view(floor)
    other = Floor(epoch=2)
    with pytest.raises(Gap):
        view.apply(other.arrives("i1"))


def test_a_new_epoch_begins_with_nothing(floor: Floor) -> None:
    floor.arrives("i1")
    view = a_view(floor)
    view.apply(floor.reopened())
    assert view.mark == (2, 1)
    assert (list(view.interactions()), view.legs, view.agents, view.queue_names()) == ([], {}, {}, [])


def test_a_contact_is_in_the_view_from_arrival_to_its_end(floor: Floor) -> None:
    floor.arrives("i1", tier="gold")
    floor.offered("i1", "ana")
    view = a_view(floor)
    assert [one.tier for one in view.interactions()] == ["gold"]
    assert [offer.agent_id for offer in view.offers_of_agent("ana")] == ["ana"]
    assert view.legs_of_agent("ana") == view.legs_of("i1")
    view.apply(floor.accepted("i1"))
    assert view.offers == {}
    assert [leg.state for leg in view.legs_of_agent("ana")] == [LegState.CONNECTED]
    view.apply(floor.ended("i1"))
    assert (list(view.interactions()), view.legs, view.legs_of_agent("ana")) == ([], {}, [])


def test_an_offer_keeps_its_reason(floor: Floor) -> None:
    floor.arrives("i1")
    floor.offered("i1", "ana")
    [offer] = a_view(floor).offers.values()
    assert offer.why is not None
    assert offer.why.runner_up == "bo"


def test_an_interaction_that_is_handed_on_stays_until_its_next_leg_comes(floor: Floor) -> None:
    floor.arrives("i1")
    floor.offered("i1", "ana")
    floor.accepted("i1")
    floor.ended("i1", reason=EndReason.TRANSFERRED)
    view = a_view(floor)
    assert [one.interaction_id for one in view.interactions()] == ["i1"]
    view.apply(floor.another_leg("i1", 2))
    assert [leg.number for leg in view.legs_of("i1")] == [2]
    view.apply(floor.ended("i1", 2, LegState.ABANDONED, EndReason.CUSTOMER_LEFT))
    assert list(view.interactions()) == []


def test_an_agent_who_wraps_up_after_a_transfer_does_not_keep_what_has_ended(floor: Floor) -> None:
    floor.arrives("i1")
    floor.offered("i1", "ana")
    floor.accepted("i1")
    floor.wraps_up("i1", reason=EndReason.TRANSFERRED)
    floor.another_leg("i1", 2)
    floor.ended("i1", 2, LegState.ABANDONED, EndReason.CUSTOMER_LEFT)
    view = a_view(floor)
    assert [leg.number for leg in view.legs_of("i1")] == [1]
    view.apply(floor.ended("i1", 1, reason=EndReason.TRANSFERRED))
    assert list(view.interactions()) == []


def test_a_consult_that_ends_leaves_the_interaction(floor: Floor) -> None:
    floor.arrives("i1")
    floor.offered("i1", "ana")
    floor.accepted("i1")
    floor.another_leg("i1", 2, kind=LegKind.CONSULT)
    floor.ended("i1", 2, reason=EndReason.CONSULT_COMPLETED)
    assert [leg.number for leg in a_view(floor).legs_of("i1")] == [1]


def test_the_queue_counts_who_waits_and_who_rings(floor: Floor) -> None:
    floor.arrives("i1")
    floor.arrives("i2")
    floor.offered("i1", "ana")
    figures = a_view(floor).figures("orders")
    assert figures is not None
    assert (figures.waiting, figures.offered) == (1, 1)
    assert figures.oldest_arrived_ms == floor.legs["i1.1"].arrived_ms


def test_a_queue_that_nobody_configured_is_shown_while_someone_waits_there(floor: Floor) -> None:
    floor.arrives("i1", queue="elsewhere")
    view = a_view(floor)
    assert view.figures("elsewhere") is not None
    view.apply(floor.ended("i1", state=LegState.ABANDONED))
    assert view.figures("elsewhere") is None


def test_a_stop_is_shown_until_the_workspace_goes_on(floor: Floor) -> None:
    floor.stopped()
    view = a_view(floor)
    assert view.stopped is not None
    assert view.stopped.invariant == "two owners"


def test_touches_say_whom_a_change_concerned_and_concerns(floor: Floor) -> None:
    view = a_view(floor)
    view.apply(floor.arrives("i1"))
    touches = {touch.kind: touch for touch in view.apply(floor.offered("i1", "ana"))}
    assert touches[Kind.INTERACTION].before == ("*", "w:orders")
    assert touches[Kind.INTERACTION].after == ("*", "w:orders", "a:ana")
    assert touches[Kind.INTERACTION].same
    touches = {touch.kind: touch for touch in view.apply(floor.timed_out("i1"))}
    assert touches[Kind.LEG].before == ("*", "w:orders", "a:ana")
    assert touches[Kind.LEG].after == ("*", "w:orders")
    assert not touches[Kind.OFFER].live


def test_a_contact_that_ends_as_it_comes_is_touched_with_its_last_value(floor: Floor) -> None:
    view = a_view(floor)
    arrived = floor.arrives("i1")
    ended = floor.ended("i1", state=LegState.FLOWED_OUT, reason=EndReason.FULL)
    at_once = msgspec.structs.replace(ended, interaction=arrived.interaction, seq=arrived.seq)
    touches = {touch.kind: touch for touch in view.apply(at_once)}
    assert not touches[Kind.INTERACTION].live
    assert touches[Kind.INTERACTION].value == arrived.interaction
    assert "*" in touches[Kind.INTERACTION].after


def test_a_scheduled_callback_waits_for_its_time_in_no_line_and_is_seen_by_its_owner(floor: Floor) -> None:
    floor.arrives("i1")
    floor.arrives("i2")
    view = a_view(floor)
    view.apply(floor.scheduled("i1", 9_000, agent="ana"))
    touches = view.apply(floor.scheduled("i2", 5_000))
    assert [leg.leg_id for leg in view.scheduled_in("orders")] == ["i2.1", "i1.1"]
    assert [leg.leg_id for leg in view.legs_of_agent("ana")] == ["i1.1"]
    figures = view.figures("orders")
    assert figures is not None
    assert (figures.scheduled, figures.waiting) == (2, 0)
    assert Kind.QUEUE in {touch.kind for touch in touches}
    again = restore(parts(view))
    assert [leg.leg_id for leg in again.scheduled_in("orders")] == ["i2.1", "i1.1"]
    view.apply(floor.ended("i1", state=LegState.CANCELLED, reason=EndReason.CANCELLED))
    assert view.legs_of_agent("ana") == []
    assert [leg.leg_id for leg in view.scheduled_in("orders")] == ["i2.1"]


def test_a_promised_interaction_stays_while_the_agent_wraps_up_or_is_done(floor: Floor) -> None:
    floor.arrives("i1")
    floor.offered("i1", "ana")
    floor.accepted("i1")
    floor.ended("i1", reason=EndReason.CALLBACK)
    view = a_view(floor)
    assert [one.interaction_id for one in view.interactions()] == ["i1"]
    view.apply(floor.scheduled("i1", 9_000, leg=2))
    assert [leg.state for leg in view.legs_of("i1")] == [LegState.SCHEDULED]


def test_each_agent_with_an_interaction_is_told_of_every_leg_of_it() -> None:
    floor = a_consult(accepted=False)
    view = a_view(floor)
    touches = {touch.id: touch for touch in view.apply(floor.accepted("i1", 2)) if touch.kind is Kind.LEG}
    assert {"a:ana", "a:bo"} <= set(touches["i1.2"].after)
    assert {"a:ana", "a:bo"} <= set(view.concerned_by_leg(view.legs["i1.1"]))
    assert [leg.leg_id for leg in view.legs_of_agent("bo")] == ["i1.2"]
    touches = {touch.id: touch for touch in view.apply(floor.ended("i1", 2)) if touch.kind is Kind.LEG}
    assert "a:bo" in touches["i1.1"].before
    assert "a:bo" not in touches["i1.1"].after
    assert touches["i1.1"].same
