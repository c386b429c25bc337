"""The committed contracts: generated schemas are current, break nothing, and every golden example obeys them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from deploy.commands.schemas import default_folder, export
from producers.http.feed import marks_in, shown
from runtime.records import Record
from schemas import codec
from schemas.codec import UNIONS, members
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.export import json_schemas, path_of
from schemas.ids import adapter_mark
from schemas.topics import TOPICS

EXAMPLES = default_folder().parent / "examples"
TOPIC_OF = {topic.events: topic for topic in reversed(TOPICS) if topic.events}
GOLDEN = sorted(f"{union}/{path.name}" for union in UNIONS for path in (EXAMPLES / union).glob("*.json"))
IDENTIFYING = ("陈小明", "+8613800138000", "xiaoming88", "6688001234", "订单少了一本书")


SET_LATER = {f"{wire_type(event)}.source" for event in members(UNIONS["interactions"])}
"""Set on the way into the routing log only."""
LEFT_OUT = {"transfer_interaction.to_queue", "start_consult.to_agent"}
"""One of two is named."""


def read(path: Path) -> Any:
    return msgspec.json.decode(path.read_bytes())


def a_record(name: str) -> Record:
    union, _, file = name.partition("/")
    wire, _, version = file.removesuffix(".json").rpartition(".v")
    headers = to_headers(Envelope(id="1", source="/golden", type=wire, version=int(version)))
    return Record(TOPIC_OF[union].name, 0, 0, 0, b"bookcity", (EXAMPLES / name).read_bytes(), headers)


def test_the_committed_schemas_are_current_and_break_nothing() -> None:
    assert export(default_folder(), check=True, as_json=False) == 0


def test_there_is_a_golden_example_for_every_schema_and_none_else() -> None:
    schemas = {path.relative_to(default_folder()).as_posix() for path in default_folder().glob("*/*.json")}
    assert set(GOLDEN) == schemas >= set(json_schemas())


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_example_is_valid_by_its_schema(name: str) -> None:
    jsonschema.Draft202012Validator(read(default_folder() / name)).validate(read(EXAMPLES / name))


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_example_is_read_by_this_program_and_written_as_it_was(name: str) -> None:
    record = a_record(name)
    version = int(name.removesuffix(".json").rpartition(".v")[2])
    event = codec.decode(TOPIC_OF[name.partition("/")[0]], record.value or b"", version)
    if version == event.VERSION:
        assert msgspec.json.decode(codec.encode(event)) == read(EXAMPLES / name)


@pytest.mark.parametrize("union", [union for union in UNIONS if union != "decisions"])
def test_a_golden_example_names_every_field_of_its_event(union: str) -> None:
    unnamed = []
    for event in members(UNIONS[union]):
        given = read(EXAMPLES / path_of(union, event))
        unnamed += [f"{wire_type(event)}.{field}" for field in event.__struct_fields__ if field not in given]
    left_out = LEFT_OUT if union == "inputs" else SET_LATER if union == "interactions" else set()
    assert set(unnamed) == left_out


@pytest.mark.parametrize("name", [name for name in GOLDEN if name.startswith(("decisions/", "inputs/", "snapshots/"))])
def test_the_routing_log_holds_nothing_that_identifies_a_customer(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    assert [word for word in IDENTIFYING if word in text] == []


@pytest.mark.parametrize("name", [name for name in GOLDEN if name.startswith(("decisions/", "messages/"))])
def test_an_adapter_is_shown_every_golden_decision_on_its_interaction(name: str) -> None:
    record = a_record(name)
    mark = adapter_mark("bookcity", "web")
    event = shown(record, "bookcity", mark)
    concerned = any(part in read(EXAMPLES / name) for part in ("interaction", "leg", "offer", "interaction_id"))
    own = mark.encode() in marks_in(record) or name.startswith("messages/")
    assert (event is not None) == (concerned and own)
    assert event is None or msgspec.json.decode(event)["type"] == read(EXAMPLES / name)["type"]
    assert shown(record, "bookcity", adapter_mark("bookcity", "kiosk")) is None
