from __future__ import annotations

from typing import Any

import msgspec
import pytest

from producers.admin.changes import changes


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"a": 1}, [{"path": "a", "kind": "added", "after": 1}]),
        ({"a": 1}, {}, [{"path": "a", "kind": "removed", "before": 1}]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [{"path": "a.b", "kind": "changed", "before": 1, "after": 2}]),
        ({"a": [1]}, {"a": [1, 2]}, [{"path": "a", "kind": "changed", "before": [1], "after": [1, 2]}]),
        ({"a": 1}, {"a": True}, [{"path": "a", "kind": "changed", "before": 1, "after": True}]),
        ({"a": {"b": 1}}, {"a": {"b": 1}}, []),
        ({"a": {}}, {"a": None}, [{"path": "a", "kind": "changed", "before": {}}]),
    ],
)
def test_a_change_is_shown_where_it_is(before: Any, after: Any, expected: list[dict[str, Any]]) -> None:
    assert msgspec.to_builtins(changes(before, after)) == expected


def test_changes_stand_in_the_order_of_the_old_document_then_the_new() -> None:
    found = changes({"z": 1, "a": 1}, {"b": 1, "a": 2, "z": 2})
    assert [change.path for change in found] == ["z", "a", "b"]
