"""The documentation, the table of what is not supported yet, and the engine say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from producers.admin import sections
from producers.admin.compile import compile_document
from producers.admin.fields import Table
from producers.admin.not_yet import NOT_YET
from producers.admin.problems import InvalidDocument
from schemas.configuration import RoutingConfiguration
from streams.routing.scenario_document import configuration
from streams.routing.scenario_runner import Failed, Scenario

HERE = Path(__file__).parent
TEXT = (HERE.parents[1] / "docs" / "workspace-document.md").read_text(encoding="utf-8")
TABLES: Mapping[str, Table] = {
    "": sections.DOCUMENT,
    "settings": sections.SETTINGS,
    "channels.*": sections.CHANNEL,
    "queues.*": sections.QUEUE,
    "queues.*.steps[]": sections.STEP,
    "queues.*.overflow": sections.OVERFLOW,
    "agents.*": sections.AGENT,
}


def keys() -> Iterator[str]:
    for table in TABLES.values():
        yield from table


@pytest.mark.parametrize("key", sorted(set(keys())))
def test_every_key_is_explained(key: str) -> None:
    assert f"`{key}`" in TEXT


def test_the_keys_that_are_not_supported_yet_are_listed_as_such_and_no_others() -> None:
    section = TEXT.split("## Not supported yet")[1].split("\n## ")[0]
    listed = {name for line in section.splitlines() if line.startswith("- ") for name in re.findall(r"`([^`]+)`", line)}
    assert listed == set(NOT_YET)


def documents_of(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        return [document for document in yaml.safe_load_all(stream) if document is not None]


PROBES = documents_of(HERE / "document_keys.yaml")
SCENARIOS = [
    document
    for path in sorted((HERE.parent / "scenarios").rglob("*.yaml"))
    for document in documents_of(path)
    if isinstance(document.get("workspace"), dict)
]


def is_obeyed(probe: dict[str, Any]) -> bool:
    try:
        Scenario({name: value for name, value in probe.items() if name != "key"}).run()
    except Failed:
        return False
    return True


def is_accepted(workspace: dict[str, Any]) -> bool:
    try:
        compile_document(workspace, "shop")
    except InvalidDocument as error:
        if {problem.message for problem in error.problems} != {"not supported yet"}:
            raise
        return False
    return True


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: f"{probe['key']}: {probe['name']}")
def test_a_key_is_accepted_if_and_only_if_the_engine_obeys_it(probe: dict[str, Any]) -> None:
    assert is_obeyed(probe) is (probe["key"] not in NOT_YET)
    assert is_accepted(probe["workspace"]) is (probe["key"] not in NOT_YET)


def test_scenarios_and_documents_are_read_alike() -> None:
    read = 0
    for scenario in SCENARIOS:
        workspace = {key: value for key, value in scenario["workspace"].items() if key in sections.DOCUMENT}
        if workspace != scenario["workspace"]:
            continue  # Settings at the top level are the scenarios' own way of writing.
        try:
            compiled = compile_document(workspace, "shop", not_yet={}).routing
        except InvalidDocument:
            continue  # Scenarios need not declare what they name.
        assert _without_lists(compiled) == _without_lists(configuration(workspace)), scenario["name"]
        read += 1
    assert read > len(SCENARIOS) // 2


def _without_lists(routing: RoutingConfiguration) -> RoutingConfiguration:
    return msgspec.structs.replace(routing, skills=(), sites=())
