"""The HTTP interface as an adapter uses it: posts that are repeated until they are answered, polls, and a cut post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from deploy.simulation.wire import Broken, Wire
from runtime.clock import Clock
from runtime.ids import jitter

PAUSE_S: Final = 0.3
TRIES: Final = 40
POLL_S: Final = 5
CLOUD_EVENT: Final = "application/cloudevents+json"
OK: Final = 200
AGAIN: Final = frozenset({429, 500, 502, 503, 504})


class Page(msgspec.Struct, frozen=True):
    """A page of decisions and the cursor of the next one."""

    after: str
    more: bool = False
    events: list[dict[str, Any]] = []


class Hub:
    """One workspace's HTTP interface, with a key for each adapter."""

    def __init__(self, url: str, workspace: str, keys: Mapping[str, str], clock: Clock) -> None:
        self._path = f"/v1/workspaces/{workspace}"
        self._keys = keys
        self._clock = clock
        self._wire = Wire(url)

    async def close(self) -> None:
        """Ends all connections."""
        await self._wire.close()

    async def post(self, adapter: str, path: str, body: bytes, media_type: str = "application/json") -> int:
        """Posts, again with the same body while nobody can know whether it was taken; the last answer's status, 0 = none."""
        status = 0
        for _ in range(TRIES):
            try:
                headers = self._headers(adapter, media_type)
                status = (await self._wire.exchange("POST", self._path + path, headers, body)).status
            except Broken:
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
        target = f"{self._path}/decisions?{urlencode(asked)}"
        try:
            answer = await self._wire.exchange("GET", target, self._headers(adapter))
            return msgspec.json.decode(answer.body, type=Page) if answer.status == OK else None
        except (Broken, msgspec.DecodeError):
            return None

    async def cut(self, adapter: str, path: str, body: bytes, media_type: str) -> None:
        """Posts, and hangs up before anything of the answer is read."""
        await self._wire.cut(self._path + path, self._headers(adapter, media_type), body)

    def _headers(self, adapter: str, media_type: str | None = None) -> dict[str, str]:
        bearer = {"authorization": f"Bearer {self._keys[adapter]}"}
        return bearer if media_type is None else {**bearer, "content-type": media_type}
