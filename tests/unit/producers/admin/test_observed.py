from __future__ import annotations

from typing import Any

import pytest

from producers.admin.observed import Observed, current_trace
from runtime.clock import ManualClock
from runtime.metrics import Metrics

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Inner:
    """Answers 200 at a known route; notes the trace it ran in."""

    def __init__(self, clock: ManualClock, *, fails: bool = False) -> None:
        self.clock = clock
        self.fails = fails
        self.trace: str | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.trace = current_trace()
        self.clock.advance_ms(50)
        if self.fails:
            raise RuntimeError
        scope["path_template"] = "/v1/me"
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def run(inner: Inner, metrics: Metrics, *headers: tuple[bytes, bytes]) -> None:
    async def receive() -> dict[str, Any]:
        return {}

    async def send(_message: Any) -> None:
        return

    scope = {"type": "http", "headers": list(headers)}
    await Observed(inner, inner.clock, metrics)(scope, receive, send)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"hubline_{name}", labels)


async def test_an_answer_is_counted_and_timed_under_its_route() -> None:
    metrics = Metrics()
    await run(Inner(ManualClock()), metrics)
    assert value(metrics, "http_requests_total", route="/v1/me", status="200") == 1
    assert value(metrics, "http_seconds_sum", route="/v1/me") == pytest.approx(0.05)


async def test_what_breaks_is_counted_too() -> None:
    metrics = Metrics()
    with pytest.raises(RuntimeError):
        await run(Inner(ManualClock(), fails=True), metrics)
    assert value(metrics, "http_requests_total", route="other", status="0") == 1


async def test_the_trace_of_the_caller_goes_on_as_a_new_span() -> None:
    inner = Inner(ManualClock())
    await run(inner, Metrics(), (b"traceparent", TRACE.encode()))
    assert inner.trace is not None
    assert inner.trace[:35] == TRACE[:35]
    assert inner.trace != TRACE
    assert current_trace() is None


async def test_without_a_caller_a_trace_begins() -> None:
    inner = Inner(ManualClock())
    await run(inner, Metrics())
    assert inner.trace is not None
