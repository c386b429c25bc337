"""A scenario is read whole before it runs."""

from __future__ import annotations

from typing import Any

import pytest

from streams.routing.scenario_reading import scenario
from streams.routing.scenario_values import Unreadable

WORKSPACE: dict[str, Any] = {"queues": {"service": {}}, "agents": {"ana": {"queues": {"service": 1}}}}


def read(*steps: Any, **more: Any) -> Any:
    return scenario({"name": "one", "workspace": WORKSPACE, "steps": list(steps), **more})


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        ([{"at": "5s"}, {"at": "4s"}], r"steps\[1\]\.at: time does not go back"),
        ([{}], r"steps\[0\]"),
        ([{"expct": {}}], r"steps\[0\]"),
        ([{"expect": None}], r"steps\[0\]\.expect"),
        ([{"expect": []}], r"steps\[0\]\.expect: nothing stands there"),
        ([{"never": []}], r"steps\[0\]\.never: nothing stands there"),
        ([{"do": [{"login": "ana"}]}], r"steps\[0\]\.do"),
        (
            [{"do": {"login": "ana"}}, {"expect": [{"agent": "ana", "is": "idle"}, {"agent": "an", "is": "idle"}]}],
            r"expect\[1\]",
        ),
        ([{"do": {"cancel": "ghost"}}, {"do": {"login": "ana"}, "expect": {"refused": "any"}}], "ghost"),
    ],
)
def test_a_mistake_is_named_by_its_place_though_nothing_has_run(steps: list[Any], place: str) -> None:
    with pytest.raises(Unreadable, match=place):
        read(*steps)


def test_a_refusal_may_stand_in_a_later_step_before_anything_else_is_done() -> None:
    assert read({"do": {"cancel": "ghost"}}, {"at": "5s", "expect": {"refused": "unknown_interaction"}}).steps


@pytest.mark.parametrize(
    "document", [None, [], {}, {"steps": {}}, {"steps": [], "stepz": []}, {"steps": [], "workspace": []}]
)
def test_what_is_not_a_scenario_is_said_to_be_unreadable(document: Any) -> None:
    with pytest.raises(Unreadable):
        scenario(document)


def test_contacts_that_are_confirmed_by_hand_are_known_from_the_start() -> None:
    found = read(
        {"do": {"arrive": "c1", "queue": "service"}}, {"do": {"accept": "c1", "by": "ana", "connect": "manual"}}
    )
    assert found.by_hand == {"c1"}


def test_a_queue_that_is_only_named_has_the_defaults() -> None:
    steps = [{"do": {"arrive": "c1", "queue": "service"}}, {"expect": {"waiting": "service", "is": 1}}]
    found = scenario({"workspace": {"agents": {"ana": {"queues": {"service": 1}}}}, "steps": steps})
    assert (found.left_out, found.workspace["queues"]) == (("service",), {"service": {}})
