from __future__ import annotations

from typing import Any

import msgspec

from consumers.query import examples
from consumers.query.answers import ANSWERS
from consumers.query.openapi import MEANINGS, QUESTIONS, document
from consumers.query.problems import Kind

DOCUMENT = document()


def test_every_question_answers_every_kind_of_problem() -> None:
    for item in DOCUMENT["paths"].values():
        assert set(item["get"]["responses"]) == {"200", *(str(kind.status) for kind in Kind)}


def test_every_reference_leads_somewhere() -> None:
    names = set(DOCUMENT["components"]["schemas"])
    assert {reference.rpartition("/")[2] for reference in references(DOCUMENT)} <= names


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(one) for one in value.values()))
    return set().union(*(references(one) for one in value)) if isinstance(value, list) else set()


def test_every_answer_has_an_example_that_reads_back() -> None:
    assert {type(one) for one in examples.ALL} == set(ANSWERS)
    assert {type(it.example) for it in QUESTIONS if it.example is not None} == set(ANSWERS)
    for one in examples.ALL:
        assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one


def test_every_parameter_has_a_meaning_and_no_null() -> None:
    seen = {parameter["name"] for item in DOCUMENT["paths"].values() for parameter in item["get"]["parameters"]}
    assert seen == set(MEANINGS)
    assert "null" not in str([item["get"]["parameters"] for item in DOCUMENT["paths"].values()])


def test_operations_have_names_of_their_own() -> None:
    assert len({it.operation for it in QUESTIONS}) == len(QUESTIONS)
