"""Two faults planted into the world of a demonstration, which its sums must find.

A loss: something between a sender and the product answers 202 and passes nothing on. A doubling: somebody writes into
the log of decisions that a second agent has a contact too.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from deploy.local.state import HOST
from deploy.routing_log import partition_for
from deploy.simulation import bookcity
from deploy.simulation.contacts import Contact, contacts
from deploy.simulation.hub import Hub
from deploy.simulation.record import AgentBook
from deploy.simulation.sender import Sender
from deploy.simulation.traffic import Traffic
from runtime.broker import Broker, Producer, Reader
from runtime.clock import Clock
from runtime.events import to_output
from runtime.records import TopicPartition
from schemas import codec
from schemas.decisions import LegConnected
from schemas.ids import decision_id, leg_id
from schemas.topics import ROUTING_DECISIONS
from schemas.values import LegValue
from schemas.vocabulary import LegKind, LegState

PATIENCE_S: Final = 60.0
LOOK_S: Final = 0.02
SHOWN_S: Final = 0.5
FORGER: Final = "/hubline/demo/plant"
SWALLOWED: Final = (
    b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"
)


async def lose_one(traffic: Traffic, clock: Clock) -> None:
    """One contact is answered 202 by something that keeps it to itself."""
    server = await asyncio.start_server(_swallow, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    contact: Contact = next(contacts("swallowed", traffic.workspace, bookcity.known()))
    hub = Hub(f"http://{HOST}:{port}", traffic.workspace, {contact.adapter: "-"}, clock)
    try:
        plain = msgspec.structs.replace(contact, cut=False, twice=False, leaves_after_ms=None)
        await Sender(hub, traffic.posts, clock, lambda _: None).post(plain)
    finally:
        await hub.close()
        server.close()
        await server.wait_closed()


async def _swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    await reader.readexactly(int(lengths[0]))
    writer.write(SWALLOWED)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def double_one(traffic: Traffic, broker: Broker, clock: Clock) -> None:
    """One contact that an agent is talking to appears in a second agent's hands. Raises TimeoutError when it cannot be."""
    reader, producer = broker.reader(), broker.producer()
    await producer.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await _try(traffic, reader, producer, clock):
                await clock.sleep(LOOK_S)
    finally:
        await producer.stop()
        await reader.stop()


async def _try(traffic: Traffic, reader: Reader, producer: Producer, clock: Clock) -> bool:
    """Writes a decision at the next place; another one may get there first, and then nobody ever sees ours."""
    leg = next((one for one in traffic.watcher.mirror.legs.values() if one.state is LegState.CONNECTED), None)
    if leg is None:
        return False
    other = next(book for book in traffic.books if book.agent_id != leg.agent_id)
    where = TopicPartition(ROUTING_DECISIONS.name, partition_for(traffic.workspace))
    end = (await reader.log_range(where)).end
    last: Any = None
    async for batch in reader.read_range(where.topic, where.partition, end - 1, end):
        last = codec.decode(ROUTING_DECISIONS, batch[-1].value or b"")
    forged = _forged(leg, other.agent_id, last.epoch, last.seq + 1, last)
    await producer.send(
        [
            to_output(
                forged,
                ROUTING_DECISIONS,
                key=traffic.workspace,
                event_id=decision_id(traffic.workspace, forged.epoch, forged.seq),
                source=FORGER,
            )
        ]
    )
    return await _shown(other, leg.interaction_id, clock)


def _forged(leg: LegValue, agent_id: str, epoch: int, seq: int, after: Any) -> LegConnected:
    doubled = msgspec.structs.replace(
        leg,
        leg_id=leg_id(leg.interaction_id, leg.number + 1),
        number=leg.number + 1,
        kind=LegKind.MAIN,
        agent_id=agent_id,
    )
    return LegConnected(
        workspace=after.workspace, epoch=epoch, seq=seq, cause=after.cause, at_ms=after.at_ms, leg=doubled
    )


async def _shown(book: AgentBook, interaction_id: str, clock: Clock) -> bool:
    deadline_s = clock.monotonic() + SHOWN_S
    while clock.monotonic() < deadline_s:
        if any(one.leg_id.startswith(interaction_id) for one in book.all_held()):
            return True
        await clock.sleep(LOOK_S)
    return False
