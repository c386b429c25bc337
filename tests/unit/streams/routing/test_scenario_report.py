"""What is said when an expectation does not hold."""

from __future__ import annotations

import pytest

from streams.routing.scenario_expectations import Seen
from streams.routing.scenario_report import moment, report
from tests.support.engine_driver import Driver, a_configuration


@pytest.mark.parametrize(("after_ms", "text"), [(0, "0s"), (5_000, "5s"), (7_999, "7.999s"), (1_500, "1.5s")])
def test_moments_are_written_as_they_would_be_read(after_ms: int, text: str) -> None:
    assert moment(after_ms) == text


def test_whatever_the_sentence_names_is_described() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive("c1", requirements={"mandarin": 2})
    driver.arrive("c2")
    seen = Seen(driver.engine)
    said = {"passed": "c1", "agent": "ana", "reason": "rank"}
    assert report(seen, ("passed", said, "steps[3].expect"), "5s: expected", "no").splitlines() == [
        "steps[3].expect at 5s: expected {passed: c1, agent: ana, reason: rank}, but no",
        "  c1 is queued in service, on step 0, and requires mandarin 2",
        "  ana: lacks_skill, no_capacity",
        "  bo: lacks_skill, off_queue",
        "  ana is available, routing sees idle, 100 of 100 units, in hand: c2 offered",
    ]
    order = report(seen, ("order", {"order": "service", "is": []}, "p"), "5s: expected", "no")
    assert order.splitlines() == ["p at 5s: expected {order: service, is: []}, but no", "  in service wait: c1"]


def test_what_has_ended_or_is_not_here_is_said() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive("c1")
    seen = Seen(driver.engine)
    seen.note(driver.leave("c1"))
    ended, missing = (report(seen, ("not_offered", {"not_offered": c}, "p"), "", "no") for c in ("c1", "c9"))
    assert "c1 has ended as abandoned, reason customer_left" in ended
    assert "c9 is not here yet" in missing
