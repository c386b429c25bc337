"""Every scenario of this folder holds; an administrator can read them, add to them and run them alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.routing.scenario_document import Unreadable
from streams.routing.scenario_runner import Failed, Scenario

FOLDER = Path(__file__).parent
SCENARIOS = [
    pytest.param(document, id=f"{path.stem}: {document['name']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
TWO_AGENTS: dict[str, Any] = {
    "queues": {"service": {}},
    "agents": {"ana": {"queues": {"service": 1}}, "bo": {"queues": {"service": 1}}},
}


@pytest.mark.parametrize("document", SCENARIOS)
def test_scenario_holds(document: dict[str, Any]) -> None:
    Scenario(document).run()
    assert any("expect" in step or "never" in step for step in document["steps"]), "it expects nothing"


def test_names_are_unique() -> None:
    names = [str(param.id) for param in SCENARIOS]
    assert len(set(names)) == len(names) >= 120


def test_a_wrong_expectation_fails_and_says_why() -> None:
    steps = [
        {"do": {"login": "ana"}},
        {"do": {"arrive": "c1", "queue": "service"}},
        {"expect": {"offered": "c1", "to": "bo"}},
    ]
    scenario = Scenario({"name": "wrong", "workspace": TWO_AGENTS, "steps": steps})
    with pytest.raises(Failed, match=r"offered to ana(.|\n)*bo: off_queue"):
        scenario.run()


def test_never_looks_back_to_the_start() -> None:
    steps = [
        {"do": {"login": "ana"}},
        {"do": {"arrive": "c1", "queue": "service"}},
        {"at": "1s", "do": {"leave": "c1"}},
        {"at": "9s", "never": {"offered": "c1", "to": "ana"}},
    ]
    with pytest.raises(Failed, match="never"):
        Scenario({"name": "never", "workspace": TWO_AGENTS, "steps": steps}).run()


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ({"do": {"lgoin": "ana"}}, r"steps\[0\]\.do"),
        ({"do": {"accept": "c1"}}, "accept takes by"),
        ({"expect": {"state": "c1"}}, "state takes is"),
        ({"at": "5 minutes"}, r"steps\[0\]\.at"),
        ({"dont": {}}, r"steps\[0\]"),
    ],
)
def test_what_is_not_a_scenario_is_named_by_its_place(step: dict[str, Any], place: str) -> None:
    with pytest.raises(Unreadable, match=place):
        Scenario({"name": "unreadable", "workspace": TWO_AGENTS, "steps": [step]}).run()


@pytest.mark.parametrize(
    ("workspace", "place"),
    [
        ({"queues": {"service": {"stepz": []}}}, r"queues\.service\.stepz"),
        ({"queues": {"service": {"wrap_up": 30}}}, r"queues\.service\.wrap_up"),
        ({"agents": {"ana": {"queues": "service"}}}, r"agents\.ana"),
        ({"quues": {}}, r"workspace\.quues"),
    ],
)
def test_a_wrong_key_of_the_workspace_is_named_by_its_path(workspace: dict[str, Any], place: str) -> None:
    with pytest.raises(Unreadable, match=place):
        Scenario({"name": "unreadable", "workspace": workspace, "steps": [{"at": "1s"}]}).run()
