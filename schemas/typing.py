"""That somebody writes: topic `typing.v1`, keyed by interaction. Nothing depends on it, and it is not kept."""

from __future__ import annotations

from schemas.event import Event
from schemas.messages import Author


class TypingSignalled(Event, frozen=True, kw_only=True, tag="typing.signalled"):
    """Somebody writes in an interaction or, with `active` false, no longer does; it holds for a few seconds."""

    workspace: str
    interaction_id: str
    author: Author
    at_ms: int
    active: bool = True
    agent_id: str | None = None


TypingTopicEvent = TypingSignalled
