from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from producers.http.openapi import document
from producers.http.problems import Kind
from runtime.problems import Problem

DOCUMENT = document()
OPERATIONS = [
    (path, method, item[method])
    for path, item in DOCUMENT["paths"].items()
    for method in ("get", "post")
    if method in item
]


def validator(schema: Any) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_the_document_is_openapi_3_1_and_json() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


def test_every_reference_leads_somewhere() -> None:
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))
    assert names <= set(DOCUMENT["components"]["schemas"])


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[f"{m} {p}" for p, m, _ in OPERATIONS])
def test_every_operation_has_examples_and_they_obey_its_schema(path: str, method: str, operation: Any) -> None:
    contents = [*operation.get("requestBody", {}).get("content", {}).values()]
    contents += [operation["responses"]["200"]["content"]["application/json"]] if method == "get" else []
    assert contents
    for content in contents:
        assert content["examples"]
        for example in content["examples"].values():
            validator(content["schema"]).validate(example["value"])


def test_every_problem_obeys_the_schema_of_problems() -> None:
    for kind in Kind:
        validator({"$ref": "#/components/schemas/Problem"}).validate(Problem(kind, "why").document())


def test_every_parameter_of_an_address_is_described() -> None:
    for path, item in DOCUMENT["paths"].items():
        assert re.findall(r"{(\w+)}", path) == [parameter["name"] for parameter in item["parameters"]]
