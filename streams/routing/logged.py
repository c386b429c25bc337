"""A workspace's log as whoever replays it sees it, wherever it lies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

import msgspec

from runtime.snapshots import Snapshot
from schemas.decisions import WorkspaceStopped


class LoggedInput(msgspec.Struct, frozen=True, gc=False):
    """One input with its place and the broker's stamp."""

    offset: int
    stamp_ms: int
    event: Any


class LoggedDecision(msgspec.Struct, frozen=True, gc=False):
    """One decision as it was sent: its place, and its bytes."""

    epoch: int
    seq: int
    value: bytes


class LogSource(Protocol):
    """The inputs of one workspace and what was decided of them, as of when it is asked.

    `inputs`: those from offset `first` up to, not including, `end`, in order; None = as far as the log goes. What
    nobody can decode is left out: routers pass it over too. `stops`: every `WorkspaceStopped`, in order.
    `snapshots`: whole ones, newest first. What is not kept is empty.
    """

    @property
    def workspace(self) -> str: ...

    def inputs(self, first: int | None = None, end: int | None = None) -> AsyncIterator[LoggedInput]: ...

    def decisions(self) -> AsyncIterator[LoggedDecision]: ...

    async def stops(self) -> list[WorkspaceStopped]: ...

    async def snapshots(self) -> tuple[Snapshot, ...]: ...
