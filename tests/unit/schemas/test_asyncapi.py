from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest

from schemas import chat, live
from schemas.asyncapi import as_text, document
from schemas.topics import TOPICS

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = document()


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def resolve(reference: str) -> Any:
    found: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        found = found[name.replace("~1", "/")]
    return found


def test_the_committed_document_is_current() -> None:
    assert (ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8") == as_text()


def test_it_has_what_asyncapi_3_requires() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(DOCUMENT["info"])
    for channel in DOCUMENT["channels"].values():
        assert {"address", "messages"} <= set(channel)
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in {"send", "receive"}
        channel = operation["channel"]["$ref"]
        assert all(one["$ref"].startswith(f"{channel}/messages/") for one in operation["messages"])
    for message in DOCUMENT["components"]["messages"].values():
        assert {"name", "payload"} <= set(message)


def test_every_reference_leads_somewhere() -> None:
    wanted = list(references(DOCUMENT))
    assert wanted
    for reference in wanted:
        assert isinstance(resolve(reference), dict)


def test_every_topic_and_every_frame_is_in_it() -> None:
    assert {topic.name for topic in TOPICS} <= set(DOCUMENT["channels"])
    for name, protocol in (("live", live), ("chat", chat)):
        frames = (*get_args(protocol.ClientFrame), *get_args(protocol.ServerFrame))
        tags = {str(frame.__struct_config__.tag) for frame in frames}
        assert set(DOCUMENT["channels"][name]["messages"]) == tags


@pytest.mark.parametrize("name", ["live", "chat"])
def test_the_golden_frames_are_valid_by_it(name: str) -> None:
    examples = sorted((ROOT / "schemas" / "examples" / name).glob("*.json"))
    assert examples
    for path in examples:
        frame = msgspec.json.decode(path.read_bytes())
        schema = {**DOCUMENT["components"]["messages"][f"{name}.{frame['type']}"]["payload"]}
        whole = {**schema, "components": DOCUMENT["components"]}
        jsonschema.Draft202012Validator(whole).validate(frame)
