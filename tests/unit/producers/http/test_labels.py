from __future__ import annotations

import pytest

from producers.http.labels import route_of


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/v1/workspaces/bookcity/interactions", "interactions"),
        ("/v1/workspaces/bookcity/interactions/i_1/events", "events"),
        ("/docs", "docs"),
        ("/v1/workspaces/interactions/secret", "other"),
        ("/", "other"),
    ],
)
def test_labels_are_routes_and_never_names(path: str, label: str) -> None:
    assert route_of({"path": path}) == label
