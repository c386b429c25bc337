"""The labels of the ingest's metrics: the routes of this table, never what they name."""

from __future__ import annotations

from typing import Final

from runtime.measured import Scope

ROUTES: Final = ("interactions", "events", "messages", "decisions", "docs", "openapi.json")


def route_of(scope: Scope) -> str:
    """The label of an address: its last part where that is a route, else `other`."""
    last = str(scope["path"]).rpartition("/")[2]
    return last if last in ROUTES else "other"
