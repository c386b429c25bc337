"""A scenario runs in virtual time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from schemas.inputs import TimeAdvanced
from streams.routing.scenario_document import Unreadable
from streams.routing.scenario_runner import Failed, Scenario

WORKSPACE: dict[str, Any] = {"queues": {"service": {}}, "agents": {"ana": {"queues": {"service": 1}}}}


def a_scenario(*steps: dict[str, Any], workspace: dict[str, Any] = WORKSPACE) -> Scenario:
    return Scenario({"name": "one", "workspace": workspace, "steps": list(steps)})


def test_time_is_always_attended() -> None:
    scenario = a_scenario({"do": {"login": "ana"}}, {"at": "600s", "expect": {"status": "ana", "is": "available"}})
    scenario.run()
    ticks = [record.stamp_ms for record in scenario.records if isinstance(record.event, TimeAdvanced)]
    assert max(later - earlier for earlier, later in pairwise(ticks)) <= 1_000


def test_a_step_without_a_time_happens_at_the_time_of_the_one_before() -> None:
    scenario = a_scenario({"at": "7s", "do": {"login": "ana"}}, {"do": {"arrive": "c1", "queue": "service"}})
    scenario.run()
    assert scenario.records[-1].stamp_ms == scenario.records[-2].stamp_ms


def test_time_does_not_go_back() -> None:
    with pytest.raises(Unreadable, match="does not go back"):
        a_scenario({"at": "7s"}, {"at": "6s"}).run()


def test_a_failure_names_the_step_the_time_and_what_there_is() -> None:
    scenario = a_scenario(
        {"at": "5s", "do": {"arrive": "c1", "queue": "service", "require": {"mandarin": 2}}},
        {"expect": {"offered": "c1", "to": "ana"}},
    )
    with pytest.raises(Failed) as found:
        scenario.run()
    text = str(found.value)
    assert text.startswith("steps[1] at 5s: expected {'offered': 'c1', 'to': 'ana'}, but it is queued")
    assert "requires {'mandarin': 2}" in text
    assert "ana: lacks_skill, off_queue" in text


def test_several_expectations_may_stand_in_one_step() -> None:
    scenario = a_scenario(
        {"do": {"login": "ana"}, "expect": [{"agent": "ana", "is": "idle"}, {"units": "ana", "is": 7}]}
    )
    with pytest.raises(Failed, match="units"):
        scenario.run()


def test_a_configuration_that_cannot_be_read_is_refused_and_changes_nothing() -> None:
    scenario = a_scenario({"do": {"configure": {"queues": {"service": {"steps": 5}}}}})
    scenario.run()
    assert len(scenario.records) == 1
    a_scenario(
        {"do": {"configure": {"queues": {"service": {"steps": 5}}}}, "expect": {"refused": "invalid_configuration"}}
    ).run()


@pytest.mark.parametrize("document", [None, [], {"steps": {}}, {"steps": [], "stepz": []}, {"steps": ["login"]}])
def test_what_is_not_a_scenario_is_said_to_be_unreadable(document: Any) -> None:
    with pytest.raises(Unreadable):
        Scenario(document).run()
