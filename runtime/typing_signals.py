"""Says that somebody writes, and hears it said: between the customer's page and the agents' screens.

What cannot be sent is dropped, and what comes late is not shown: it would say what is no longer so.
"""

from __future__ import annotations

import asyncio
from typing import Final

from runtime.clock import Clock
from runtime.errors import Invalid
from runtime.events import from_record, to_output
from runtime.records import Record
from runtime.sender import Sender
from schemas.messages import Author
from schemas.topics import TYPING
from schemas.typing import TypingSignalled

REPEAT_MS: Final = 2_000
"""The same is not said again before this."""
HOLDS_MS: Final = 6_000
MOST_REMEMBERED: Final = 10_000

Writer = tuple[str, Author, str | None]


class TypingSignals:
    """What this process says; `source` as in CloudEvents."""

    def __init__(self, sender: Sender, clock: Clock, source: str) -> None:
        self._sender = sender
        self._clock = clock
        self._source = source
        self._said: dict[Writer, tuple[bool, int]] = {}

    def say(self, event: TypingSignalled) -> None:
        """Puts it into the log, unless that was said a moment ago."""
        writer = (event.interaction_id, event.author, event.agent_id)
        active, at_ms = self._said.get(writer, (False, -REPEAT_MS))
        if active == event.active and (not active or event.at_ms - at_ms < REPEAT_MS):
            return
        if len(self._said) >= MOST_REMEMBERED:
            self._said.clear()
        self._said[writer] = (event.active, event.at_ms)
        output = to_output(
            event,
            TYPING,
            key=event.interaction_id,
            event_id=f"{event.interaction_id}/{event.author}/{event.agent_id or ''}/{event.at_ms}",
            source=self._source,
            subject=event.interaction_id,
        )
        self._sender.put(output).add_done_callback(_forget)


def typing_in(record: Record, now_ms: int) -> TypingSignalled | None:
    """What the record says, if it is of that topic, can be read and still holds."""
    if record.topic != TYPING.name:
        return None
    try:
        event, _ = from_record(record, TYPING)
    except Invalid:
        return None
    assert isinstance(event, TypingSignalled)
    return event if now_ms - record.timestamp_ms < HOLDS_MS else None


def _forget(sent: asyncio.Future[None]) -> None:
    if not sent.cancelled():
        sent.exception()
