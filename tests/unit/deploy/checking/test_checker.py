from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from deploy.checking.checker import BrokenInvariant, Checker
from schemas.decisions import Decision, OfferMade
from schemas.inputs import SetStatus, TransferInteraction
from streams.routing import lanes
from tests.support.engine_driver import Driver, a_configuration
from tests.support.planting import planted

Lie = Callable[[Any], Any]
RELAXED = ("transferred_to_agent",)


def a_day() -> list[tuple[int, int, Any]]:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive("c1")
    driver.arrive("c2")
    driver.arrive("c3")
    driver.reject("c1")
    driver.attend(7_000)
    driver.login("bo")
    driver.attend(25_000)
    driver.command(SetStatus, agent_id="ana", status="available")
    driver.accept("c1")
    driver.about(TransferInteraction, "c1", to_agent="bo")
    driver.attend(90_000)
    return driver.log


def checked(log: list[tuple[int, int, Any]], lie: Lie = lambda decision: decision) -> Checker:
    checker, again = Checker(), Driver()
    for offset, stamp_ms, event in log:
        decisions = [lie(one) for one in again.engine.apply(event, offset=offset, stamp_ms=stamp_ms)]
        checker.take(event, offset=offset, stamp_ms=stamp_ms, decisions=decisions, world=again.world)
        checker.look(again.world)
    return checker


def test_a_day_without_faults_holds() -> None:
    assert len(checked(a_day()).told.interactions) == 3


def changed(kind: type[Decision], number: int, **values: Lie) -> Lie:
    """The `number`-th decision of a kind with other values."""
    seen = 0

    def lie(decision: Decision) -> Decision:
        nonlocal seen
        seen += isinstance(decision, kind)
        if seen != number or not isinstance(decision, kind):
            return decision
        return msgspec.structs.replace(decision, **{name: make(decision) for name, make in values.items()})

    return lie


def replaced(part: str, **values: Any) -> Lie:
    return lambda decision: msgspec.structs.replace(getattr(decision, part), **values)


@pytest.mark.parametrize(
    ("promise", "lie"),
    [
        ("dense_seq", changed(Decision, 9, seq=lambda one: one.seq + 1)),
        ("one_decision", changed(Decision, 9, cause=lambda one: one.cause - 1)),
        ("one_decision", changed(Decision, 9, at_ms=lambda one: one.at_ms + 100_000)),
        ("explained", changed(OfferMade, 1, explanation=replaced("explanation", considered=3))),
        ("explained", changed(OfferMade, 1, explanation=replaced("explanation", passed_over={}))),
        ("explained", changed(OfferMade, 1, explanation=replaced("explanation", runner_up="bo"))),
        ("requirements", changed(OfferMade, 1, explanation=replaced("explanation", relaxations=RELAXED))),
        ("requirements", changed(OfferMade, 1, offer=replaced("offer", agent_id="bo"))),
        ("told", changed(OfferMade, 1, leg=replaced("leg", step=1))),
        ("told", changed(OfferMade, 1, agent=replaced("agent", units=20))),
    ],
)  # fmt: skip
def test_a_false_word_is_found(promise: str, lie: Lie) -> None:
    with pytest.raises(BrokenInvariant, match=promise):
        checked(a_day(), lie)


def test_overtaking_is_found() -> None:
    real = lanes.Lane.enter

    def last_come_first(self: Any, interaction: Any, leg: Any) -> None:
        arrival, leg.virtual_arrival_ms = leg.virtual_arrival_ms, -leg.virtual_arrival_ms
        real(self, interaction, leg)
        leg.virtual_arrival_ms = arrival

    driver = Driver(a_configuration("ana"))
    for contact in ("c1", "c2", "c3"):
        driver.arrive(contact)
        driver.now_ms += 1
    driver.login("ana")
    with planted(lanes.Lane, "enter", last_come_first), pytest.raises(BrokenInvariant, match="order"):
        checked(driver.log)
