"""Every frame of the live protocol between a gateway and a screen; docs/live-protocol.md shows one of each.

A frame is one JSON text message with its `type`. Fields at their default are left out; unknown fields are ignored.
`at_ms` is the moment a frame speaks of: of the view's frames the engine's time, else the gateway's clock. A delta holds
for a client whose `seq` is at least `after` and below the delta's `seq`: whole new values first, then what is removed.
"""

from __future__ import annotations

import enum
from typing import Annotated, Final

import msgspec

from schemas import frame, live_company, live_conversation, live_metrics, supervision
from schemas.metrics import Dimension
from schemas.shown import ShownOffer, ShownQueue, Stopped
from schemas.values import AgentValue, InteractionValue, LegValue
from schemas.vocabulary import Refusal, Role

PROTOCOL_VERSION: Final = 1

Frame = frame.Frame
Part = frame.Part
MetricsShown = live_metrics.MetricsShown
MetricsStale = live_metrics.MetricsStale
ExpectedWait = live_metrics.ExpectedWait
WaitsShown = live_metrics.WaitsShown
Message = live_conversation.Message
MessageShown = live_conversation.MessageShown
TypingShown = live_conversation.TypingShown
Transcript = live_conversation.Transcript
DetailsState = live_conversation.DetailsState
ShownContactPoint = live_conversation.ShownContactPoint
Details = live_conversation.Details

Do = frame.Do
Transfer = live_company.Transfer
StartConsult = live_company.StartConsult
FinishConsult = live_company.FinishConsult
LeaveConference = live_company.LeaveConference

Id = frame.Id
Name = frame.Name
CommandId = frame.CommandId
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=16_384)]


class Close(enum.IntEnum):
    """Why the gateway closed a socket; 1001 and 1012 = the gateway stops, 1013 = it has only just
    begun: connect again."""

    GOING_AWAY = 1001
    RESTART = 1012
    TRY_AGAIN = 1013
    BAD_FRAME = 4400
    TICKET_REFUSED = 4401
    NOT_PERMITTED = 4403
    UNKNOWN_WORKSPACE = 4404
    HELLO_TIMEOUT = 4408
    LOGGED_OUT = 4409
    TOO_MANY_FRAMES = 4429
    TOO_SLOW = 4430


RETRY: Final = frozenset({Close.GOING_AWAY, Close.RESTART, Close.TRY_AGAIN, Close.TOO_MANY_FRAMES, Close.TOO_SLOW})
"""After these a client connects again by itself, as after a lost connection."""


# What a client asks for


class Accept(Do, frozen=True, kw_only=True, tag="accept"):
    offer_id: Id


class Reject(Do, frozen=True, kw_only=True, tag="reject"):
    offer_id: Id


class Hold(Do, frozen=True, kw_only=True, tag="hold"):
    leg_id: Id


class Resume(Do, frozen=True, kw_only=True, tag="resume"):
    leg_id: Id


class End(Do, frozen=True, kw_only=True, tag="end"):
    leg_id: Id


class ExtendWrapUp(Do, frozen=True, kw_only=True, tag="extend_wrap_up"):
    """By `for_ms`, or by the wrap-up's own length."""

    leg_id: Id
    for_ms: Annotated[int, msgspec.Meta(gt=0, le=86_400_000)] | None = None


class FinishWrapUp(Do, frozen=True, kw_only=True, tag="finish_wrap_up"):
    leg_id: Id
    disposition: Name | None = None


class SetStatus(Do, frozen=True, kw_only=True, tag="set_status"):
    status: Name


class SetNextStatus(Do, frozen=True, kw_only=True, tag="set_next_status"):
    status: Name


class LogOut(Do, frozen=True, kw_only=True, tag="log_out"):
    """The agent leaves at once; every socket of the agent is closed."""


class RequestCallback(Do, frozen=True, kw_only=True, tag="request_callback"):
    """Calls the customer back: of what rings or is in hand, or of a callback of one's own. At `at_ms`, or as soon as
    somebody can; by `agent_id` first, or by anybody.
    """

    interaction_id: Id
    at_ms: frame.Moment | None = None
    agent_id: Name | None = None


AnyDo = (
    Accept
    | Reject
    | Hold
    | Resume
    | End
    | Transfer
    | StartConsult
    | FinishConsult
    | LeaveConference
    | ExtendWrapUp
    | FinishWrapUp
    | RequestCallback
    | SetStatus
    | SetNextStatus
    | LogOut
)


class Hello(Frame, frozen=True, kw_only=True, tag="hello"):
    """The first frame. `role`: which of several to act in; `queues`: a supervisor watches these only; `status`: what
    the agent comes back to when offline before; `cursor`: resume from there; `metrics`: figures wanted, by dimension;
    `waits`: expected waits too.
    """

    ticket: Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]
    role: Role | None = None
    queues: Annotated[tuple[Name, ...], msgspec.Meta(max_length=64)] = ()
    cursor: Annotated[str, msgspec.Meta(max_length=128)] | None = None
    status: Name | None = None
    metrics: Annotated[tuple[Dimension, ...], msgspec.Meta(max_length=len(Dimension))] = ()
    waits: bool = False


class Command(Frame, frozen=True, kw_only=True, tag="command"):
    """A wish under a random id: the same id again is the same wish. Agents' wishes, or a supervisor's act."""

    command_id: CommandId
    do: AnyDo | supervision.AnyAct


class SendMessage(Frame, frozen=True, kw_only=True, tag="send_message"):
    """Writes to the customer of a leg that the agent owns and that is connected."""

    command_id: CommandId
    leg_id: Id
    text: Text
    media_type: Name = "text/plain"


class Subscribe(Frame, frozen=True, kw_only=True, tag="subscribe"):
    """Asks for an interaction's details, its transcript above offset `after`, and every message from then on."""

    interaction_id: Id
    after: int = -1


class Unsubscribe(Frame, frozen=True, kw_only=True, tag="unsubscribe"):
    interaction_id: Id


class Typing(Frame, frozen=True, kw_only=True, tag="typing"):
    """The agent writes (or, with `active` false, no longer does) to the customer of a leg that is in hand. Kept nowhere,
    acknowledged by nothing.
    """

    leg_id: Id
    active: bool = True


class Ping(Frame, frozen=True, kw_only=True, tag="ping"):
    """Answered with the gateway's clock."""

    nonce: Annotated[str, msgspec.Meta(max_length=64)] = ""


ClientFrame = Hello | Command | SendMessage | Typing | Subscribe | Unsubscribe | Ping


# What a gateway says


class Welcome(Frame, frozen=True, kw_only=True, tag="welcome"):
    """The ticket is good. A snapshot follows, or with `resumed` only what has changed since the cursor."""

    protocol: int
    workspace: str
    user: str
    role: Role
    session: str
    gateway: str
    at_ms: int
    agent_id: str | None = None
    resumed: bool = False


class Snapshot(Frame, frozen=True, kw_only=True, tag="snapshot"):
    """All that this client may see, as of `(epoch, seq)`; it replaces what the client had."""

    epoch: int
    seq: int
    at_ms: int
    cursor: str
    configuration_version: int = 0
    stopped: Stopped | None = None
    interactions: tuple[InteractionValue, ...] = ()
    legs: tuple[LegValue, ...] = ()
    offers: tuple[ShownOffer, ...] = ()
    agents: tuple[AgentValue, ...] = ()
    queues: tuple[ShownQueue, ...] = ()


class Removed(Part, frozen=True, kw_only=True):
    """Ids that this client shall forget, after it has shown their last values if the delta has them."""

    interactions: tuple[str, ...] = ()
    legs: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()


class Delta(Frame, frozen=True, kw_only=True, tag="delta"):
    """What changed for this client between `after` and `seq`. `configuration_version` and `stopped` are whole values."""

    epoch: int
    after: int
    seq: int
    at_ms: int
    cursor: str
    configuration_version: int = 0
    stopped: Stopped | None = None
    interactions: tuple[InteractionValue, ...] = ()
    legs: tuple[LegValue, ...] = ()
    offers: tuple[ShownOffer, ...] = ()
    agents: tuple[AgentValue, ...] = ()
    queues: tuple[ShownQueue, ...] = ()
    removed: Removed = Removed()


class Resync(Frame, frozen=True, kw_only=True, tag="resync"):
    """What the client has cannot be brought up to date by deltas: a snapshot follows."""

    reason: str
    at_ms: int


class Outcome(enum.StrEnum):
    """What became of a command."""

    APPLIED = "applied"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    UNAVAILABLE = "unavailable"


class Result(Frame, frozen=True, kw_only=True, tag="result"):
    """What became of a command. `unavailable` = unknown: repeat it with the same id. A later result of the same id
    replaces an earlier one. `seq` is the decision's.
    """

    command_id: str
    outcome: Outcome
    at_ms: int
    reason: Refusal | None = None
    detail: str = ""
    seq: int | None = None


class Live(Frame, frozen=True, kw_only=True, tag="live"):
    """What the client has is current as of `at_ms`; said again every few seconds."""

    at_ms: int


class NotLiveReason(enum.StrEnum):
    """Why screens stand still."""

    BROKER = "broker"
    CATCHING_UP = "catching_up"


class NotLive(Frame, frozen=True, kw_only=True, tag="not_live"):
    """Nothing new can come; what the client has is as of `since_ms`."""

    at_ms: int
    since_ms: int
    reason: NotLiveReason


class Pong(Frame, frozen=True, kw_only=True, tag="pong"):
    at_ms: int
    nonce: str = ""


class ErrorCode(enum.StrEnum):
    """What was wrong with a frame that the client may go on after."""

    NOT_PERMITTED = "not_permitted"
    NOT_SHOWN = "not_shown"
    TOO_MANY_SUBSCRIPTIONS = "too_many_subscriptions"


class Error(Frame, frozen=True, kw_only=True, tag="error"):
    """A frame was not obeyed; `command_id` or `interaction_id` says which."""

    code: ErrorCode
    at_ms: int
    detail: str = ""
    command_id: str | None = None
    interaction_id: str | None = None


ServerFrame = (
    Welcome
    | Snapshot
    | Delta
    | Resync
    | Result
    | MessageShown
    | TypingShown
    | Transcript
    | Details
    | MetricsShown
    | MetricsStale
    | WaitsShown
    | Live
    | NotLive
    | Pong
    | Error
)

_ENCODER: Final = msgspec.json.Encoder()
_CLIENT: Final = msgspec.json.Decoder(ClientFrame)
_SERVER: Final = msgspec.json.Decoder(ServerFrame)


def encode(frame: Frame) -> bytes:
    """The frame's JSON."""
    return _ENCODER.encode(frame)


def decode_client(data: bytes | str) -> ClientFrame:
    """What a client said. Raises msgspec.MsgspecError, which names the path of what is wrong."""
    frame: ClientFrame = _CLIENT.decode(data)
    return frame


def decode_server(data: bytes | str) -> ServerFrame:
    """What a gateway said. Raises msgspec.MsgspecError."""
    frame: ServerFrame = _SERVER.decode(data)
    return frame
