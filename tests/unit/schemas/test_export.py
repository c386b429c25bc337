from __future__ import annotations

from typing import Any

import msgspec

from schemas.codec import UNIONS, members
from schemas.export import as_text, json_schemas, path_of, schema_of
from schemas.interactions import CustomerLeft, InteractionReceived
from schemas.messages import MessagePosted


def test_every_event_of_every_union_has_a_schema_of_its_version() -> None:
    expected = {path_of(events, event) for events, union in UNIONS.items() for event in members(union)}
    assert set(json_schemas()) == expected
    assert "messages/message.posted.v1.json" in expected


def test_an_event_of_two_topics_has_a_schema_for_each() -> None:
    assert schema_of("interactions", CustomerLeft)["x-topics"] == ["interactions.v1"]
    assert schema_of("inputs", CustomerLeft)["x-topics"] == ["routing.inputs.v1"]


def test_fields_with_personal_data_are_marked_and_others_are_not() -> None:
    fields = schema_of("interactions", InteractionReceived)["$defs"]["InteractionReceived"]["properties"]
    marked = {name for name, field in fields.items() if field.get("x-personal")}
    assert marked == {"external_id", "contact_points", "customer_name", "subject", "attributes"}


def test_the_text_of_a_schema_is_the_same_each_time_and_says_what_the_schema_says() -> None:
    schema: dict[str, Any] = schema_of("messages", MessagePosted)
    assert as_text(schema) == as_text(schema_of("messages", MessagePosted))
    assert msgspec.json.decode(as_text(schema)) == schema
