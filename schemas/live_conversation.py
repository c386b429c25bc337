"""Frames of the live protocol about one interaction that a client subscribed to: who the customer is, and what is said."""

from __future__ import annotations

import enum

from schemas.frame import Frame, Part
from schemas.messages import Author, MessagePosted


class Message(Part, frozen=True, kw_only=True):
    """A message and its number: numbers of one interaction rise, but not by one."""

    offset: int
    message: MessagePosted


class MessageShown(Frame, frozen=True, kw_only=True, tag="message"):
    """A message of an interaction that the client subscribed to."""

    interaction_id: str
    at_ms: int
    offset: int
    message: MessagePosted


class TypingShown(Frame, frozen=True, kw_only=True, tag="typing_shown"):
    """Somebody writes in an interaction that the client subscribed to: the customer, or the agent `agent_id`. With
    `active` false, or after six seconds without another, no longer.
    """

    interaction_id: str
    author: Author
    at_ms: int
    active: bool = True
    agent_id: str | None = None


class Transcript(Frame, frozen=True, kw_only=True, tag="transcript"):
    """The messages above the offset asked for. With `complete` none below `complete_to` is missing, and the socket goes
    on from there; without it some could not be read now, and another transcript follows.
    """

    interaction_id: str
    at_ms: int
    complete_to: int
    complete: bool = True
    messages: tuple[Message, ...] = ()


class DetailsState(enum.StrEnum):
    """Whether details could be read: `away` = not now, another frame follows; `unknown` = nothing is stored (yet)."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    AWAY = "away"


class ShownContactPoint(Part, frozen=True, kw_only=True):
    """How the customer reached the company."""

    kind: str
    value: str


class Details(Frame, frozen=True, kw_only=True, tag="details"):
    """The screen pop: who the customer of an interaction is."""

    interaction_id: str
    at_ms: int
    state: DetailsState
    customer_id: str | None = None
    customer_name: str | None = None
    kind: str | None = None
    card_type: str | None = None
    tier: str | None = None
    language: str | None = None
    owner: str | None = None
    preferred_agent: str | None = None
    do_not_contact: bool = False
    subject: str | None = None
    received_at_ms: int | None = None
    contact_points: tuple[ShownContactPoint, ...] = ()
    attributes: dict[str, str] = {}
