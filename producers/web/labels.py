"""The labels of the web server's HTTP metrics: the routes of this table, never what they name."""

from __future__ import annotations

from typing import Final

from runtime.measured import Scope

ROUTES: Final = {"/forms/message": "form", "/forms/callback": "callback", "/chat/demo": "demo"}


def route_of(scope: Scope) -> str:
    """The label of an address."""
    path = str(scope["path"])
    if "/chat/attachments" in path:
        return "attachments"
    return next((label for part, label in ROUTES.items() if part in path), "other")
