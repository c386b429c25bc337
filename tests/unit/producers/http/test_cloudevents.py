from __future__ import annotations

import json
from typing import Any

import pytest

from producers.http.bodies import MOST_BATCHED
from producers.http.cloudevents import Posted, Posting, Spelling, read, spelling_of
from producers.http.problems import Kind
from runtime.problems import Problem

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "//shop",
    "type": "customer.left",
    "time": "2026-11-22T02:00:00Z",
    "traceparent": "00-a",
    "data": {"x": 1},
}


def structured(value: Any, **headers: str) -> Posting:
    return read("application/cloudevents+json", headers, json.dumps(value).encode())


def refused(content_type: str, headers: dict[str, str], body: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        read(content_type, headers, body)
    return caught.value


def test_the_structured_spelling() -> None:
    [posted] = structured(EVENT).events
    assert posted == Posted(
        data={"x": 1},
        data_path="$.data",
        type="customer.left",
        id="1",
        source="//shop",
        time="2026-11-22T02:00:00Z",
        traceparent="00-a",
    )


def test_the_binary_spelling_says_the_same_in_headers() -> None:
    headers = {f"ce-{name}": EVENT[name] for name in ("specversion", "id", "source", "type", "time", "traceparent")}
    [posted] = read("application/json; charset=utf-8", headers, b'{"x":1}').events
    [same] = structured(EVENT).events
    assert (posted.data, posted.id, posted.source, posted.type) == (same.data, same.id, same.source, same.type)
    assert (posted.time, posted.traceparent) == (same.time, same.traceparent)
    assert (posted.data_path, posted.type_path) == ("$", "header ce-type")


def test_header_values_are_percent_decoded() -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "%E4%B9%A6", "ce-source": "/x", "ce-type": "y"}
    assert read("application/json", headers, b"{}").events[0].id == "书"


def test_the_batched_spelling_keeps_the_order_and_names_each_place() -> None:
    posting = read("application/cloudevents-batch+json", {}, json.dumps([EVENT, {**EVENT, "id": "2"}]).encode())
    assert posting.batched
    assert [(posted.id, posted.data_path) for posted in posting.events] == [("1", "$[0].data"), ("2", "$[1].data")]


def test_plain_json_is_the_data_with_its_type_and_id_beside() -> None:
    [posted] = read("application/json", {"idempotency-key": "k", "traceparent": "t"}, b'{"type":"a","x":1}').events
    assert posted == Posted(data={"x": 1}, data_path="$", type="a", id="k", traceparent="t")


@pytest.mark.parametrize("body", [b"", b"  ", b"{}", b"null"])
def test_no_body_is_no_data(body: bytes) -> None:
    assert read("application/json", {}, body).events[0].data == {}


@pytest.mark.parametrize(
    ("content_type", "spelling"),
    [
        ("application/json", Spelling.JSON),
        ("Application/JSON; charset=UTF-8", Spelling.JSON),
        ('application/json; charset="utf-8"', Spelling.JSON),
        ("application/cloudevents+json; charset=utf-8", Spelling.STRUCTURED),
        ("application/cloudevents-batch+json", Spelling.BATCHED),
    ],
)
def test_content_types_that_are_taken(content_type: str, spelling: Spelling) -> None:
    assert spelling_of(content_type) is spelling


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/xml", "application/json; charset=gbk"])
def test_content_types_that_are_not(content_type: str) -> None:
    assert refused(content_type, {}, b"{}").kind is Kind.UNSUPPORTED


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a":"\xff"}', b"[" * 100_000])
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    assert refused("application/json", {}, body).kind is Kind.MALFORMED


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"specversion": "0.3"}, "$.specversion"),
        ({"id": ""}, "$.id"),
        ({"id": 7}, "$.id"),
        ({"source": "x" * 257}, "$.source"),
        ({"type": "a\nb"}, "$.type"),
        ({"time": 5}, "$.time"),
        ({"data": []}, "$.data"),
        ({"data_base64": "e30="}, "$.data_base64"),
    ],
)
def test_an_envelope_that_breaks_the_standard_is_refused_at_its_place(changes: dict[str, Any], path: str) -> None:
    body = json.dumps({**EVENT, **changes}).encode()
    assert [error.path for error in refused("application/cloudevents+json", {}, body).errors] == [path]


@pytest.mark.parametrize(
    ("spelling", "body"),
    [
        ("application/cloudevents+json", EVENT),
        ("application/cloudevents-batch+json", [EVENT]),
        ("application/json", {}),
    ],
)
def test_a_key_that_is_no_id_is_refused_also_where_it_is_not_used(spelling: str, body: Any) -> None:
    problem = refused(spelling, {"idempotency-key": "a\x01b"}, json.dumps(body).encode())
    assert [error.path for error in problem.errors] == ["header idempotency-key"]


def test_missing_attributes_are_named_in_every_spelling() -> None:
    needed = ("specversion", "id", "source", "type")
    in_body = refused("application/cloudevents+json", {}, b"{}").errors
    in_headers = refused("application/json", {"ce-time": "x"}, b"{}").errors
    assert [error.path for error in in_body] == [f"$.{name}" for name in needed]
    assert [error.path for error in in_headers] == [f"header ce-{name}" for name in needed]


@pytest.mark.parametrize("batch", [{}, [], [EVENT] * (MOST_BATCHED + 1)], ids=["no list", "empty", "too long"])
def test_a_batch_of_a_wrong_size_is_refused(batch: Any) -> None:
    problem = refused("application/cloudevents-batch+json", {}, json.dumps(batch).encode())
    assert [error.path for error in problem.errors] == ["$"]


def test_what_is_no_event_in_a_batch_is_named() -> None:
    problem = refused("application/cloudevents-batch+json", {}, json.dumps([EVENT, 5]).encode())
    assert [error.path for error in problem.errors] == ["$[1]"]
