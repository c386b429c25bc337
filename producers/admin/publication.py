"""Publishing a workspace document: check, store with the next number, wait for routing's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, Final, Protocol

import msgspec

from producers.admin.changes import Change, changes
from producers.admin.compile import Compiled, compile_document
from producers.admin.document import Format, parse
from producers.admin.hours_now import QueueHours, hours_now
from producers.admin.versions import Conflict, LeftBehind, State, Stored
from runtime.clock import Clock

POLL_S: Final = 0.03


class Store(Protocol):
    """What of `producers.admin.versions.Versions` is needed here."""

    async def current(self, workspace: str) -> Stored | None: ...

    async def put(self, compiled: Compiled, text: str, form: Format, expected: int | None, actor: str) -> Stored: ...

    async def state(self, workspace: str, version: int) -> tuple[State, str | None]: ...

    async def left_behind(self, workspace: str, agents: Collection[str]) -> list[LeftBehind]: ...


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it was sent, for the workspace of the address."""

    workspace: str
    text: str
    form: Format


class Published(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of it. `state` is `waiting` when routing had not answered in time: it will, nothing is lost.

    `version` None: a dry run. `changes` are against the version before. `hours`: which queues of the document have
    opening hours, and whether they are open as of now. `left_behind`: agents of the version before who are gone while
    customers name them: somebody should take over from them (`producers.admin.hand_overs`).
    """

    workspace: str
    version: int | None
    state: State | None
    changes: list[Change]
    unchanged: bool = False
    detail: str | None = None
    hours: list[QueueHours] = []
    left_behind: list[LeftBehind] = []


class Publication:
    """Over the versions of all workspaces; `wait_ms` is how long it waits for routing."""

    def __init__(self, versions: Store, clock: Clock, wait_ms: int) -> None:
        self._versions = versions
        self._clock = clock
        self._wait_ms = wait_ms

    async def preview(self, draft: Draft) -> Published:
        """What publishing would change; raises InvalidDocument."""
        compiled = await _compiled(draft)
        current = await self._versions.current(draft.workspace)
        found = changes(_document(current), compiled.document)
        return Published(
            workspace=draft.workspace,
            version=None,
            state=None,
            changes=found,
            unchanged=_is(current, draft),
            hours=self._hours(compiled),
            left_behind=await self._left_behind(current, compiled),
        )

    async def publish(self, draft: Draft, expected: int | None, actor: str) -> Published:
        """Stores the document as the version after `expected`, and waits for routing.

        Raises:
            InvalidDocument: with every error; nothing has changed.
            Conflict: `expected` is not the current version; nothing has changed.
        """
        compiled = await _compiled(draft)
        before = await self._versions.current(draft.workspace)
        stored = await self._versions.put(compiled, draft.text, draft.form, expected, actor)
        unchanged = before is not None and stored.version == before.version
        settled = await self._settled(stored)
        return Published(
            workspace=draft.workspace,
            version=settled.version,
            state=settled.state,
            changes=changes(_document(before), compiled.document),
            unchanged=unchanged,
            detail=settled.detail,
            hours=self._hours(compiled),
            left_behind=await self._left_behind(before, compiled),
        )

    async def _left_behind(self, before: Stored | None, compiled: Compiled) -> list[LeftBehind]:
        gone = set(_document(before).get("agents") or ()) - compiled.routing.agents.keys()
        return await self._versions.left_behind(compiled.workspace, gone)

    def _hours(self, compiled: Compiled) -> list[QueueHours]:
        return hours_now(compiled.document, compiled.hours, self._clock.now_ms())

    async def _settled(self, stored: Stored) -> Stored:
        """The version as it is when routing has answered, or when `wait_ms` have passed."""
        deadline = self._clock.monotonic() + self._wait_ms / 1000
        while stored.state is State.WAITING and self._clock.monotonic() < deadline:
            await self._clock.sleep(POLL_S)
            found = await self._versions.state(stored.workspace, stored.version)
            stored = msgspec.structs.replace(stored, state=found[0], detail=found[1])
        return stored


async def _compiled(draft: Draft) -> Compiled:
    """Off the event loop: ten thousand agents take more than a second."""
    return await asyncio.to_thread(lambda: compile_document(parse(draft.text, draft.form), draft.workspace))


def _document(stored: Stored | None) -> dict[str, Any]:
    return {} if stored is None else stored.document


def _is(stored: Stored | None, draft: Draft) -> bool:
    return stored is not None and (stored.source_text, stored.source_format) == (draft.text, draft.form)


__all__ = ["Conflict", "Draft", "Publication", "Published"]
