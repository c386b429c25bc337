"""One client's conversation, without I/O: frames in, acts out.

`AWAITING_HELLO` -> `REDEEMING` (the ticket) -> `OPEN` -> `CLOSED`. A frame that is not understood, comes too early or too
often closes the socket; a frame that is not permitted is answered. What a client may do is asked anew for each frame.
"""

from __future__ import annotations

import enum
from collections.abc import Collection

import msgspec

from consumers.gateway.authority import Admitted, admit, command_input, message_input, typing_input
from consumers.gateway.backlog import Backlog, Sink
from consumers.gateway.intervening import intervention
from consumers.gateway.workspace import Workspace
from runtime.credential_store import Principal
from runtime.frame_limits import FrameLimits, close_reason, paid_until
from schemas import inputs, live, supervision
from schemas.messages import MessagePosted
from schemas.typing import TypingSignalled
from schemas.vocabulary import Refusal


class State(enum.IntEnum):
    """Where the conversation stands."""

    AWAITING_HELLO = 0
    REDEEMING = 1
    OPEN = 2
    CLOSED = 3


class Limits(FrameLimits, frozen=True, kw_only=True):
    """What a client may ask for, and how many interactions it may follow at once."""

    frame_every_ms: int = 50
    burst: int = 60
    subscriptions: int = 64


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """The gateway at a moment; `caught_up`: it has been live since it began."""

    gateway: str
    now_ms: int
    caught_up: bool


class Say(msgspec.Struct, frozen=True):
    """Send this frame."""

    frame: live.Frame


class Close(msgspec.Struct, frozen=True):
    """Close the socket."""

    code: live.Close
    reason: str


class Redeem(msgspec.Struct, frozen=True):
    """Ask whose ticket it is; answered by `Session.redeemed`."""

    hello: live.Hello


class Submit(msgspec.Struct, frozen=True):
    """Append the command to the routing log and find its result."""

    event: inputs.Command


class Post(msgspec.Struct, frozen=True):
    """Append the message; the result is its offset."""

    command_id: str
    message: MessagePosted


class Signal(msgspec.Struct, frozen=True):
    """Let others see that the agent writes."""

    event: TypingSignalled


class Load(msgspec.Struct, frozen=True):
    """Read details and transcript; messages from now on come by themselves."""

    interaction_id: str
    after: int


Act = Say | Close | Redeem | Submit | Post | Signal | Load


class Session:
    """See the module. Small on purpose: thousands of them are idle most of the time."""

    __slots__ = (
        "_frames_until_ms",
        "_limits",
        "admitted",
        "backlog",
        "id",
        "principal",
        "sink",
        "state",
        "subscriptions",
        "workspace",
    )

    def __init__(self, session_id: str, sink: Sink, limits: Limits) -> None:
        self.id = session_id
        self.sink = sink
        self.state = State.AWAITING_HELLO
        self.principal: Principal | None = None
        self.admitted: Admitted | None = None
        self.workspace: Workspace | None = None
        self.backlog: Backlog | None = None
        self.subscriptions: tuple[str, ...] = ()
        self._limits = limits
        self._frames_until_ms = 0

    @property
    def agent_id(self) -> str | None:
        """The agent whose session this is; None for those who watch."""
        return None if self.admitted is None else self.admitted.scope.agent_id

    def receive(self, data: bytes | str, now_ms: int) -> list[Act]:
        """What a frame leads to."""
        if self.state is State.CLOSED:
            return []
        until_ms = paid_until(self._limits, self._frames_until_ms, now_ms)
        if until_ms is None:
            return self.close(live.Close.TOO_MANY_FRAMES, "too many frames")
        self._frames_until_ms = until_ms
        try:
            frame = live.decode_client(data)
        except (msgspec.MsgspecError, UnicodeError) as error:
            return self.close(live.Close.BAD_FRAME, str(error))
        if self.state is State.AWAITING_HELLO and isinstance(frame, live.Hello):
            self.state = State.REDEEMING
            return [Redeem(frame)]
        if self.state is not State.OPEN or isinstance(frame, live.Hello):
            return self.close(live.Close.BAD_FRAME, "the first frame is hello, and only the first")
        return self._obey(frame, now_ms)

    def redeemed(
        self, principal: Principal | None, hello: live.Hello, workspace: Workspace | None, here: Here
    ) -> list[Act]:
        """The ticket's owner is known. With a `Say(Welcome)` the session is open and must join its workspace."""
        if self.state is not State.REDEEMING:
            return []
        if principal is None:
            return self.close(live.Close.TICKET_REFUSED, "the ticket is not valid")
        if workspace is None or not workspace.is_known:
            return self._unknown(here, "no such workspace")
        admitted = admit(principal, hello)
        if admitted is None:
            return self.close(live.Close.NOT_PERMITTED, "this role may not connect")
        agent_id = admitted.scope.agent_id
        if agent_id is not None and agent_id not in workspace.view.agents:
            return self._unknown(here, "no such agent in the workspace")
        self.principal, self.admitted, self.workspace = principal, admitted, workspace
        self.state = State.OPEN
        welcome = live.Welcome(
            protocol=live.PROTOCOL_VERSION,
            workspace=principal.workspace,
            user=principal.user,
            role=admitted.role,
            session=self.id,
            gateway=here.gateway,
            at_ms=here.now_ms,
            agent_id=agent_id,
            resumed=workspace.can_resume(admitted.scope, hello.cursor),
        )
        return [Say(welcome)]

    def close(self, code: live.Close, reason: str) -> list[Act]:
        """Ends the conversation from this side."""
        self.state = State.CLOSED
        return [Close(code, close_reason(reason))]

    def _unknown(self, here: Here, what: str) -> list[Act]:
        """Not known here; a gateway that has not caught up since its start cannot say that it does not exist."""
        code = live.Close.UNKNOWN_WORKSPACE if here.caught_up else live.Close.TRY_AGAIN
        return self.close(code, what)

    def _obey(self, frame: live.ClientFrame, now_ms: int) -> list[Act]:
        assert self.principal is not None
        assert self.admitted is not None
        assert self.workspace is not None
        match frame:
            case live.Command(do=supervision.Act()):
                found = intervention(self.principal, self.admitted, self.workspace, frame)
                return [_refused(frame.command_id, found, now_ms) if isinstance(found, Refusal) else Submit(found)]
            case live.Command():
                event = command_input(self.principal, self.admitted, frame)
                return [_refused(frame.command_id, Refusal.NOT_PERMITTED, now_ms) if event is None else Submit(event)]
            case live.SendMessage():
                view = self.workspace.view
                message = message_input(self.principal, self.admitted, view, frame, now_ms)
                if isinstance(message, Refusal):
                    return [_refused(frame.command_id, message, now_ms)]
                return [Post(frame.command_id, message)]
            case live.Typing():
                signal = typing_input(self.principal, self.admitted, self.workspace.view, frame, now_ms)
                return [] if signal is None else [Signal(signal)]
            case live.Subscribe():
                return [self._subscribe(frame, self.admitted, self.workspace, now_ms)]
            case live.Unsubscribe():
                self._keep_subscriptions(self.workspace, {*self.subscriptions} - {frame.interaction_id})
                return []
            case live.Ping():
                return [Say(live.Pong(at_ms=now_ms, nonce=frame.nonce))]
        return []

    def _subscribe(self, frame: live.Subscribe, admitted: Admitted, workspace: Workspace, now_ms: int) -> Act:
        interaction_id = frame.interaction_id
        if not workspace.may_see(admitted.scope, interaction_id):
            return Say(live.Error(code=live.ErrorCode.NOT_SHOWN, at_ms=now_ms, interaction_id=interaction_id))
        if interaction_id not in self.subscriptions:
            self._keep_subscriptions(workspace, workspace.shown_of(admitted.scope, self.subscriptions))
            if len(self.subscriptions) >= self._limits.subscriptions:
                code = live.ErrorCode.TOO_MANY_SUBSCRIPTIONS
                return Say(live.Error(code=code, at_ms=now_ms, interaction_id=interaction_id))
            self.subscriptions = (*self.subscriptions, interaction_id)
        workspace.subscribe(self, admitted.scope, interaction_id)
        return Load(interaction_id, frame.after)

    def _keep_subscriptions(self, workspace: Workspace, kept: Collection[str]) -> None:
        """Those, and no others."""
        for interaction_id in self.subscriptions:
            if interaction_id not in kept:
                workspace.unsubscribe(self, interaction_id)
        self.subscriptions = tuple(one for one in self.subscriptions if one in kept)


def _refused(command_id: str, reason: Refusal, now_ms: int) -> Say:
    return Say(live.Result(command_id=command_id, outcome=live.Outcome.REFUSED, reason=reason, at_ms=now_ms))
