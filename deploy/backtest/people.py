"""Who calls and who answers in virtual time, and what came of it. Values only; moments are milliseconds since 1970."""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.vocabulary import LegState

CHANNEL: Final = "phone"
NEUTRAL: Final = 5
"""The priority that is worth nothing."""


class Caller(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call. `patience_ms` None = waits as long as it takes; the call is ended by its agent after `service_ms`."""

    call_id: str
    at_ms: int
    service_ms: int
    patience_ms: int | None = None
    queue: str | None = None
    skill: str | None = None
    priority: int = NEUTRAL


class Shift(msgspec.Struct, frozen=True, gc=False):
    """From when to when an agent takes new calls; `to_ms` None = until nobody is left."""

    agent_id: str
    from_ms: int
    to_ms: int | None


class Outcome(msgspec.Struct, kw_only=True, gc=False):
    """What became of a call. `waited_ms` None and `state` None: it is still there when all has been done."""

    state: LegState | None = None
    waited_ms: int | None = None
    agent_id: str | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run: what became of each call, the milliseconds in which each agent was on queue (to the end of the run, where
    he never left), talked and wrapped up.
    """

    outcomes: dict[str, Outcome]
    present_ms: dict[str, int]
    talked_ms: dict[str, int]
    wrapped_ms: dict[str, int]
    inputs: int
    decisions: int
    fingerprint: str
