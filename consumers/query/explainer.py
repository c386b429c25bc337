"""Asks the explainer, which recomputes traces from the routing log: the question is handed on as it came, and who asks."""

from __future__ import annotations

import http
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import httpx
import msgspec

from consumers.query.problems import RETRY_AFTER_S, Kind, not_ready
from runtime.log import Logger
from runtime.problems import Problem
from schemas.trace import Trace

CONNECT_S: Final = 2.0
PATIENCE_S: Final = 30.0
"""Longer than the explainer takes before it says that it takes too long."""
_WHAT: Final = "the explainer"
_TRACES: Final = msgspec.json.Decoder(Trace)


class Explainer:
    """The explainer at `url`; None = none is there to be asked."""

    def __init__(self, url: str | None, log: Logger) -> None:
        timeout = httpx.Timeout(PATIENCE_S, connect=CONNECT_S)
        self._client = None if url is None else httpx.AsyncClient(base_url=url, timeout=timeout, trust_env=False)
        self._log = log

    @property
    def is_there(self) -> bool:
        """Whether there is one to be asked."""
        return self._client is not None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def trace(
        self, workspace: str, interaction_id: str, authorization: str, at_ms: int | None, since_ms: int | None = None
    ) -> Trace | None:
        """The trace; None = the routing log has no such interaction. `since_ms`: it did not come before that.

        Raises:
            Problem: 503 when the explainer is away, busy, or takes too long.
        """
        if self._client is None:
            raise not_ready(_WHAT)
        path = f"/v1/workspaces/{quote(workspace, safe='')}/interactions/{quote(interaction_id, safe='')}/trace"
        asked = {name: str(value) for name, value in (("at_ms", at_ms), ("since_ms", since_ms)) if value is not None}
        try:
            answer = await self._client.get(
                path,
                headers={"authorization": authorization},
                params=asked,
            )
        except httpx.HTTPError as error:
            self._log.warning("query.explainer_away", error=type(error).__name__)
            raise not_ready(_WHAT) from None
        if answer.status_code == http.HTTPStatus.NOT_FOUND:
            return None
        if answer.status_code != http.HTTPStatus.OK:
            raise self._refused(answer)
        try:
            return _TRACES.decode(answer.content)
        except msgspec.MsgspecError as error:
            self._log.error("query.explainer_unreadable", error=str(error))
            raise not_ready(_WHAT) from None

    def _refused(self, answer: httpx.Response) -> Problem:
        """What the explainer refused, in our words: who asks was verified here a moment before."""
        self._log.warning("query.explainer_refused", status=answer.status_code)
        text = answer.headers.get("retry-after", "")
        again_s = int(text) if text.isascii() and text.isdigit() else RETRY_AFTER_S
        return Problem(Kind.NOT_READY, f"{_WHAT} answered {answer.status_code}", retry_after_s=max(1, again_s))
