from __future__ import annotations

from typing import Any

import pytest

from runtime.clock import ManualClock
from runtime.measured import Measured
from runtime.metrics import Metrics


async def test_every_answer_is_counted_and_timed_and_an_exception_too() -> None:
    clock, metrics = ManualClock(), Metrics()

    async def inner(scope: Any, _receive: Any, send: Any) -> None:
        clock.advance_ms(300)
        if scope["path"] == "/docs":
            raise RuntimeError("planted")
        await send({"type": "http.response.start", "status": 202})

    async def ignore(_message: Any = None) -> Any:
        return None

    measured = Measured(inner, clock, metrics, lambda scope: scope["path"].rpartition("/")[2])
    await measured({"type": "http", "path": "/v1/workspaces/x/interactions"}, ignore, ignore)
    with pytest.raises(RuntimeError, match="planted"):
        await measured({"type": "http", "path": "/docs"}, ignore, ignore)
    text = metrics.render().decode()
    assert 'hubline_http_requests_total{route="interactions",status="202"} 1.0' in text
    assert 'hubline_http_requests_total{route="docs",status="0"} 1.0' in text
    assert 'hubline_http_seconds_sum{route="interactions"} 0.3' in text
