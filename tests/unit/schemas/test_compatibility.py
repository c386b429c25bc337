from __future__ import annotations

import enum
from typing import Annotated, Any

import msgspec
import pytest

from schemas.compatibility import breaking_changes, removed


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(msgspec.Struct):
    size: int
    colour: Colour = Colour.RED


def schema(*fields: Any) -> dict[str, Any]:
    """The schema of an event with these fields."""
    event = msgspec.defstruct("Happened", fields, tag="happened", kw_only=True)
    (reference,), definitions = msgspec.json.schema_components([event])
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode({**reference, "$defs": definitions}))
    return plain


BEFORE: list[tuple[Any, ...]] = [
    ("id", str),
    ("count", int, 0),
    ("note", str | None, None),
    ("inner", Inner),
    ("parts", tuple[Inner, ...], ()),
]


def changed(name: str, *field: Any) -> list[Any]:
    return [(name, *field) if known[0] == name else known for known in BEFORE]


def with_colours(*words: str) -> dict[str, Any]:
    colour = enum.Enum("Colour", {word.upper(): word for word in words})  # type: ignore[misc] # words vary
    return schema(("id", str), ("colour", colour))


def test_nothing_changed_breaks_nothing() -> None:
    assert breaking_changes(schema(*BEFORE), schema(*BEFORE)) == []


@pytest.mark.parametrize(
    ("after", "place"),
    [
        ([known for known in BEFORE if known[0] != "count"], "$.count: the field is gone"),
        (changed("count", str, ""), "$.count: type was integer, is string"),
        (changed("count", int), "$.count: is required now, older records lack it"),
        (changed("count", int, 5), "$.count: the default was 0, is 5"),
        (changed("id", str, ""), "$.id: is optional now, older readers need it"),
        (changed("id", Annotated[str, msgspec.Meta(max_length=5)]), "$.id: maxLength was <none>, is 5"),
        (changed("note", str, ""), "$.note: was one of 2 types, is one of 0"),
        (changed("parts", tuple[str, ...], ()), "$.parts.items: type was object, is string"),
        ([*BEFORE, ("new", str)], "$.new: is required now, older records lack it"),
    ],
    ids=[
        "field removed", "type changed", "optional made required", "default changed", "required made optional",
        "limit set", "null no longer allowed", "items changed", "required field added",
    ],
)  # fmt: skip
def test_a_breaking_change_is_named_with_its_place(after: list[Any], place: str) -> None:
    assert place in breaking_changes(schema(*BEFORE), schema(*after))


def test_a_change_deep_inside_is_found_once_for_each_definition() -> None:
    class Other(msgspec.Struct):
        size: str
        colour: Colour = Colour.RED

    Other.__name__ = "Inner"
    after = [("inner", Other) if known[0] == "inner" else known for known in BEFORE[:-1]]
    after.append(("parts", tuple[Other, ...], ()))
    assert breaking_changes(schema(*BEFORE), schema(*after)) == ["$.inner.size: type was integer, is string"]


def test_a_word_may_be_added_to_an_enum_but_none_removed() -> None:
    old, more = with_colours("red", "blue"), with_colours("red", "blue", "green")
    assert breaking_changes(old, more) == []
    assert breaking_changes(more, old) == ["$.colour: the word 'green' is gone"]


def test_an_enum_may_not_become_an_open_string() -> None:
    assert breaking_changes(with_colours("red"), schema(("id", str), ("colour", str))) != []


def test_an_optional_field_may_be_added() -> None:
    assert breaking_changes(schema(*BEFORE), schema(*BEFORE, ("new", str | None, None))) == []


def test_another_wire_type_is_another_event() -> None:
    other = msgspec.json.decode(msgspec.json.encode(schema(*BEFORE)).replace(b'["happened"]', b'["occurred"]'))
    assert "$.type: the word 'happened' is gone" in breaking_changes(schema(*BEFORE), other)


def test_an_event_that_is_gone_is_named_unless_another_version_is_there() -> None:
    one = schema(("id", str))
    assert removed({"a/x.v1.json": one, "a/y.v1.json": one}, {"a/x.v2.json": one}) == ["a/y.v1.json: the event is gone"]
