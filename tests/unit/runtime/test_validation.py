from __future__ import annotations

from typing import Any

import pytest

from producers.http.bodies import AttributesChangedBody, ChannelFailedBody, NewInteraction
from runtime.validation import convert, errors_in, nul_errors


def places(value: Any, wanted: Any = NewInteraction) -> dict[str, str]:
    return {error.path: error.detail for error in errors_in(value, wanted, "$")}


def test_a_good_value_is_what_was_wanted() -> None:
    found = convert({"channel": "phone", "requirements": {"mandarin": 3}}, NewInteraction, "$")
    assert found == NewInteraction(channel="phone", requirements={"mandarin": 3})


def test_every_error_is_found_at_once_with_its_place() -> None:
    assert places(
        {
            "chanel": "phone",
            "priority": 11,
            "contact_points": [{"kind": "phone", "value": "1"}, {"kind": 7}, "x"],
            "requirements": {"mandarin": 9, "": 1},
            "attributes": {"a": 1},
            "direction": "sideways",
        }
    ) == {
        "$.channel": "is required",
        "$.chanel": "is not known here; did you mean channel?",
        "$.priority": "Expected `int` <= 10",
        "$.contact_points[1].kind": "Expected `str`, got `int`",
        "$.contact_points[1].value": "is required",
        "$.contact_points[2]": "Expected `object`, got `str`",
        "$.requirements.mandarin": "Expected `int` <= 5",
        "$.requirements.": "Expected `str` of length >= 1",
        "$.attributes.a": "Expected `str`, got `int`",
        "$.direction": "Invalid enum value 'sideways'",
    }


@pytest.mark.parametrize(
    ("value", "wanted", "place"),
    [
        ([], NewInteraction, "$"),
        ({"channel": "x", "contact_points": [{"kind": "a", "value": "b"}] * 21}, NewInteraction, "$.contact_points"),
        ({"language": 5}, AttributesChangedBody, "$.language"),
        ({"leg_id": "i_1"}, ChannelFailedBody, "$.leg_id"),
        ({"channel": True}, NewInteraction, "$.channel"),
    ],
    ids=["not an object", "too many", "optional but wrong", "pattern", "no number or truth for text"],
)
def test_an_error_names_the_smallest_place_that_is_wrong(value: Any, wanted: Any, place: str) -> None:
    assert list(places(value, wanted)) == [place]


@pytest.mark.parametrize(
    "value", [{"channel": "x", "queue": None}, {"channel": "书店"}, {"channel": "x", "case_ids": []}]
)
def test_where_there_is_nothing_wrong_there_is_no_error(value: Any) -> None:
    assert errors_in(value, NewInteraction, "$") == []


def test_the_character_that_no_store_takes_is_found_wherever_it_stands() -> None:
    value = {"a": ["x", {"b": "y\x00"}], "c\x00": 1, "d": "z"}
    assert [error.path for error in nul_errors(value, "$")] == ["$.a[1].b", "$.c\x00"]
