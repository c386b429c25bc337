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


def holds(*steps: dict[str, Any]) -> bool:
    """That a scenario raises nothing."""
    a_scenario(*steps).run()
    return True


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
    assert text.startswith("steps[1].expect at 5s: expected {offered: c1, to: ana}, but it is queued")
    assert "requires mandarin 2" in text
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


def test_a_patch_reaches_settings_that_stand_at_the_top_level() -> None:
    scenario = a_scenario(
        {"do": {"configure": {"settings": {"reoffer_after": "9s"}}}},
        workspace={**WORKSPACE, "reoffer_after": "7s"},
    )
    scenario.run()
    assert scenario.engine.world.policy.settings.reoffer_after_ms == 9_000


def test_a_patch_that_names_a_queue_that_never_was_is_refused_and_one_that_removes_a_queue_is_not() -> None:
    assert holds(
        {"do": {"configure": {"queues": {"service": {"steps": [{"at": "5s", "overflow_to": "sale"}]}}}}},
        {"expect": {"refused": "invalid_configuration"}},
        {"do": {"configure": {"queues": {"service": None, "other": {}}}}},
        {"never": {"refused": "not_permitted"}},
    )


def test_refused_speaks_of_the_last_command_whatever_came_since() -> None:
    assert holds(
        {"do": {"status": "ana", "to": "available"}},
        {"do": {"arrive": "c1", "queue": "service"}},
        {"at": "5s", "expect": {"refused": "agent_unavailable"}},
        {"do": {"cancel": "c1"}},
        {"never": {"refused": "no_capacity"}},
    )


def test_an_agent_who_is_not_in_the_workspace_cannot_sign_in() -> None:
    assert holds({"do": {"login": "ghost"}}, {"expect": {"refused": "unknown_agent"}})


@pytest.mark.parametrize(
    ("done", "reason"),
    [
        ({"open": "ghost"}, "unknown_queue"),
        ({"close": "ghost"}, "unknown_queue"),
        ({"leave": "ghost"}, "unknown_interaction"),
        ({"connected": "ghost"}, "unknown_interaction"),
        ({"failed": "ghost"}, "unknown_interaction"),
    ],
)
def test_what_is_no_command_may_be_expected_to_be_refused_for_what_it_names(done: dict[str, str], reason: str) -> None:
    assert holds({"do": done}, {"expect": {"refused": reason}})


def test_never_sees_an_offer_that_was_accepted_in_the_same_moment() -> None:
    scenario = a_scenario(
        {"do": {"login": "ana"}},
        {"do": {"arrive": "c1", "queue": "service"}},
        {"never": {"offered": "c1", "to": "ana"}},
        workspace={**WORKSPACE, "channels": {"phone": {"auto_accept": True}}},
    )
    with pytest.raises(Failed, match=r"steps\[2\]\.never at 0s: never \{offered: c1, to: ana\}, but it was so at 0s"):
        scenario.run()


def test_never_does_not_look_ahead() -> None:
    assert holds(
        {"do": {"login": "ana"}},
        {"never": [{"offered": "c1"}, {"agent": "ana", "is": "interacting"}]},
        {"do": {"arrive": "c1", "queue": "service"}},
        {"expect": {"offered": "c1", "to": "ana"}},
    )


def test_a_broken_line_is_a_failed_contact_at_once_though_the_agent_wraps_up() -> None:
    assert holds(
        {"do": {"login": "ana"}},
        {"do": {"arrive": "c1", "queue": "service"}},
        {"do": {"accept": "c1", "by": "ana"}},
        {"do": {"failed": "c1"}, "expect": {"ended": "c1", "as": "failed", "reason": "channel_failed"}},
        {"expect": {"agent": "ana", "is": "wrap_up"}},
        {"at": "30s", "expect": {"ended": "c1", "as": "failed", "reason": "channel_failed"}},
    )


def test_a_contact_ended_as_its_newest_part_did() -> None:
    assert holds(
        {"do": {"login": "ana"}},
        {"do": {"arrive": "c1", "queue": "service"}},
        {"do": {"accept": "c1", "by": "ana"}},
        {"do": {"transfer": "c1", "by": "ana", "to_queue": "service"}},
        {"do": {"leave": "c1"}, "expect": {"ended": "c1", "as": "abandoned"}},
        {"at": "60s", "expect": {"ended": "c1", "as": "abandoned", "reason": "customer_left"}},
    )
