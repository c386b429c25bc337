"""The parts of interactions: topic `messages.v1`, keyed by interaction. A message's offset is its number."""

from __future__ import annotations

import enum

from schemas.event import Event, Value


class Author(enum.StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


class Attachment(Value, frozen=True, kw_only=True):
    """A file kept outside Kafka: `claim` is its key in the attachment store."""

    claim: str
    name: str
    media_type: str
    size_bytes: int


class MessagePosted(Event, frozen=True, kw_only=True, tag="message.posted"):
    """One message of an interaction; `message_id` is unique, a repetition is the same message."""

    workspace: str
    interaction_id: str
    message_id: str
    author: Author
    sent_at_ms: int
    text: str = ""
    media_type: str = "text/plain"
    agent_id: str | None = None
    leg_id: str | None = None
    attachments: tuple[Attachment, ...] = ()


MessagesTopicEvent = MessagePosted
