from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.configuration import (
    AgentSettings,
    QueueSettings,
    RoutingConfiguration,
    canonical,
    diff_patch,
    digest,
    merge_patch,
)

SMALL = RoutingConfiguration(
    skills=("mandarin",),
    queues={"orders": QueueSettings(class_=1)},
    agents={"ana": AgentSettings(queues={"orders": 1})},
)


def test_the_canonical_text_leaves_out_defaults_and_sorts() -> None:
    assert canonical(RoutingConfiguration()) == b"{}"
    assert canonical(SMALL) == (
        b'{"agents":{"ana":{"queues":{"orders":1}}},"queues":{"orders":{"class":1}},"skills":["mandarin"]}'
    )


def test_a_configuration_comes_back_from_its_canonical_text_with_the_same_digest() -> None:
    again = msgspec.json.decode(canonical(SMALL), type=RoutingConfiguration)
    assert again == SMALL
    assert digest(again) == digest(SMALL) != digest(RoutingConfiguration())


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        (["a"], {"a": 1}, {"a": 1}),
        ({"a": 1}, ["c"], ["c"]),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_does_as_rfc_7396_says(target: Any, patch: Any, result: Any) -> None:
    assert merge_patch(target, patch) == result


def test_patching_changes_neither_argument() -> None:
    target, patch = {"a": {"b": 1}}, {"a": {"c": 2}}
    merge_patch(target, patch)
    assert (target, patch) == ({"a": {"b": 1}}, {"a": {"c": 2}})


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1, "b": 2}, {"b": 3}, {"a": None, "b": 3}),
        ({"q": {"x": {"n": 1}, "y": {}}}, {"q": {"x": {"n": 2}, "y": {}}}, {"q": {"x": {"n": 2}}}),
        ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 2]}),
    ],
)
def test_the_patch_between_two_versions_is_small_and_leads_to_the_new_one(old: Any, new: Any, patch: Any) -> None:
    assert diff_patch(old, new) == patch
    assert merge_patch(old, patch) == new
