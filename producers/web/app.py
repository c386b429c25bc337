"""Puts the process together, and ends it: sockets are closed with 1012, what was written is sent, chats are saved."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from producers.web.addresses import Addresses
from producers.web.chats import Chats
from producers.web.identity import BadKeys, Identities, read_keys
from producers.web.labels import route_of
from producers.web.liveness import Liveness
from producers.web.opening import Opening, OpeningPolicy
from producers.web.origins import origins_of
from producers.web.page import Page
from producers.web.parts import Parts
from producers.web.postgres_store import PostgresChatStore
from producers.web.posting import Posting
from producers.web.receiver import Receiver
from producers.web.reconciler import Reconciler
from producers.web.routes import Doorkeeper, build
from producers.web.server import Front
from producers.web.session import Limits
from producers.web.sockets import Sockets, SocketsPolicy
from producers.web.store import ChatStore
from producers.web.watching import Watching
from runtime.broker import Broker
from runtime.buckets import RatePolicy
from runtime.following import ViewFollower
from runtime.kafka import KafkaConnection
from runtime.kept_messages import KeptMessages, PostgresMessages
from runtime.measured import Measured
from runtime.postgres import connect_pool
from runtime.process import Context
from runtime.sender import Sender
from runtime.server import SocketPolicy, serving
from runtime.settings import Web
from runtime.together import every, until_stopped
from runtime.transcripts import Transcripts
from runtime.vault import Vault, open_vault
from schemas import chat
from schemas.topics import MESSAGES, TYPING

LAST_WORDS_S: Final = 5.0
TELL_S: Final = 1.0
SHORTEST_ROUND_S: Final = 0.1
GATHERED_MS: Final = 50
"""How much later a page may hear what routing has decided, so that it comes in fewer pieces; messages are not kept waiting."""
HTTP_SLACK_BYTES: Final = 1_024


class WebServer:
    """All parts of one process, wired."""

    def __init__(
        self,
        context: Context,
        broker: Broker,
        store: ChatStore,
        kept: KeptMessages,
        vault: Vault,
        identities: Identities,
    ) -> None:
        ours, clock, log = context.settings.web, context.clock, context.log
        self.context = context
        chats = Chats()
        self.watching = Watching(chats, clock)
        self.reader = broker.reader()
        self.follower = ViewFollower(self.reader, log, self.watching.hooks(), beside=(MESSAGES, TYPING))
        self.liveness = Liveness(self.follower, clock, self._said_live)
        self.parts = Parts(
            instance=context.instance,
            chats=chats,
            watching=self.watching,
            follower=self.follower,
            reader=self.reader,
            transcripts=Transcripts(kept, self.reader),
            store=store,
            attachments=vault,
            sender=Sender(broker.producer, clock, log),
            identities=identities,
            clock=clock,
            metrics=context.metrics,
            child_trace=context.tracing.hop("web.ingest"),
            caught_up=lambda: self.liveness.caught_up,
        )
        self.opening = Opening(self.parts, opening_policy(ours))
        self.posting = Posting(self.parts, answer_timeout_ms=context.settings.kafka.answer_timeout_ms)
        self.reconciler = Reconciler(self.parts, self.posting.say_left, grace_ms=ours.grace_ms)
        self.front, self.sockets = self._front(ours, vault)

    def _front(self, ours: Web, vault: Vault) -> tuple[Front, Sockets]:
        context, clock = self.context, self.context.clock
        addresses = Addresses(
            RatePolicy(per_s=ours.address_requests_per_s, burst=ours.address_requests_burst), ours.address_sockets
        )
        origins = origins_of(ours.origins, own=ours.demo, none=ours.allow_no_origin)
        policy = SocketsPolicy(
            origins=origins,
            proxy_count=ours.proxy_count,
            hello_timeout_ms=ours.hello_timeout_ms,
            backlog_bytes=ours.backlog_bytes,
            limits=Limits(frame_every_ms=max(1, 1_000 // ours.frames_per_s), burst=ours.frames_burst),
        )
        sockets = Sockets(
            policy,
            addresses,
            self.opening,
            self.posting,
            self.liveness.frame,
            clock,
            context.log,
            context.metrics,
        )
        receiver = Receiver(
            self.parts,
            vault,
            region=context.settings.identity.default_region,
            answer_timeout_ms=context.settings.kafka.answer_timeout_ms,
            max_attachment_bytes=ours.max_attachment_bytes,
        )
        pages = build(
            receiver,
            Doorkeeper(origins, addresses, ours.proxy_count, clock),
            Page(ours.demo_workspace) if ours.demo else None,
            context.log,
            largest_body_bytes=ours.max_attachment_bytes + HTTP_SLACK_BYTES,
        )
        return Front(sockets, origins, Measured(pages, clock, context.metrics, route_of)), sockets

    async def run(self) -> None:
        """Works until told to stop; raises what broke."""
        ours, clock = self.context.settings.web, self.context.clock
        work = [
            self.follower.run(gather_ms=GATHERED_MS),
            self.liveness.run(),
            every(clock, TELL_S, self._tell_waiting),
            every(clock, round_s(ours.grace_ms, 1_000, 5), self._reconcile),
            every(clock, round_s(ours.grace_ms, ours.beat_ms, 4), self._beat),
        ]
        await until_stopped(self.context.stop, work)

    async def last_words(self) -> None:
        """Waits until what was written is in the log, and saves the chats, if both answer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await self.parts.sender.settled()
                await self.reconciler.beat()

    def not_ready(self) -> str | None:
        """For the health check."""
        return None if self.liveness.state is None else f"not live: {self.liveness.state}"

    def _said_live(self, frame: chat.Frame) -> None:
        is_live = isinstance(frame, chat.Live)
        self.context.metrics.web_live.set(is_live)
        self.context.log.info("web.live" if is_live else "web.not_live")
        self.sockets.tell_all(frame)

    async def _tell_waiting(self) -> None:
        self.watching.tell_waiting(self.context.clock.now_ms())

    async def _reconcile(self) -> None:
        if self.liveness.state is None:
            await self.reconciler.look()

    async def _beat(self) -> None:
        if self.liveness.caught_up:
            await self.reconciler.beat()
        if self.liveness.state is None:
            self.sockets.tell_all(self.liveness.frame())


def opening_policy(ours: Web) -> OpeningPolicy:
    """How chats are opened, by the settings."""
    queues = frozenset(one.strip() for one in ours.queues.split(",") if one.strip())
    return OpeningPolicy(queues=queues, max_attachment_bytes=ours.max_attachment_bytes)


def round_s(grace_ms: int, most_ms: int, parts: int) -> float:
    """How long a round takes that must come several times within the grace."""
    return max(SHORTEST_ROUND_S, min(most_ms, grace_ms // parts) / 1000)


@contextlib.asynccontextmanager
async def opened(
    context: Context, broker: Broker, store: ChatStore, kept: KeptMessages, vault: Vault, identities: Identities
) -> AsyncIterator[tuple[WebServer, int]]:
    """A process that has taken the snapshots in and serves; everything is closed in the end."""
    web = WebServer(context, broker, store, kept, vault, identities)
    sending = asyncio.create_task(web.parts.sender.run())
    settings = context.settings
    policy = SocketPolicy(max_frame_bytes=settings.web.max_frame_bytes, ping_ms=settings.web.keepalive_ms)
    try:
        await web.follower.start()
        async with serving(
            web.front, settings.process.bind, settings.web.port, stop_timeout_ms=2_000, sockets=policy
        ) as port:
            yield web, port
        await web.last_words()
    finally:
        await web.posting.stop()
        sending.cancel()
        await asyncio.wait([sending])
        await web.reader.stop()


def identities_of(ours: Web) -> Identities:
    """The shops' keys. Raises OSError and BadKeys."""
    if ours.identity_keys_file is None:
        return Identities({})
    return Identities(read_keys(Path(ours.identity_keys_file).read_bytes()))


async def main(context: Context) -> None:
    """Runs until `context.stop`; raises what broke."""
    settings = context.settings
    try:
        identities = identities_of(settings.web)
    except BadKeys as error:
        raise OSError(f"HUBLINE_WEB_IDENTITY_KEYS_FILE: {error}") from None
    vault = open_vault(settings.web.attachments_url, settings.process.attachments_path)
    broker = KafkaConnection(settings.kafka, context.clock, context.instance)
    async with connect_pool(settings.postgres) as pool:
        store, kept = PostgresChatStore(pool), PostgresMessages(pool)
        async with opened(context, broker, store, kept, vault, identities) as (web, port):
            context.health.add_ready("live", web.not_ready)
            context.log.info("web.listening", port=port)
            await web.run()
