from __future__ import annotations

from typing import Any

import httpx
import pytest

from runtime.health import Health, HealthApp
from runtime.metrics import Metrics


@pytest.fixture
def health() -> Health:
    return Health()


async def get(health: Health, path: str, metrics: Metrics | None = None) -> httpx.Response:
    app: Any = HealthApp(health, metrics or Metrics())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        return await client.get(path)


async def test_a_process_that_has_said_nothing_is_live_and_not_ready(health: Health) -> None:
    assert (await get(health, "/livez")).status_code == 200
    assert (await get(health, "/readyz")).status_code == 503


async def test_a_check_says_why_a_process_is_not_ready(health: Health) -> None:
    reasons: list[str | None] = ["recovering 3"]
    health.add_ready("worker", lambda: reasons[0])
    answer = await get(health, "/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "problems": {"worker": "recovering 3"}})
    reasons[0] = None
    answer = await get(health, "/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "problems": {}})


async def test_one_that_stands_by_is_ready_for_that_and_says_so(health: Health) -> None:
    health.add_ready("worker", lambda: "the group has given no partitions yet")
    health.is_standby = True
    answer = await get(health, "/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "problems": {}, "standby": True})
    health.add_live("log", lambda: "no answer for 5 s")
    answer = await get(health, "/readyz")
    assert answer.status_code == 503
    health.is_standby = False
    assert "standby" not in (await get(health, "/readyz")).json()


async def test_what_is_not_live_is_not_ready_either(health: Health) -> None:
    health.set_ready("start")
    health.add_live("log", lambda: "no answer for 5 s")
    assert (await get(health, "/livez")).status_code == 503
    assert (await get(health, "/readyz")).json()["problems"] == {"log": "no answer for 5 s"}


async def test_metrics_are_text_with_one_prefix(health: Health) -> None:
    metrics = Metrics()
    metrics.rebalances.labels("in").inc()
    answer = await get(health, "/metrics", metrics)
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'hubline_worker_rebalances_total{topic="in"} 1.0' in answer.text
    names = {line.split()[2] for line in answer.text.splitlines() if line.startswith("# TYPE")}
    assert all(name.startswith("hubline_") for name in names)


async def test_other_paths_are_unknown(health: Health) -> None:
    assert (await get(health, "/")).status_code == 404
