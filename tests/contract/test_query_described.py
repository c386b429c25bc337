"""The OpenAPI document and the application of the query process name the same routes."""

from __future__ import annotations

from typing import Any, cast

from consumers.query.app import routes
from consumers.query.openapi import QUESTIONS
from consumers.query.reading import Reading


def test_every_route_is_described_and_every_description_has_its_route() -> None:
    served = {(path.replace(":str", ""), takes) for path, _, takes, _ in routes(cast(Any, _NeverAsked()))}
    assert served == {(it.path, it.takes) for it in QUESTIONS}


class _NeverAsked(Reading, frozen=True, kw_only=True):
    """Routes are only listed: nothing is read."""

    customers: Any = None
    timelines: Any = None
    interactions: Any = None
    intervals: Any = None
    trail: Any = None
    transcripts: Any = None
    files: Any = None
    live: Any = None
    explainer: Any = None
    clock: Any = None
    region: str = "CN"
