"""Real sockets: who is let in, what limits hold, and what a client that does not read costs the others."""

from __future__ import annotations

import asyncio
import socket as socket_module
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from consumers.gateway.app import opened, port_of
from deploy.console.client import ORIGIN, Wishes
from deploy.console.mirror import Mirror
from runtime.clock import SystemClock
from runtime.credential_store import PostgresCredentialStore
from runtime.credentials import TicketIssuer, TicketVerifier
from runtime.events import to_output
from runtime.memory import MemoryBroker
from runtime.postgres import connect_pool
from runtime.records import Output
from runtime.settings import Postgres
from schemas import live
from schemas.messages import Author, MessagePosted
from schemas.topics import MESSAGES
from schemas.vocabulary import AgentCause
from tests.support.decided import Floor, decision_output
from tests.support.gateway_parts import a_broker
from tests.support.gateway_service import HOST, NoRecords, Running, agent, context_of, running_gateway, supervisor
from tests.support.screens import mirrored
from tests.support.waiting import eventually

KEY = "a key for tickets that is long enough"


@asynccontextmanager
async def a_gateway(**environ: str) -> AsyncIterator[tuple[Running, MemoryBroker, Floor]]:
    """With a shop that has the agents ana and bo."""
    broker, floor = a_broker(), Floor()
    for decision in floor.opened("ana", "bo"):
        broker.append(decision_output(decision), 1)
    async with running_gateway(broker, context=context_of(**environ)) as running:
        await eventually(lambda: running.gateway.liveness.caught_up)
        yield running, broker, floor


@asynccontextmanager
async def a_socket(url: str, origin: str | None = ORIGIN) -> AsyncIterator[ClientConnection]:
    given = None if origin is None else Origin(origin)
    address = urlsplit(url)
    plain = socket_module.socket()
    plain.setsockopt(socket_module.SOL_SOCKET, socket_module.SO_RCVBUF, 65_536)
    plain.connect((address.hostname, address.port))
    async with connect(
        url, origin=given, compression=None, max_size=None, ping_interval=None, proxy=None, sock=plain
    ) as socket:
        yield socket


async def close_code(socket: ClientConnection) -> int | None:
    """The code that the gateway closes with; frames before it are passed over."""
    async with asyncio.timeout(60):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed:
            return socket.close_code


def hello(running: Running, **fields: object) -> str:
    ticket = running.desk.ticket(agent("shop", "ana"))
    return live.encode(live.Hello(ticket=ticket, **fields)).decode()  # type: ignore[arg-type]


@pytest.mark.parametrize("origin", ["https://evil.example", None])
async def test_only_allowed_origins_come_in(origin: str | None) -> None:
    async with a_gateway() as (running, _, _):
        with pytest.raises(InvalidStatus) as refused:
            async with a_socket(running.url, origin):
                pass
    assert refused.value.response.status_code == 403


async def test_programs_without_an_origin_come_in_where_that_is_allowed() -> None:
    async with (
        a_gateway(HUBLINE_GATEWAY_ALLOW_NO_ORIGIN="true") as (running, _, _),
        a_socket(running.url, None) as socket,
    ):
        await socket.send(hello(running))
        assert isinstance(live.decode_server(await socket.recv()), live.Welcome)


async def test_who_says_nothing_is_sent_away() -> None:
    async with a_gateway(HUBLINE_GATEWAY_HELLO_TIMEOUT_MS="50") as (running, _, _), a_socket(running.url) as socket:
        assert await close_code(socket) == live.Close.HELLO_TIMEOUT


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("nonsense", live.Close.BAD_FRAME),
        ('{"type":"hello","ticket":"forged"}', live.Close.TICKET_REFUSED),
        ("x" * 40_000, 1009),
    ],
)
async def test_who_says_what_nobody_may_is_sent_away_with_a_code(said: str, code: int) -> None:
    async with a_gateway() as (running, _, _), a_socket(running.url) as socket:
        await socket.send(said)
        assert await close_code(socket) == code


async def test_too_many_frames_close_the_socket() -> None:
    async with a_gateway(HUBLINE_GATEWAY_FRAMES_BURST="5") as (running, _, _), a_socket(running.url) as socket:
        await socket.send(hello(running))
        for _ in range(10):
            await socket.send(live.encode(live.Ping()).decode())
        assert await close_code(socket) == live.Close.TOO_MANY_FRAMES


async def test_a_ticket_opens_one_socket_at_one_of_all_gateways(database_url: str) -> None:
    broker, clock = a_broker(), SystemClock()
    for decision in Floor().opened("ana"):
        broker.append(decision_output(decision), 1)
    async with connect_pool(Postgres(url=database_url)) as pool:
        store = PostgresCredentialStore(pool)
        ticket = TicketIssuer(KEY, clock).issue(agent("shop", "ana"))
        said = live.encode(live.Hello(ticket=ticket)).decode()
        one, two = (TicketVerifier(KEY, store, clock) for _ in range(2))
        async with (
            opened(context_of("one"), broker, one, NoRecords(), 1) as (first, server),
            opened(context_of("two"), broker, two, NoRecords(), 1) as (second, other),
        ):
            followers = [asyncio.create_task(gateway.follower.run()) for gateway in (first, second)]
            await eventually(lambda: all("shop" in gateway.follower.workspaces for gateway in (first, second)))
            async with a_socket(f"ws://{HOST}:{port_of(server)}/") as socket:
                await socket.send(said)
                assert isinstance(live.decode_server(await socket.recv()), live.Welcome)
            async with a_socket(f"ws://{HOST}:{port_of(other)}/") as socket:
                await socket.send(said)
                assert await close_code(socket) == live.Close.TICKET_REFUSED
            for task in followers:
                task.cancel()
            await asyncio.wait(followers)


async def test_a_client_that_does_not_read_holds_nobody_up_and_is_brought_up_to_date() -> None:
    async with a_gateway(HUBLINE_GATEWAY_BACKLOG_BYTES="4096") as (running, broker, floor):
        quick = running.client(supervisor("shop"))
        async with quick.running(), a_socket(running.url) as slow:
            ticket = running.desk.ticket(supervisor("shop"))
            await slow.send(live.encode(live.Hello(ticket=ticket)).decode())
            mirror, frames = Mirror(), 0
            while mirror.cursor is None:
                mirror.take(live.decode_server(await slow.recv()))
            slow.transport.pause_reading()
            for number in range(1_000):
                broker.append(decision_output(floor.arrives(f"i{number}", campaign="x" * 10_000)), 1)
                if number % 20 == 0:
                    await quick.until(lambda m, number=number: f"i{number}" in m.interactions)  # type: ignore[misc]
            await quick.until(lambda m: len(m.interactions) == 1_000)
            [behind] = [one for one in running.gateway.sockets.open_sessions() if one.backlog is not None]
            slow.transport.resume_reading()
            reasons = []
            while mirror.seq < floor.seq:
                frame = live.decode_server(await asyncio.wait_for(slow.recv(), 60))
                mirror.take(frame)
                frames += 1
                reasons += [frame.reason] if isinstance(frame, live.Resync) else []
            assert mirrored(mirror) == mirrored(quick.mirror)
            assert frames < 300
            await eventually(lambda: behind.backlog is None)


async def test_a_client_that_reads_no_messages_is_let_go_and_comes_back() -> None:
    async with a_gateway(HUBLINE_GATEWAY_BACKLOG_BYTES="4096") as (running, broker, floor):
        broker.append(decision_output(floor.arrives("i1")), 1)
        async with a_socket(running.url) as slow:
            ticket = running.desk.ticket(supervisor("shop"))
            await slow.send(live.encode(live.Hello(ticket=ticket)).decode())
            await eventually(lambda: running.gateway.follower.workspaces["shop"].view.interaction("i1"))
            await slow.send(live.encode(live.Subscribe(interaction_id="i1")).decode())
            await eventually(lambda: running.gateway.follower.workspaces["shop"].has_subscribers("i1"))
            slow.transport.pause_reading()
            for number in range(700):
                broker.append(a_message(number), 1)
            await eventually(lambda: not running.gateway.sockets.open_sessions())
        again = running.client(supervisor("shop"), Wishes(subscribe=True))
        async with again.running():
            await again.until(lambda m: len(m.transcript("i1")) == 700)


def a_message(number: int) -> Output:
    message = MessagePosted(
        workspace="shop",
        interaction_id="i1",
        message_id=f"m{number}",
        author=Author.CUSTOMER,
        sent_at_ms=number,
        text="x" * 10_000,
    )
    return to_output(message, MESSAGES, key="i1", event_id=f"m{number}", source="/tests")


async def test_a_log_out_closes_every_socket_of_the_agent() -> None:
    async with a_gateway() as (running, broker, floor), a_socket(running.url) as one, a_socket(running.url) as two:
        for socket in (one, two):
            await socket.send(hello(running))
            assert isinstance(live.decode_server(await socket.recv()), live.Welcome)
        broker.append(decision_output(floor.agent("ana", because=AgentCause.LOGGED_OUT)), 1)
        assert [await close_code(socket) for socket in (one, two)] == [live.Close.LOGGED_OUT] * 2


async def test_clients_of_a_stopping_gateway_are_told_to_connect_again() -> None:
    async with a_gateway() as (running, _, _):
        socket = await connect(running.url, origin=Origin(ORIGIN), proxy=None)
        await socket.send(hello(running))
        await eventually(running.gateway.sockets.open_sessions)
    assert await close_code(socket) == live.Close.RESTART
