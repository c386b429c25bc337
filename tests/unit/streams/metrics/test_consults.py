"""What consults, conferences and transfers after a consult count, leg by leg."""

from __future__ import annotations

from typing import Any

from schemas.metrics import Dimension
from schemas.values import LegValue
from schemas.vocabulary import EndReason, JoinMode, LegKind, LegState
from streams.metrics.consults import owner_of
from streams.metrics.counting import Change, moved, stated
from streams.metrics.kept import KeptContact, KeptLeg, Stay
from streams.metrics.tally import Tally

SHOP, PHONE = (Dimension.WORKSPACE, "shop"), (Dimension.CHANNEL, "phone")
ORDERS, REFUNDS = (Dimension.QUEUE, "orders"), (Dimension.QUEUE, "refunds")
ANA, BO = (Dimension.AGENT, "ana"), (Dimension.AGENT, "bo")
OWNER = KeptLeg(leg_id="c1.1", kind=LegKind.MAIN, state=LegState.CONNECTED, since_ms=0, queue="orders", agent_id="ana")


def change(before: KeptLeg | None, at_ms: int, kind: LegKind = LegKind.CONSULT, **fields: Any) -> Any:
    values: dict[str, Any] = {"state": LegState.QUEUED, "queue": "refunds"}
    value = LegValue(leg_id="c1.2", interaction_id="c1", number=2, kind=kind, since_ms=at_ms, **(values | fields))
    contact = KeptContact(place=(1, 1), channel="phone")
    tally = Tally()
    stay = Stay(at_ms, None, 5_000)
    leg = moved(Change("shop", contact, before, value, at_ms, stay, owner=(OWNER, None)), tally)
    return leg, {group: counts for group, counts in tally.counts.items() if counts}


def each(groups: tuple[Any, ...], counts: dict[str, int]) -> dict[Any, dict[str, int]]:
    return {group: dict(counts) for group in groups}


def a_talk(until_ms: int = 5_000) -> KeptLeg:
    leg, _ = change(None, 1_000)
    leg, _ = change(leg, until_ms, state=LegState.CONNECTED, agent_id="bo")
    assert isinstance(leg, KeptLeg)
    return leg


def test_a_consult_counts_for_who_asked_and_its_answer_for_who_was_asked() -> None:
    leg, counts = change(None, 1_000)
    assert counts == each((SHOP, PHONE, ORDERS, ANA), {"consults": 1})
    leg, counts = change(leg, 5_000, state=LegState.CONNECTED, agent_id="bo")
    assert counts == each((SHOP, PHONE, REFUNDS, BO), {"consults_answered": 1})
    _, counts = change(leg, 6_000, state=LegState.ON_HOLD, agent_id="bo")
    assert counts == {}


def test_a_consult_that_ends_at_the_door_was_asked_all_the_same() -> None:
    _, counts = change(None, 1_000, state=LegState.FLOWED_OUT, reason=EndReason.CLOSED)
    assert counts == each((SHOP, PHONE, ORDERS, ANA), {"consults": 1})


def test_its_time_is_the_consulted_agent_s_hold_and_wrap_up_included() -> None:
    leg, _ = change(a_talk(), 9_000, state=LegState.WRAP_UP, agent_id="bo")
    _, counts = change(leg, 12_000, state=LegState.COMPLETED, agent_id="bo")
    assert counts == each((SHOP, PHONE, REFUNDS, BO), {"consult_ms": 7_000})


def test_a_joined_consult_is_a_conference_once() -> None:
    joined: dict[str, Any] = {"state": LegState.CONNECTED, "agent_id": "bo", "join_mode": JoinMode.BARGE}
    leg, counts = change(a_talk(), 6_000, **joined)
    assert counts == each((SHOP, PHONE, ORDERS, ANA), {"conferences": 1})
    _, counts = change(leg, 7_000, **joined)
    assert counts == {}


def test_what_a_supervisor_joins_counts_nothing() -> None:
    leg, counts = change(None, 1_000, LegKind.JOIN, state=LegState.OFFERED, join_mode=JoinMode.BARGE)
    assert counts == {}
    leg, counts = change(leg, 2_000, LegKind.JOIN, state=LegState.CONNECTED, agent_id="sue", join_mode=JoinMode.BARGE)
    assert counts == {}
    _, counts = change(leg, 3_000, LegKind.JOIN, state=LegState.COMPLETED, agent_id="sue", join_mode=JoinMode.BARGE)
    assert counts == {}


def test_a_transfer_after_a_consult_is_warm_and_any_other_is_cold() -> None:
    for reason, warm in ((EndReason.CONSULT_COMPLETED, {"transferred_warm": 1}), (EndReason.TRANSFERRED, {})):
        leg, _ = change(None, 0, LegKind.MAIN, state=LegState.CONNECTED, agent_id="bo")
        _, counts = change(leg, 9_000, LegKind.MAIN, state=LegState.WRAP_UP, agent_id="bo", reason=reason)
        assert counts == each((SHOP, PHONE, REFUNDS, BO), {"transferred_out": 1} | warm)


def test_a_restated_conference_is_none_again() -> None:
    value = LegValue(
        leg_id="c1.2", interaction_id="c1", number=2, kind=LegKind.CONSULT, state=LegState.CONNECTED, since_ms=5,
        agent_id="bo", connected_ms=5, join_mode=JoinMode.BARGE,
    )  # fmt: skip
    leg = stated(value, Stay(5, None, 5_000))
    _, counts = change(leg, 9, state=LegState.CONNECTED, agent_id="bo", join_mode=JoinMode.BARGE)
    assert counts == {}


def test_the_owner_is_who_is_with_the_customer() -> None:
    contact = KeptContact(place=(1, 1), legs={"c1.1": OWNER, "c1.2": a_talk()})
    assert owner_of(contact) is OWNER
    assert owner_of(KeptContact(place=(1, 1))) is None
