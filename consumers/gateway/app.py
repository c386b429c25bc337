"""Puts the gateway together, and ends it: sockets are closed with 1012, their sessions are said to be closed, and then
the process leaves.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from aiokafka.errors import KafkaError
from websockets.asyncio.server import Server
from websockets.exceptions import ConnectionClosed

from consumers.gateway.commander import Commander
from consumers.gateway.follower import Follower, Hooks
from consumers.gateway.loader import Loader
from consumers.gateway.measurements import LOOK_S, Measurements
from consumers.gateway.outputs import input_output
from consumers.gateway.presence import Presence, next_incarnation
from consumers.gateway.rounds import Liveness
from consumers.gateway.screen_pop import PostgresRecords, Records
from consumers.gateway.server import ServerPolicy, Sockets, Tickets
from consumers.gateway.session import Limits
from consumers.gateway.workspace import Member, Workspace
from runtime.broker import Broker
from runtime.credential_store import PostgresCredentialStore
from runtime.credentials import TicketVerifier
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.postgres import connect_pool
from runtime.process import Context
from runtime.records import TopicPartition
from runtime.sender import Sender
from runtime.settings import Settings
from runtime.ticket_key import ticket_key
from runtime.together import every, until_stopped
from runtime.transcripts import Transcripts
from runtime.typing_signals import TypingSignals
from schemas import live
from schemas.decisions import Decision
from schemas.inputs import PresenceInput

ALIVE_S: Final = 5.0
LAST_WORDS_S: Final = 5.0
PING_S: Final = 1.0
"""A ping that fills a socket's buffer would wait until that client reads: the others are not kept waiting for it."""


class Gateway:
    """All parts of one gateway process, wired."""

    def __init__(self, context: Context, broker: Broker, tickets: Tickets, records: Records, incarnation: int) -> None:
        settings, clock, log = context.settings, context.clock, context.log
        self.context = context
        self.source = f"/gateways/{context.instance}"
        self.presence = Presence(context.instance, incarnation)
        self.reader = broker.reader()
        self.sender = Sender(broker.producer, clock, log)
        hooks = Hooks(decided=self._decided, appeared=self._appeared, too_slow=self._too_slow)
        self.follower = Follower(self.reader, clock, log, hooks, context.metrics)
        self.sockets = Sockets(
            policy_of(settings, context.instance),
            tickets,
            self.follower.workspaces,
            self.presence,
            self.say,
            clock,
            log,
            context.metrics,
        )
        answer_timeout_ms = settings.kafka.answer_timeout_ms
        tell = self.sockets.tell
        self.commander = Commander(self.sender, clock, self.source, tell, answer_timeout_ms=answer_timeout_ms)
        self.loader = Loader(records, Transcripts(records, self.reader), clock, tell, self._border)
        self.liveness = Liveness(self.follower, self._ends, clock, self._said_live)
        self.measurements = Measurements(broker.reader(), clock, log)
        signals = TypingSignals(self.sender, clock, self.source)
        self.sockets.wire(self.commander, signals, self.loader, self.liveness, self.measurements, self.follower.waits)
        self._alive: list[asyncio.Future[None]] = []

    def say(self, events: list[PresenceInput]) -> list[asyncio.Future[None]]:
        """Appends presence, in order, as often as it takes."""
        return [self.sender.put(input_output(event, self.source, random_id("p")), keep=True) for event in events]

    async def run(self, server: Server) -> None:
        """Works until told to stop; raises what broke."""
        settings, clock = self.context.settings.gateway, self.context.clock
        work = [
            self.follower.run(),
            self.liveness.run(),
            self.measurements.run(),
            every(clock, LOOK_S, self.measurements.look),
            every(clock, LOOK_S, self._tell_waits),
            every(clock, ALIVE_S, self._say_alive),
            every(clock, settings.beat_ms / 1000, self._beat),
            every(clock, settings.keepalive_ms / 1000, lambda: self._keep_alive(server)),
        ]
        await until_stopped(self.context.stop, work)

    async def last_words(self) -> None:
        """Waits until what was said is in the log, if the broker answers."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await self.sender.settled()

    def _decided(self, decision: Decision) -> None:
        self.sockets.decided(decision)

    def _appeared(self, workspace: Workspace) -> None:
        self.say(self.presence.started(workspace.view.workspace))

    def _too_slow(self, member: Member) -> None:
        self.sockets.too_slow(member)

    def _border(self, partition: TopicPartition) -> int:
        return self.follower.positions[partition]

    async def _ends(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        try:
            return await self.reader.ends(partitions)
        except KafkaError as error:
            raise OSError(repr(error)) from error

    def _said_live(self, frame: live.Frame) -> None:
        is_live = isinstance(frame, live.Live)
        self.context.metrics.gateway_live.set(is_live)
        self.context.log.info("gateway.live" if is_live else "gateway.not_live")
        self.sockets.tell_all(frame)

    async def _tell_waits(self) -> None:
        """Not while the view stands still: then what was said grows old."""
        if self.liveness.state is None:
            now_ms = self.context.clock.now_ms()
            for waits in self.follower.waits.values():
                waits.tell(now_ms)

    async def _say_alive(self) -> None:
        """Not while earlier signs still wait for the broker: one is enough when it comes back."""
        if all(sign.done() for sign in self._alive):
            self._alive = self.say(self.presence.alive())

    async def _beat(self) -> None:
        now_ms = self.context.clock.now_ms()
        frame = None if self.liveness.state is not None else live.encode(live.Live(at_ms=now_ms))
        linger_ms = self.context.settings.gateway.feed_linger_ms
        for workspace in self.follower.workspaces.values():
            if frame is not None:
                workspace.tell_all(frame)
            workspace.drop_unused(now_ms - linger_ms)

    async def _keep_alive(self, server: Server) -> None:
        """A socket that has not answered the last ping, or takes nothing since then, is gone."""
        for socket in self.sockets.sockets(server):
            if socket.pending_pings or socket.stuck:
                socket.transport.abort()
            elif socket.paused:
                socket.stuck = True
            else:
                with contextlib.suppress(ConnectionClosed, TimeoutError):
                    async with asyncio.timeout(PING_S):
                        await socket.ping()


def policy_of(settings: Settings, gateway: str) -> ServerPolicy:
    """How sockets are served, by the settings."""
    ours = settings.gateway
    return ServerPolicy(
        gateway=gateway,
        origins=tuple(origin.strip() for origin in ours.origins.split(",") if origin.strip()),
        allow_no_origin=ours.allow_no_origin,
        hello_timeout_ms=ours.hello_timeout_ms,
        max_frame_bytes=ours.max_frame_bytes,
        backlog_bytes=ours.backlog_bytes,
        limits=Limits(frame_every_ms=max(1, 1_000 // ours.frames_per_s), burst=ours.frames_burst),
    )


@contextlib.asynccontextmanager
async def opened(
    context: Context, broker: Broker, tickets: Tickets, records: Records, incarnation: int
) -> AsyncIterator[tuple[Gateway, Server]]:
    """A gateway that has taken the snapshots in and serves sockets; everything is closed in the end."""
    gateway = Gateway(context, broker, tickets, records, incarnation)
    sending = asyncio.create_task(gateway.sender.run())
    try:
        await gateway.follower.start()
        settings = context.settings
        async with gateway.sockets.serve(settings.process.bind, settings.gateway.port) as server:
            yield gateway, server
            gateway.sockets.abort_stuck(server)
            server.close(code=live.Close.RESTART, reason="the gateway stops: connect again")
            await server.wait_closed()
        await gateway.last_words()
    finally:
        await gateway.commander.stop()
        await gateway.loader.stop()
        sending.cancel()
        await asyncio.wait([sending])
        await gateway.measurements.stop()
        await gateway.reader.stop()


def incarnation_file(settings: Settings, instance: str) -> Path:
    """Where an instance keeps its last incarnation."""
    return settings.process.data_path / "gateways" / f"{instance}.incarnation"


def take_incarnation(path: Path, now_ms: int) -> int:
    """A number above all that were taken here before, kept before it is used."""
    last = int(path.read_text()) if path.exists() else None
    incarnation = next_incarnation(last, now_ms)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(f"{incarnation}\n")
    partial.replace(path)
    return incarnation


async def main(context: Context) -> None:
    """Runs until `context.stop`; raises what broke."""
    settings, clock = context.settings, context.clock
    incarnation = take_incarnation(incarnation_file(settings, context.instance), clock.now_ms())
    broker = KafkaConnection(settings.kafka, clock, context.instance)
    async with connect_pool(settings.postgres) as pool:
        tickets = TicketVerifier(ticket_key(settings), PostgresCredentialStore(pool), clock)
        async with opened(context, broker, tickets, PostgresRecords(pool), incarnation) as (gateway, server):
            context.health.add_ready("live", lambda: _not_ready(gateway))
            context.log.info("gateway.listening", port=port_of(server), incarnation=incarnation)
            await gateway.run(server)


def port_of(server: Server) -> int:
    """The port that the server listens on."""
    return int(next(iter(server.sockets)).getsockname()[1])


def _not_ready(gateway: Gateway) -> str | None:
    state = gateway.liveness.state
    return None if state is None else f"not live: {state.reason}"
