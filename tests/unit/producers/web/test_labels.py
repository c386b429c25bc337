from __future__ import annotations

import pytest

from producers.web.labels import route_of


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/v1/workspaces/shop/forms/message", "form"),
        ("/v1/workspaces/shop/forms/callback", "callback"),
        ("/v1/workspaces/shop/chat/attachments/a_1", "attachments"),
        ("/chat/demo/chat.js", "demo"),
        ("/anything/else", "other"),
    ],
)
def test_a_label_names_the_route_and_nobody(path: str, label: str) -> None:
    assert route_of({"path": path}) == label
