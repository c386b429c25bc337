"""Every frame between a customer's chat page and producers/web; docs/web-chat.md shows one of each.

A frame is one JSON text message with its `type`. Fields at their default are left out; unknown fields are ignored.
A customer is told nothing of agents, queues or rules: who wrote, what, and how long it may take. `at_ms` is the server's
clock, except in a state: the engine's.
"""

from __future__ import annotations

import enum
from typing import Annotated, Final

import msgspec

from schemas.live import NotLiveReason
from schemas.messages import Author

PROTOCOL_VERSION: Final = 1
MOST_ATTACHMENTS: Final = 5

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^\w[\w.:-]*$")]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
ClientId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Token = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]
Text = Annotated[str, msgspec.Meta(max_length=8_000)]


class Close(enum.IntEnum):
    """Why the server closed a socket; 1012 = it stops, 1013 = it cannot take you in now: connect again."""

    RESTART = 1012
    TRY_AGAIN = 1013
    BAD_FRAME = 4400
    IDENTITY_REFUSED = 4401
    NOT_PERMITTED = 4403
    UNKNOWN_WORKSPACE = 4404
    HELLO_TIMEOUT = 4408
    UNKNOWN_CHAT = 4410
    TOO_MANY_FRAMES = 4429
    TOO_SLOW = 4430


RETRY: Final = frozenset({Close.RESTART, Close.TRY_AGAIN, Close.HELLO_TIMEOUT, Close.TOO_MANY_FRAMES, Close.TOO_SLOW})
"""After these a client connects again by itself, later and later, as after a lost connection."""


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """Base of all frames."""


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of what frames carry."""


# What a customer's page says


class Hello(Frame, frozen=True, kw_only=True, tag="hello"):
    """The first frame. `token` = the chat to go on with, from the last message seen: `after` is its offset, in the
    interaction named. `identity`: the shop's short JWT of a signed-in customer. `queue` and `language` count for the
    contacts that this chat opens.
    """

    workspace: Name
    token: Token | None = None
    interaction_id: Id | None = None
    after: Annotated[int, msgspec.Meta(ge=-1)] = -1
    identity: Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)] | None = None
    queue: Name | None = None
    language: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)] | None = None


class Send(Frame, frozen=True, kw_only=True, tag="send"):
    """A message under a random id of the page's own: the same id again is the same message. The first one, and the
    first after an end, opens a contact. `attachments`: ids that the upload answered.
    """

    id: ClientId
    text: Text = ""
    media_type: Annotated[str, msgspec.Meta(pattern="^text/(plain|html)$")] = "text/plain"
    attachments: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_ATTACHMENTS)] = ()


class Typing(Frame, frozen=True, kw_only=True, tag="typing"):
    """The customer writes (or, with `active` false, no longer does). Kept nowhere, acknowledged by nothing."""

    active: bool = True


class End(Frame, frozen=True, kw_only=True, tag="end"):
    """The customer ends the contact; the answer is a state, when routing has said so."""


class Ping(Frame, frozen=True, kw_only=True, tag="ping"):
    """Answered with the server's clock."""

    nonce: Annotated[str, msgspec.Meta(max_length=64)] = ""


ClientFrame = Hello | Send | Typing | End | Ping


# What the server says


class Welcome(Frame, frozen=True, kw_only=True, tag="welcome"):
    """The chat is open. `token` is the secret by which it is resumed, said once, when the chat is new; a chat that is
    resumed gets its transcripts next.
    """

    protocol: int
    workspace: str
    at_ms: int
    max_attachment_bytes: int
    token: str | None = None
    resumed: bool = False
    signed_in: bool = False


class ChatState(enum.StrEnum):
    """Where the contact stands, as a customer sees it. `new`: nothing has been written yet."""

    NEW = "new"
    WAITING = "waiting"
    CONNECTED = "connected"
    ON_HOLD = "on_hold"
    ENDED = "ended"


class EndedBy(enum.StrEnum):
    """Who or what ended the contact; `customer` also stands for one who was away too long."""

    CUSTOMER = "customer"
    AGENT = "agent"
    CLOSED = "closed"
    FULL = "full"
    NO_AGENTS = "no_agents"
    OTHER = "other"


class State(Frame, frozen=True, kw_only=True, tag="state"):
    """A whole new value. While `waiting`: `position` in the queue from 1, left out while it rings at an agent; and
    `expected_wait_ms` from `at_ms` on, left out = not known (docs/expected-wait.md tells how it comes about).
    """

    at_ms: int
    state: ChatState
    interaction_id: str | None = None
    position: int | None = None
    expected_wait_ms: int | None = None
    ended_by: EndedBy | None = None


class ShownAttachment(Part, frozen=True, kw_only=True):
    """A file of a message; it is fetched by its id, with the chat's token."""

    id: str
    name: str
    media_type: str
    size_bytes: int


class ShownMessage(Part, frozen=True, kw_only=True):
    """A message and its number: numbers of one interaction rise, but not by one. HTML has been sanitised."""

    offset: int
    message_id: str
    author: Author
    sent_at_ms: int
    text: str = ""
    media_type: str = "text/plain"
    attachments: tuple[ShownAttachment, ...] = ()


class MessageShown(Frame, frozen=True, kw_only=True, tag="message"):
    """A message of the chat, the customer's own ones too. One that comes again has the same `message_id`."""

    interaction_id: str
    message: ShownMessage


class Transcript(Frame, frozen=True, kw_only=True, tag="transcript"):
    """What was said in an interaction above the offset asked for; the socket goes on from there. Without `complete`
    some could not be read now, and another transcript follows.
    """

    interaction_id: str
    complete: bool = True
    messages: tuple[ShownMessage, ...] = ()


class Sent(Frame, frozen=True, kw_only=True, tag="sent"):
    """The message with the page's `id` is in the log and will not be lost."""

    id: str
    message_id: str
    interaction_id: str
    at_ms: int


class NotSentReason(enum.StrEnum):
    """Why a message is not acknowledged. `unavailable` = unknown: repeat it with the same id."""

    UNAVAILABLE = "unavailable"
    EMPTY = "empty"
    UNKNOWN_ATTACHMENT = "unknown_attachment"
    TOO_MANY_WAITING = "too_many_waiting"


class NotSent(Frame, frozen=True, kw_only=True, tag="not_sent"):
    """The message with the page's `id` is not, or not known to be, in the log."""

    id: str
    reason: NotSentReason
    at_ms: int


class TypingShown(Frame, frozen=True, kw_only=True, tag="typing_shown"):
    """Somebody writes at the other end, or in another window of the same chat (`author` customer)."""

    author: Author
    at_ms: int
    active: bool = True


class Live(Frame, frozen=True, kw_only=True, tag="live"):
    """What the page shows is current as of `at_ms`; said again every few seconds."""

    at_ms: int


class NotLive(Frame, frozen=True, kw_only=True, tag="not_live"):
    """Nothing new can come; what the page shows is as of `since_ms`."""

    at_ms: int
    since_ms: int
    reason: NotLiveReason


class Pong(Frame, frozen=True, kw_only=True, tag="pong"):
    at_ms: int
    nonce: str = ""


ServerFrame = Welcome | State | MessageShown | Transcript | Sent | NotSent | TypingShown | Live | NotLive | Pong

_ENCODER: Final = msgspec.json.Encoder()
_CLIENT: Final = msgspec.json.Decoder(ClientFrame)
_SERVER: Final = msgspec.json.Decoder(ServerFrame)


def encode(frame: Frame) -> bytes:
    """The frame's JSON."""
    return _ENCODER.encode(frame)


def decode_client(data: bytes | str) -> ClientFrame:
    """What a page said. Raises msgspec.MsgspecError, which names the path of what is wrong."""
    frame: ClientFrame = _CLIENT.decode(data)
    return frame


def decode_server(data: bytes | str) -> ServerFrame:
    """What the server said. Raises msgspec.MsgspecError."""
    frame: ServerFrame = _SERVER.decode(data)
    return frame
