"""What a scenario may expect, each found true and found false."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import inputs
from streams.routing.scenario_expectations import Seen, check
from streams.routing.scenario_grammar import EXPECTATIONS
from tests.support.engine_driver import Driver, a_configuration


@pytest.fixture
def seen() -> Seen:
    """`c1` with ana, `c2` offered to bo, `c3` and `c4` waiting, `c5` abandoned, the last command refused."""
    driver = Driver(a_configuration("ana", "bo", "cy"))
    found = Seen(driver.engine)
    driver.login("ana", "bo")
    driver.arrive("c1")
    driver.accept("c1")
    for contact in ("c2", "c3", "c4", "c5"):
        driver.arrive(contact)
    found.note(driver.leave("c5"))
    driver.command(inputs.SetStatus, agent_id="ana", status="dancing")
    refusal = driver.refusal()
    found.refusal = refusal.value if refusal else None
    return found


TRUE: list[dict[str, Any]] = [
    {"offered": "c2", "to": "bo"},
    {"offered": "c2"},
    {"not_offered": "c3"},
    {"state": "c1", "is": "connected"},
    {"state": "c5", "is": "abandoned"},
    {"owner": "c1", "is": "ana"},
    {"owner": "c2", "is": None},
    {"agent": "ana", "is": "interacting"},
    {"status": "cy", "is": "offline"},
    {"units": "bo", "is": 100},
    {"waiting": "service", "is": 2},
    {"order": "service", "is": ["c3", "c4"]},
    {"position": "c4", "is": 2},
    {"ended": "c5", "as": "abandoned", "reason": "customer_left"},
    {"ended": "c5"},
    {"refused": "not_permitted"},
    {"refused": "any"},
    {"passed": "c3", "agent": "cy", "reason": "off_queue"},
    {"passed": "c3", "agent": "ana", "reason": "no_capacity"},
]
FALSE: list[dict[str, Any]] = [
    {"offered": "c2", "to": "ana"},
    {"offered": "c3", "to": "ana"},
    {"not_offered": "c2"},
    {"state": "c1", "is": "queued"},
    {"state": "c9", "is": "queued"},
    {"owner": "c1", "is": "bo"},
    {"owner": "c1", "is": None},
    {"agent": "ana", "is": "idle"},
    {"agent": "nobody", "is": "idle"},
    {"status": "nobody", "is": "available"},
    {"units": "nobody", "is": 1},
    {"passed": "c1", "agent": "ana", "reason": "no_capacity"},
    {"status": "ana", "is": "offline"},
    {"units": "ana", "is": 0},
    {"waiting": "service", "is": 3},
    {"order": "service", "is": ["c4", "c3"]},
    {"position": "c3", "is": 2},
    {"position": "c1", "is": 1},
    {"ended": "c5", "as": "completed"},
    {"ended": "c5", "as": "abandoned", "reason": "expired"},
    {"ended": "c1", "as": "completed"},
    {"refused": "not_owner"},
    {"passed": "c3", "agent": "cy", "reason": "rank"},
    {"passed": "c9", "agent": "cy", "reason": "rank"},
]


@pytest.mark.parametrize("said", TRUE)
def test_what_is_so_holds(seen: Seen, said: dict[str, Any]) -> None:
    assert check(seen, next(iter(said)), said) is None


@pytest.mark.parametrize("said", FALSE)
def test_what_is_not_so_is_answered_with_what_is(seen: Seen, said: dict[str, Any]) -> None:
    assert check(seen, next(iter(said)), said)


def test_every_expectation_is_tried_both_ways() -> None:
    for sentences in (TRUE, FALSE):
        assert {next(iter(said)) for said in sentences} == set(EXPECTATIONS)
