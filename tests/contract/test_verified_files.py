"""`hubline verify` of a file: what holds, and the first thing that does not, with its input and whose story explains it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from deploy import verification
from deploy.checking.checker import Checker
from deploy.verification import NothingToVerify, concerned, verify_log
from schemas import codec
from schemas.topics import ROUTING_DECISIONS
from streams.routing.breach import BrokenInvariant
from streams.routing.engine import Engine
from streams.routing.logged import LoggedDecision
from streams.routing.timers import TimerKind
from tests.support.engine_driver import Driver, a_configuration
from tests.support.listed_log import ListedLog, listed
from tests.support.planting import planted


def a_day() -> Driver:
    driver = Driver(a_configuration("ana", "bo"))
    driver.upgrade()
    driver.login("ana", "bo")
    for number in range(5):
        driver.arrive(f"c{number}")
        driver.attend(3_000)
    driver.accept("c0", driver.leg("c0").agent_id or "")
    driver.attend(2_000)
    return driver


async def test_a_log_that_holds_says_how_much_was_looked_at() -> None:
    found = await verify_log(listed(a_day()))
    assert found.breach is None, found.breach
    assert found.judged == found.inputs - 1, "all but the configuration, which came before the newest rules"
    assert found.restarts >= 3
    assert found.undecided == 0


async def test_a_changed_decision_names_its_input_and_whose_it_is() -> None:
    log = listed(a_day())
    index = next(at for at, one in enumerate(log.said) if b'"offer.accepted"' in one.value)
    good: Any = codec.decode(ROUTING_DECISIONS, log.said[index].value)
    bad = msgspec.structs.replace(good, at_ms=good.at_ms - 1)
    log.said[index] = LoggedDecision(bad.epoch, bad.seq, codec.encode(bad))
    breach = (await verify_log(log)).breach
    assert breach is not None
    assert (breach.invariant, breach.offset, breach.interaction_id) == ("same_decisions", good.cause, "c0")
    assert breach.input is not None
    assert '"accept_offer"' in breach.input


async def test_what_the_independent_checker_finds_is_a_breach() -> None:
    def refuse(_self: Checker, decision: Any, _world: Any) -> None:
        raise BrokenInvariant("order", f"{decision.seq} before another")

    with planted(Checker, "_offer", refuse):
        breach = (await verify_log(listed(a_day()))).breach
    assert breach is not None
    assert (breach.invariant, breach.interaction_id) == ("order", "c0")


async def test_under_older_rules_the_checker_only_believes() -> None:
    with planted(verification, "JUDGED_SINCE", 99):
        found = await verify_log(listed(a_day()))
    assert (found.breach, found.judged) == (None, 0)


async def test_a_state_that_a_snapshot_loses_is_a_breach() -> None:
    whole = Engine.restore

    def losing(chunks: Any) -> Any:
        engine = whole(chunks)
        engine.world.ended += 1
        return engine

    log = listed(a_day())
    with planted(Engine, "restore", staticmethod(losing)):
        breach = (await verify_log(log)).breach
    assert breach is not None
    assert breach.invariant == "snapshot_restores"


async def test_a_breach_between_two_whole_checks_is_reported_at_its_very_input() -> None:
    real, log = Engine.apply, listed(a_day())
    spoiled_at = 12

    def losing(self: Engine, event: Any, *, offset: int, stamp_ms: int) -> Any:
        decisions = real(self, event, offset=offset, stamp_ms=stamp_ms)
        if offset == spoiled_at:
            self.world.timers.set(TimerKind.NOT_RESPONDING, 10**12, "ana")
            self.world.agents["ana"].responds_timer = self.world.timers.order
        return decisions

    with planted(Engine, "apply", losing):
        closely = (await verify_log(log)).breach
        with planted(verification, "LEAST_BETWEEN", 10**6):
            seldom = (await verify_log(log)).breach
    assert closely is not None
    assert (closely.offset, closely.invariant) == (spoiled_at, "timers")
    assert seldom == closely


async def test_an_empty_log_cannot_be_verified() -> None:
    with pytest.raises(NothingToVerify):
        await verify_log(ListedLog([]))


def test_what_is_concerned_is_what_was_decided_of_or_else_what_the_input_names() -> None:
    driver = a_day()
    driver.arrive("last")
    assert concerned(driver.log[-1][2], driver.decisions) == "last"
    assert concerned(driver.log[-1][2], ()) == "last"
    assert concerned(driver.log[0][2], ()) is None
