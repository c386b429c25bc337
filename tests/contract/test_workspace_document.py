"""The documentation, what a document may say, and the engine say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from producers.admin import sections
from producers.admin.compile import compile_document
from producers.admin.fields import Table
from producers.admin.problems import InvalidDocument
from schemas.configuration import RoutingConfiguration
from streams.routing.scenario_document import configuration
from streams.routing.scenario_runner import Scenario

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


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: f"{probe['key']}: {probe['name']}")
def test_a_key_is_accepted_and_the_engine_obeys_it(probe: dict[str, Any]) -> None:
    Scenario({name: value for name, value in probe.items() if name != "key"}).run()
    assert compile_document(probe["workspace"], "shop").workspace == "shop"


def test_scenarios_and_documents_are_read_alike() -> None:
    read = 0
    for scenario in SCENARIOS:
        workspace = {key: value for key, value in scenario["workspace"].items() if key in sections.DOCUMENT}
        if workspace != scenario["workspace"]:
            continue  # Settings at the top level are the scenarios' own way of writing.
        try:
            compiled = compile_document(workspace, "shop").routing
        except InvalidDocument:
            continue  # Scenarios need not declare what they name.
        assert _without_lists(compiled) == _without_lists(configuration(workspace)), scenario["name"]
        read += 1
    assert read > len(SCENARIOS) // 2


def _without_lists(routing: RoutingConfiguration) -> RoutingConfiguration:
    return msgspec.structs.replace(routing, skills=(), sites=())
