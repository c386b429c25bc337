"""The HTTP interface as an adapter uses it: posts that are repeated until they are answered, polls, and a cut post."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from runtime.clock import Clock
from runtime.ids import jitter

TIMEOUT_S: Final = 10.0
PAUSE_S: Final = 0.3
TRIES: Final = 40
POLL_S: Final = 5
CLOUD_EVENT: Final = "application/cloudevents+json"
AGAIN: Final = frozenset({429, 500, 502, 503, 504})
CONNECTIONS: Final = 24


class Page(msgspec.Struct, frozen=True):
    """A page of decisions and the cursor of the next one."""

    after: str
    more: bool = False
    events: list[dict[str, Any]] = []


class Hub:
    """One workspace's HTTP interface, with a key for each adapter."""

    def __init__(self, url: str, workspace: str, keys: Mapping[str, str], clock: Clock) -> None:
        self._url = url
        self._path = f"/v1/workspaces/{workspace}"
        self._keys = keys
        self._clock = clock
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self._http = httpx.AsyncClient(base_url=f"{url}{self._path}", timeout=TIMEOUT_S, limits=limits, trust_env=False)

    async def close(self) -> None:
        """Ends all connections."""
        await self._http.aclose()

    async def post(self, adapter: str, path: str, body: bytes, media_type: str = "application/json") -> int:
        """Posts, again with the same body while nobody can know whether it was taken; the last answer's status, 0 = none."""
        headers = {**self._bearer(adapter), "content-type": media_type}
        status = 0
        for _ in range(TRIES):
            try:
                status = (await self._http.post(path, content=body, headers=headers)).status_code
            except httpx.HTTPError:
                status = 0
            if status and status not in AGAIN:
                break
            await self._clock.sleep(jitter(PAUSE_S))
        return status

    async def tell(self, adapter: str, interaction_id: str, said: dict[str, Any]) -> int:
        """Says something else of a contact: an event by its `type`."""
        return await self.post(adapter, f"/interactions/{interaction_id}/events", msgspec.json.encode(said))

    async def write(self, adapter: str, interaction_id: str, text: str, external_id: str) -> int:
        """Posts a customer's message."""
        body = msgspec.json.encode({"text": text, "external_id": external_id})
        return await self.post(adapter, f"/interactions/{interaction_id}/messages", body)

    async def poll(self, adapter: str, after: str | None) -> Page | None:
        """The next page of what concerns the adapter; without `after` where the log ends now. None = no answer, ask again."""
        asked = {"wait_s": str(POLL_S)} | ({} if after is None else {"after": after})
        try:
            answer = await self._http.get("/decisions", params=asked, headers=self._bearer(adapter))
            return msgspec.json.decode(answer.content, type=Page) if answer.is_success else None
        except httpx.HTTPError:
            return None

    async def cut(self, adapter: str, path: str, body: bytes, media_type: str) -> None:
        """Posts on a connection of its own, and closes it before anything of the answer is read."""
        where = urlsplit(self._url)
        head = "\r\n".join(
            (
                f"POST {self._path}{path} HTTP/1.1",
                f"host: {where.netloc}",
                f"authorization: {self._bearer(adapter)['authorization']}",
                f"content-type: {media_type}",
                f"content-length: {len(body)}",
                "",
                "",
            )
        )
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(where.hostname, where.port)
            writer.write(head.encode() + body)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    def _bearer(self, adapter: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._keys[adapter]}"}
