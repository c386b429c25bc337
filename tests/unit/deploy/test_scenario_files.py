"""Files of scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.scenario_files import FAILED, UNREADABLE, UnreadableFile, documents, run

TEXT = """
name: holds
workspace: {queues: {service: {}}, agents: {on: {queues: {service: 1}}}}
steps:
  - {do: {login: on}}
  - {expect: {agent: on, is: idle}}
---
name: does not hold
workspace: {agents: {ana: {}}}
steps:
  - {do: {login: ana}}
  - at: 5s
    expect: {agent: ana, is: wrap_up}
---
name: cannot be read
steps:
  - at: 5s
  - do: {lgoin: ana}
---
"""


def a_file(folder: Path, text: str) -> Path:
    path = folder / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_each_document_is_a_scenario_with_its_outcome_and_line(tmp_path: Path) -> None:
    found = [run(document) for document in documents(a_file(tmp_path, TEXT))]
    assert [(one.name, one.code, one.line) for one in found] == [
        ("holds", 0, 2),
        ("does not hold", FAILED, 12),
        ("cannot be read", UNREADABLE, 18),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "steps: [",
        "name: a\nname: b\nsteps: []",
        "steps:\n- {do: {login: a}, do: {login: b}}",
        "? [a]\n: b",
        "a: !!python/name:os.system x",
    ],
)
def test_what_is_not_yaml_or_says_a_thing_twice_is_unreadable(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableFile):
        list(documents(a_file(tmp_path, text)))


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        list(documents(tmp_path / "none.yaml"))


def test_a_mapping_may_be_taken_over_from_another(tmp_path: Path) -> None:
    text = """
workspace: {agents: {ana: &ana {queues: {service: 1}}, bo: {<<: *ana, capacity: 50}}}
steps:
  - {do: {login: bo}, expect: {agent: bo, is: idle}}
"""
    [found] = [run(document) for document in documents(a_file(tmp_path, text))]
    assert (found.code, found.left_out) == (0, ("service",))
