from __future__ import annotations

from typing import Any

import pytest

from producers.http.measured import Measured, route_of
from runtime.clock import ManualClock
from runtime.metrics import Metrics


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
    assert route_of(path) == label


async def test_every_answer_is_counted_and_timed_and_an_exception_too() -> None:
    clock, metrics = ManualClock(), Metrics()

    async def inner(scope: Any, _receive: Any, send: Any) -> None:
        clock.advance_ms(300)
        if scope["path"] == "/docs":
            raise RuntimeError("planted")
        await send({"type": "http.response.start", "status": 202})

    async def ignore(_message: Any = None) -> Any:
        return None

    measured = Measured(inner, clock, metrics)
    await measured({"type": "http", "path": "/v1/workspaces/x/interactions"}, ignore, ignore)
    with pytest.raises(RuntimeError, match="planted"):
        await measured({"type": "http", "path": "/docs"}, ignore, ignore)
    text = metrics.render().decode()
    assert 'hubline_http_requests_total{route="interactions",status="202"} 1.0' in text
    assert 'hubline_http_requests_total{route="docs",status="0"} 1.0' in text
    assert 'hubline_http_seconds_sum{route="interactions"} 0.3' in text
