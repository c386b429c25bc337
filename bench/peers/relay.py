"""The relay: the least that takes a contact from HTTP to an agent's socket over the same hops.

Four processes as ours: an HTTP server (Litestar on uvicorn, as ours) that answers 202 after acks=all; a stage that looks
each batch's contact points up in PostgreSQL, once for a batch; a stage that picks agents in turn; a server of sockets.
Three topics between them, one partition each in use, bare aiokafka loops, no state to recover, no keys checked but one.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord, TopicPartition
from litestar import Litestar, Request, Response, post
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bench.children import say, until_let_go
from bench.peers.bare_sockets import Listening
from runtime.postgres import Pool, connect_pool
from runtime.server import serving
from runtime.settings import Postgres

HOST: Final = "127.0.0.1"
HOPS: Final = ("relay.1", "relay.2", "relay.3")
PARTITION: Final = 0
LOOK_UP: Final = "SELECT value, customer_id FROM identities WHERE workspace = $1 AND kind = 'phone' AND value = ANY($2)"


class Argument(msgspec.Struct, frozen=True):
    """Which process of the relay this is, and where the services are."""

    part: str
    bootstrap: str
    database_url: str
    workspace: str
    key: str
    agents: tuple[str, ...]


class Contact(msgspec.Struct, frozen=True):
    """What goes over the topics."""

    interaction_id: str
    channel: str
    queue: str
    phone: str
    customer_id: str | None = None
    agent: str | None = None


Work = Callable[[list[Contact]], Awaitable[list[Contact]]]


async def run(argument: Argument) -> None:
    """A role of `bench.child`."""
    match argument.part:
        case "http":
            await _http(argument)
        case "look_up":
            async with connect_pool(Postgres(url=argument.database_url), resets=False) as pool:
                await _stage(argument, HOPS[0], HOPS[1], lambda contacts: _look_up(pool, argument.workspace, contacts))
        case "route":
            turns = itertools.cycle(argument.agents)

            async def route(contacts: list[Contact]) -> list[Contact]:
                return [msgspec.structs.replace(contact, agent=next(turns)) for contact in contacts]

            await _stage(argument, HOPS[1], HOPS[2], route)
        case _:
            await _sockets(argument)


async def _http(argument: Argument) -> None:
    producer = await _producer(argument)
    expected = f"Bearer {argument.key}"

    @post("/contacts", status_code=202)
    async def take(request: Request[Any, Any, Any]) -> Response[bytes]:
        if request.headers.get("authorization") != expected:
            return Response(b"{}", status_code=401)
        body = json.loads(await request.body())
        contact = Contact(
            interaction_id=body["external_id"],
            channel=body["channel"],
            queue=body["queue"],
            phone=body["contact_points"][0]["value"],
        )
        await producer.send_and_wait(HOPS[0], msgspec.json.encode(contact), partition=PARTITION)
        answer = msgspec.json.encode({"interaction_id": contact.interaction_id})
        return Response(answer, status_code=202, media_type="application/json")

    async with serving(Litestar(route_handlers=[take], openapi_config=None), HOST, 0) as port:
        say(Listening(port))
        await until_let_go()


async def _look_up(pool: Pool, workspace: str, contacts: list[Contact]) -> list[Contact]:
    rows = await pool.fetch(LOOK_UP, workspace, [contact.phone for contact in contacts])
    known = {row["value"]: row["customer_id"] for row in rows}
    return [msgspec.structs.replace(contact, customer_id=known.get(contact.phone)) for contact in contacts]


async def _stage(argument: Argument, source: str, sink: str, work: Work) -> None:
    producer = await _producer(argument)

    async def forward(records: list[ConsumerRecord]) -> None:
        contacts = [msgspec.json.decode(record.value, type=Contact) for record in records]
        batch = producer.create_batch()
        for contact in await work(contacts):
            batch.append(key=None, value=msgspec.json.encode(contact), timestamp=None)
        await (await producer.send_batch(batch, sink, partition=PARTITION))

    await _follow(argument, source, forward)


async def _sockets(argument: Argument) -> None:
    connections: dict[str, ServerConnection] = {}

    async def handle(connection: ServerConnection) -> None:
        agent = await connection.recv(decode=True)
        connections[agent] = connection
        await connection.send("{}")
        with contextlib.suppress(ConnectionClosed):
            async for _ in connection:
                pass

    async def show(records: list[ConsumerRecord]) -> None:
        for record in records:
            contact = msgspec.json.decode(record.value, type=Contact)
            connection = connections.get(contact.agent or "")
            if connection is not None:
                frame = {"type": "delta", "interactions": [contact]}
                await connection.send(msgspec.json.encode(frame), text=True)

    async with serve(handle, HOST, 0, compression=None, ping_interval=None) as server:
        await _follow(argument, HOPS[2], show, next(iter(server.sockets)).getsockname()[1])


async def _follow(
    argument: Argument, source: str, take: Callable[[list[ConsumerRecord]], Awaitable[None]], port: int = 0
) -> None:
    """Hands over every record from now on until the process is ended."""
    consumer = AIOKafkaConsumer(bootstrap_servers=argument.bootstrap, enable_auto_commit=False)
    await consumer.start()
    place = TopicPartition(source, PARTITION)
    consumer.assign([place])
    await consumer.seek_to_end(place)
    say(Listening(port))
    while True:
        fetched = await consumer.getmany(timeout_ms=1_000)
        records = fetched.get(place)
        if records:
            await take(records)


async def _producer(argument: Argument) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(bootstrap_servers=argument.bootstrap, enable_idempotence=True, acks="all")
    await producer.start()
    return producer
