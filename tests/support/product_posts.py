"""An adapter that posts contacts over HTTP and keeps its own record of what was answered 202."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx

from runtime.ids import random_id
from schemas.ids import interaction_id

ADAPTER = "shop"
AGAIN_S = 0.1
LIMIT_S = 120.0


class Posts:
    """`answered`: ids of contacts answered 202, with the moment (monotonic seconds) of the answer."""

    def __init__(self, client: httpx.AsyncClient, workspace: str) -> None:
        self.answered: dict[str, float] = {}
        self.unanswered = 0
        self._client = client
        self._workspace = workspace

    async def post(self, **values: Any) -> str:
        """Posts one contact until it is answered 202, as a careful adapter does; returns the id of its interaction."""
        external_id = random_id("c")
        body = {"channel": "web_chat", "external_id": external_id, "queue": "orders", **values}
        expected = interaction_id(self._workspace, ADAPTER, external_id)
        deadline = time.monotonic() + LIMIT_S
        while not await self._try(body, expected):
            assert time.monotonic() < deadline, f"no 202 for {expected} within {LIMIT_S} s"
            self.unanswered += 1
            await asyncio.sleep(AGAIN_S)
        return expected

    async def again(self, external_id: str) -> str:
        """Posts the same contact twice over."""
        body = {"channel": "web_chat", "external_id": external_id, "queue": "orders"}
        expected = interaction_id(self._workspace, ADAPTER, external_id)
        for _ in range(2):
            assert await self._try(body, expected)
        return expected

    @contextlib.asynccontextmanager
    async def traffic(self, per_s: float = 8.0, channels: Sequence[str] = ("web_chat",)) -> AsyncIterator[Posts]:
        """Contacts come at that rate, whether earlier ones are answered or not; in the end all are answered.

        One channel after the other of `channels`.
        """
        posting: set[asyncio.Task[str]] = set()
        stop = asyncio.Event()

        async def come() -> None:
            for channel in itertools.cycle(channels):
                if stop.is_set():
                    return
                posting.add(asyncio.create_task(self.post(channel=channel)))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1 / per_s)

        coming = asyncio.create_task(come())
        try:
            yield self
        finally:
            stop.set()
            await coming
            await asyncio.gather(*posting)

    async def _try(self, body: dict[str, Any], expected: str) -> bool:
        try:
            answer = await self._client.post(f"/v1/workspaces/{self._workspace}/interactions", json=body)
        except httpx.HTTPError:
            return False
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return False
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        assert answer.json()["interaction_id"] == expected
        self.answered.setdefault(expected, time.monotonic())
        return True
