from __future__ import annotations

import pytest

from schemas import codec
from schemas.interactions import CustomerLeft
from schemas.topics import INTERACTIONS, MESSAGES

LEFT = CustomerLeft(workspace="w", interaction_id="i_1")


def test_equal_events_are_equal_bytes_with_their_type_and_without_defaults() -> None:
    assert codec.encode(LEFT) == b'{"type":"customer.left","workspace":"w","interaction_id":"i_1"}'


def test_what_was_encoded_is_decoded() -> None:
    assert codec.decode(INTERACTIONS, codec.encode(LEFT)) == LEFT


def test_a_field_that_a_newer_writer_added_is_ignored() -> None:
    value = b'{"type":"customer.left","workspace":"w","interaction_id":"i_1","mood":{"angry":true}}'
    assert codec.decode(INTERACTIONS, value) == LEFT


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{",
        b"[]",
        b'{"type":"customer.arrived","workspace":"w","interaction_id":"i_1"}',
        b'{"workspace":"w","interaction_id":"i_1"}',
        b'{"type":"customer.left","workspace":"w"}',
        b'{"type":"customer.left","workspace":7,"interaction_id":"i_1"}',
        b'{"type":"customer.left","workspace":"\xff","interaction_id":"i_1"}',
        b'{"type":"customer.left","workspace":"w","interaction_id":"i_1","mood":' + b"[" * 9_000 + b"]" * 9_000 + b"}",
    ],
    ids=["nothing", "half", "a list", "unknown type", "no type", "field missing", "wrong type", "no UTF-8", "too deep"],
)
def test_what_is_not_an_event_of_the_topic_is_undecodable_and_the_topic_is_named(value: bytes) -> None:
    with pytest.raises(codec.Undecodable, match=r"interactions\.v1"):
        codec.decode(INTERACTIONS, value)


def test_an_event_of_another_topic_is_undecodable() -> None:
    with pytest.raises(codec.Undecodable, match=r"messages\.v1"):
        codec.decode(MESSAGES, codec.encode(LEFT))


@pytest.mark.parametrize("version", [2, 99, 0], ids=["next", "far", "before the first"])
def test_a_version_that_cannot_be_lifted_is_undecodable(version: int) -> None:
    with pytest.raises(codec.Undecodable):
        codec.decode(INTERACTIONS, codec.encode(LEFT), version)
