"""The sockets: websockets' connections on one side, sessions and workspaces on the other.

Frames are written without waiting; whether there is room is asked of the socket. Nothing is compressed: memory of an
idle socket counts. One task for each connection, no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request
from websockets.protocol import State as WireState
from websockets.typing import Origin

from consumers.gateway.commander import Commander
from consumers.gateway.loader import Loader
from consumers.gateway.measurements import Measurements
from consumers.gateway.presence import Presence, logs_out
from consumers.gateway.rounds import Liveness
from consumers.gateway.session import Act, Close, Here, Limits, Load, Post, Redeem, Say, Session, Signal, State, Submit
from consumers.gateway.waits import Waits
from consumers.gateway.workspace import Member, Workspace
from runtime.clock import Clock
from runtime.credential_store import Principal
from runtime.ids import random_id
from runtime.log import Logger
from runtime.metrics import Metrics
from runtime.typing_signals import TypingSignals
from schemas import live
from schemas.decisions import AgentChanged, AgentRemoved, Decision
from schemas.inputs import PresenceInput

FINISH_S: Final = 2.0
NO_REQUEST: Final = Request("/", Headers())


class Tickets(Protocol):
    """Whose a ticket is; `runtime.credentials.TicketVerifier`."""

    async def redeem(self, ticket: str) -> Principal | None: ...


class ServerPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How sockets are served."""

    gateway: str
    origins: tuple[str, ...]
    allow_no_origin: bool
    hello_timeout_ms: int
    max_frame_bytes: int
    backlog_bytes: int
    limits: Limits


class Socket(ServerConnection):
    """A connection that is a session's sink."""

    session: Session
    drained: Callable[[Session], None] | None = None
    stuck: bool = False

    def forget_handshake(self) -> None:
        """The headers of both sides are not needed any more, and weigh more than a session."""
        self.request = NO_REQUEST
        self.response = None

    def has_room(self) -> bool:
        """See `Sink`; websockets keeps `paused` while more than `write_limit` has not left."""
        return not self.paused

    def write(self, data: bytes) -> None:
        """See `Sink`; as `websockets.broadcast` does for many."""
        if self.protocol.state is WireState.OPEN:
            self.protocol.send_text(data)
            self.send_data()

    async def finish(self, code: int, reason: str) -> None:
        """Closes, and does not wait longer than a moment for a client that takes nothing."""
        try:
            async with asyncio.timeout(FINISH_S):
                await self.close(code, reason)
        except TimeoutError:
            self.transport.abort()

    def resume_writing(self) -> None:
        """There is room again."""
        super().resume_writing()
        self.stuck = False
        if self.drained is not None:
            self.drained(self.session)


class Sockets:
    """All connections of this gateway. `said` puts presence into the log."""

    def __init__(
        self,
        policy: ServerPolicy,
        tickets: Tickets,
        workspaces: Mapping[str, Workspace],
        presence: Presence,
        said: Callable[[list[PresenceInput]], object],
        clock: Clock,
        log: Logger,
        metrics: Metrics,
    ) -> None:
        self._policy = policy
        self._tickets = tickets
        self._workspaces = workspaces
        self._presence = presence
        self._said = said
        self._clock = clock
        self._log = log
        self._metrics = metrics
        self._open: dict[str, Socket] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def wire(
        self,
        commander: Commander,
        signals: TypingSignals,
        loader: Loader,
        liveness: Liveness,
        measurements: Measurements,
        waits: Mapping[str, Waits],
    ) -> None:
        """Says who does what sessions ask for, what a new socket hears while screens stand still, and who has figures
        and expected waits.
        """
        self._commander = commander
        self._signals = signals
        self._loader = loader
        self._liveness = liveness
        self._measurements = measurements
        self._waits = waits

    def serve(self, host: str, port: int) -> Any:
        """The server, as an async context manager."""
        policy = self._policy
        allowed: list[Origin | None] = [Origin(origin) for origin in policy.origins]
        if policy.allow_no_origin:
            allowed.append(None)
        return serve(
            self._handle,
            host,
            port,
            origins=allowed,
            compression=None,
            max_size=policy.max_frame_bytes,
            max_queue=4,
            write_limit=policy.backlog_bytes,
            open_timeout=policy.hello_timeout_ms / 1000,
            ping_interval=None,
            close_timeout=2,
            server_header=None,
            create_connection=Socket,
        )

    def sockets(self, server: Server) -> list[Socket]:
        """Every open connection."""
        return [connection for connection in server.connections if isinstance(connection, Socket)]

    def abort_stuck(self, server: Server) -> None:
        """Lets those go at once who take nothing: they would not take a close frame either."""
        for socket in self.sockets(server):
            if socket.paused:
                socket.transport.abort()

    def open_sessions(self) -> list[Session]:
        """Those that are signed in."""
        return [socket.session for socket in self._open.values()]

    def tell(self, session: Session, frame: live.Frame) -> None:
        """Sends a frame that must not be lost; a client that takes none is let go."""
        if session.state is not State.OPEN or session.workspace is None:
            return
        if not session.workspace.tell(session, live.encode(frame)):
            self.too_slow(session)

    def tell_all(self, frame: live.Frame) -> None:
        """Sends a frame to everyone."""
        for socket in list(self._open.values()):
            self.tell(socket.session, frame)

    def too_slow(self, member: Member) -> None:
        """Lets a client go that takes nothing."""
        if isinstance(member, Session) and member.state is State.OPEN:
            self._end(member, live.Close.TOO_SLOW, "too slow: connect again")

    def decided(self, decision: Decision) -> None:
        """What a decision means for sockets and presence."""
        self._commander.decided(decision)
        match decision:
            case AgentChanged(agent=agent, because=because) if agent is not None and logs_out(because, agent.status):
                self._end_agent(decision.workspace, agent.agent_id, live.Close.LOGGED_OUT, "logged out")
            case AgentRemoved():
                self._end_agent(decision.workspace, decision.agent_id, live.Close.NOT_PERMITTED, "no agent any more")
            case AgentChanged():
                self._said(self._presence.given_up(decision))

    async def _handle(self, connection: ServerConnection) -> None:
        assert isinstance(connection, Socket)
        connection.forget_handshake()
        session = connection.session = Session(random_id("s"), connection, self._policy.limits)
        try:
            await self._greet(connection, session)
            while session.state is State.OPEN:
                await self._hear(connection, session)
        except ConnectionClosed:
            pass
        finally:
            self._left(session)

    async def _greet(self, socket: Socket, session: Session) -> None:
        """Until the session is open or over, if that does not take too long."""
        wait_s = self._policy.hello_timeout_ms / 1000
        patience = asyncio.get_running_loop().call_later(wait_s, self._impatient, socket)
        try:
            while session.state in (State.AWAITING_HELLO, State.REDEEMING):
                await self._hear(socket, session)
        finally:
            patience.cancel()

    async def _hear(self, socket: Socket, session: Session) -> None:
        """One frame. Nothing of it is kept while the next is waited for: thousands wait."""
        data: str | bytes = await socket.recv()
        for act in session.receive(data, self._clock.now_ms()):
            await self._perform(socket, session, act)

    async def _perform(self, socket: Socket, session: Session, act: Act) -> None:
        match act:
            case Say(frame=frame):
                self.tell(session, frame)
            case Submit(event=event):
                self._commander.submit(session, event)
            case Post(command_id=command_id, message=message):
                self._commander.post(session, command_id, message)
            case Signal(event=event):
                self._signals.say(event)
            case Load():
                self._loader.load(session, act)
            case Redeem(hello=hello):
                await self._redeem(socket, session, hello)
            case Close(code=code, reason=reason):
                self._log.info("gateway.closed", code=int(code), reason=reason, session=session.id)
                self._metrics.gateway_closes.labels(code.name.lower()).inc()
                await socket.finish(code, reason)

    async def _redeem(self, socket: Socket, session: Session, hello: live.Hello) -> None:
        principal = await self._tickets.redeem(hello.ticket)
        if socket.protocol.state is not WireState.OPEN:
            return
        workspace = None if principal is None else self._workspaces.get(principal.workspace)
        here = Here(gateway=self._policy.gateway, now_ms=self._clock.now_ms(), caught_up=self._liveness.caught_up)
        for act in session.redeemed(principal, hello, workspace, here):
            await self._perform(socket, session, act)
        if session.state is State.OPEN:
            self._join(socket, session, hello)

    def _join(self, socket: Socket, session: Session, hello: live.Hello) -> None:
        assert session.workspace is not None
        assert session.admitted is not None
        self._open[session.id] = socket
        socket.drained = self._drained
        session.workspace.join(session, session.admitted.scope, hello.cursor)
        self._metrics.gateway_sessions.labels(session.admitted.role).inc()
        not_live = self._liveness.not_live()
        if not_live is not None:
            self.tell(session, not_live)
        if hello.metrics:
            view = session.workspace.view
            watchers = self._measurements.of(view.workspace)
            watchers.join(session, session.admitted.scope, frozenset(hello.metrics), view)
        if hello.waits:
            self._waits[session.workspace.view.workspace].join(session, session.admitted.scope, self._clock.now_ms())
        agent_id = session.agent_id
        if agent_id is not None:
            name = session.workspace.view.workspace
            self._said(self._presence.opened(name, agent_id, session.id, hello.status))

    def _left(self, session: Session) -> None:
        session.state = State.CLOSED
        if self._open.pop(session.id, None) is None:
            return
        assert session.workspace is not None
        assert session.admitted is not None
        self._metrics.gateway_sessions.labels(session.admitted.role).dec()
        scope = session.admitted.scope
        session.workspace.leave(session, scope, session.subscriptions, self._clock.now_ms())
        self._measurements.of(session.workspace.view.workspace).leave(session)
        self._waits[session.workspace.view.workspace].leave(session)
        session.subscriptions = ()
        if scope.agent_id is not None:
            self._said(self._presence.closed(session.workspace.view.workspace, scope.agent_id, session.id))

    def _drained(self, session: Session) -> None:
        if session.state is State.OPEN and session.workspace is not None and session.admitted is not None:
            session.workspace.drained(session, session.admitted.scope, self._clock.now_ms())
            self._measurements.of(session.workspace.view.workspace).drained(session)

    def _impatient(self, socket: Socket) -> None:
        session = socket.session
        if session.state in (State.AWAITING_HELLO, State.REDEEMING):
            self._end(session, live.Close.HELLO_TIMEOUT, "no hello in time", socket)

    def _end_agent(self, workspace: str, agent_id: str, code: live.Close, reason: str) -> None:
        for session_id in self._presence.of(workspace, agent_id):
            socket = self._open.get(session_id)
            if socket is not None:
                self._end(socket.session, code, reason)

    def _end(self, session: Session, code: live.Close, reason: str, socket: Socket | None = None) -> None:
        socket = socket or self._open.get(session.id)
        if socket is None:
            return
        for act in session.close(code, reason):
            task = asyncio.create_task(self._perform(socket, session, act))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
