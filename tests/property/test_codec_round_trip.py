from __future__ import annotations

from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec
from schemas.codec import UNIONS
from schemas.event import Event, wire_type
from schemas.export import schema_of
from schemas.topics import TOPICS, Topic
from tests.support.event_strategies import events_of

TOPIC_OF: dict[str, Topic] = {topic.events: topic for topic in reversed(TOPICS) if topic.events}
VALIDATORS: dict[tuple[str, str], Any] = {}


def conforms(union: str, event: Event) -> bool:
    """Whether the event's bytes are valid by its own JSON Schema."""
    place = (union, wire_type(event))
    if place not in VALIDATORS:
        VALIDATORS[place] = jsonschema.Draft202012Validator(schema_of(union, type(event)))
    return bool(VALIDATORS[place].is_valid(msgspec.json.decode(codec.encode(event))))


@pytest.mark.parametrize("union", UNIONS)
@given(data=st.data())
def test_any_event_comes_back_from_its_bytes_and_they_are_valid_by_its_schema(union: str, data: st.DataObject) -> None:
    event = data.draw(events_of(union))
    assert codec.decode(TOPIC_OF[union], codec.encode(event)) == event
    assert conforms(union, event)


@pytest.mark.parametrize("union", UNIONS)
@given(data=st.data())
def test_fields_of_a_newer_writer_change_nothing(union: str, data: st.DataObject) -> None:
    event = data.draw(events_of(union))
    payload = msgspec.json.decode(codec.encode(event))
    payload["a_field_of_tomorrow"] = {"deep": [1, None]}
    assert codec.decode(TOPIC_OF[union], msgspec.json.encode(payload)) == event


@pytest.mark.parametrize("union", UNIONS)
@given(value=st.binary(max_size=60))
def test_any_bytes_are_an_event_or_undecodable_and_nothing_else(union: str, value: bytes) -> None:
    try:
        found = codec.decode(TOPIC_OF[union], value)
    except codec.Undecodable:
        return
    assert codec.encode(found)
