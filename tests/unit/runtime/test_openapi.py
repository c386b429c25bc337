from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from runtime.openapi import Service, document, fields_of, parameter, ref, refusals, schemas_of
from runtime.problems import ProblemKind, all_wrong
from runtime.validation import FieldError


class Kind(ProblemKind):
    INVALID = (422, "invalid", "Something is wrong")
    AWAY = (503, "away", "Something is away")
    NOBODY = (401, "nobody", "Nobody we know")


class Inner(msgspec.Struct):
    word: str


class Outer(msgspec.Struct):
    inner: Inner


SERVICE = Service(title="t", about="a", security=("key", "An API key"), kinds=Kind)


def test_a_document_is_json_and_names_how_to_sign_in() -> None:
    made = document(SERVICE, {"/x": {}}, {"Own": {"type": "string"}})
    assert json.loads(json.dumps(made)) == made
    assert (made["openapi"], made["security"]) == ("3.1.0", [{"key": []}])
    assert set(made["components"]["schemas"]) == {"Own", "Problem"}


def test_every_problem_obeys_the_schema_of_problems() -> None:
    schema = document(SERVICE, {}, {})["components"]["schemas"]["Problem"]
    jsonschema.validate(all_wrong(Kind.INVALID, [FieldError("$.a", "is required")]).document(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"type": "/docs#other", "title": "t", "status": 400}, schema)


def test_refusals_stand_by_status_and_say_when_one_may_come_back() -> None:
    found = refusals(Kind, {Kind.AWAY})
    assert list(found) == ["401", "422", "503"]
    assert [status for status, answer in found.items() if "headers" in answer] == ["503"]


def test_structs_bring_the_schemas_that_they_name() -> None:
    found = schemas_of([Outer])
    assert set(found) == {"Outer", "Inner"}
    assert found["Outer"]["properties"]["inner"] == ref("Inner")


def test_fields_and_parameters_must_be_there() -> None:
    assert fields_of({"a": {}})["required"] == ["a"]
    assert fields_of({"a": {}})["additionalProperties"] is False
    assert "additionalProperties" not in fields_of({"a": {}}, closed=False)
    assert parameter("a", "path", {"type": "string"}, "The a", "x")["required"] is True
