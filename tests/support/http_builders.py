"""Contacts to post, decisions and messages as others append them, and what lies in the log."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import httpx

from runtime.partitioner import partition_of
from runtime.records import Output, Record, TopicPartition
from schemas import ids
from schemas.codec import decode, encode
from schemas.decisions import AgentChanged, Decision, LegQueued, OfferAccepted
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.messages import Author, MessagePosted
from schemas.topics import BY_NAME, INTERACTIONS, MESSAGES, ROUTING_DECISIONS, Topic
from schemas.values import AgentValue, InteractionValue, LegValue, OfferValue
from schemas.vocabulary import AgentCause, LegKind, LegState, OfferState, RoutingStatus
from tests.support.http_service import Service

CHAT: dict[str, Any] = {
    "channel": "web_chat",
    "contact_points": [{"kind": "phone", "value": "+8613800138000"}],
    "subject": "书",
}
STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCHED = {"content-type": "application/cloudevents-batch+json"}


def a_cloud_event(id_: str = "1", type_: str = "interaction.received", **data: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": id_, "source": "//shop/chat", "type": type_, "data": data or CHAT}


def an_interaction(service: Service, external_id: str = "c1", adapter: str = "web") -> str:
    return ids.interaction_id(service.workspace, adapter, external_id)


async def records_of(service: Service, topic: Topic, key: str) -> list[Record]:
    """Every record of that key, from the log's beginning."""
    number = partition_of(key.encode(), topic.partitions)
    log = await service.reader.log_range(TopicPartition(topic.name, number))
    found = [
        record
        async for records in service.reader.read_range(topic.name, number, log.first, log.end)
        for record in records
    ]
    return [record for record in found if record.key == key.encode()]


async def interactions_of(service: Service) -> list[Any]:
    records = await records_of(service, INTERACTIONS, service.workspace)
    return [decode(BY_NAME[record.topic], record.value or b"") for record in records]


def queued(service: Service, seq: int, interaction_id: str) -> LegQueued:
    leg = LegValue(
        leg_id=ids.leg_id(interaction_id, 1),
        interaction_id=interaction_id,
        number=1,
        kind=LegKind.MAIN,
        state=LegState.QUEUED,
        since_ms=1_000,
        queue="orders",
    )
    interaction = InteractionValue(
        interaction_id=interaction_id, channel="web_chat", adapter="web", instance="default", arrived_ms=1_000
    )
    return LegQueued(
        workspace=service.workspace, epoch=1, seq=seq, cause=seq, at_ms=1_000, interaction=interaction, leg=leg
    )


def accepted(service: Service, seq: int, interaction_id: str, *also: str) -> OfferAccepted:
    """Ana takes it, and has work of `also` in hand."""
    leg_id = ids.leg_id(interaction_id, 1)
    offer = OfferValue(
        offer_id=ids.offer_id(leg_id, 1),
        leg_id=leg_id,
        interaction_id=interaction_id,
        agent_id="ana",
        state=OfferState.ACCEPTED,
        made_ms=1_000,
    )
    agent = AgentValue(
        agent_id="ana",
        status="available",
        routing_status=RoutingStatus.INTERACTING,
        since_ms=1_000,
        legs=(leg_id, *also),
    )
    return OfferAccepted(
        workspace=service.workspace, epoch=1, seq=seq, cause=seq, at_ms=2_000, offer=offer, agent=agent
    )


def an_agent_changed(service: Service, seq: int) -> AgentChanged:
    return AgentChanged(
        workspace=service.workspace, epoch=1, seq=seq, cause=seq, at_ms=1_000, because=AgentCause.STATUS_SET
    )


async def decide(service: Service, *decisions: Decision) -> None:
    """Appends decisions as routing would."""
    await service.producer.send(
        [
            Output(
                ROUTING_DECISIONS.name,
                service.workspace.encode(),
                encode(decision),
                to_headers(Envelope(id=str(decision.seq), source="/test", type=wire_type(decision))),
            )
            for decision in decisions
        ]
    )


async def write(service: Service, interaction_id: str, number: int, author: Author = Author.AGENT) -> None:
    """Appends a message as a gateway would."""
    message = MessagePosted(
        workspace=service.workspace,
        interaction_id=interaction_id,
        message_id=f"m_{secrets.token_hex(8)}",
        author=author,
        sent_at_ms=3_000 + number,
        text=f"message {number}",
    )
    headers = to_headers(Envelope(id=message.message_id, source="/test", type=wire_type(message)))
    await service.producer.send([Output(MESSAGES.name, interaction_id.encode(), encode(message), headers)])


async def poll(client: httpx.AsyncClient, service: Service, after: str | None, wait_s: int = 0) -> Any:
    query = {"wait_s": str(wait_s)} | ({} if after is None else {"after": after})
    answer = await client.get(service.url("decisions"), params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def pages(client: httpx.AsyncClient, service: Service, after: str, count: int) -> list[Any]:
    """Polls on until `count` events have come."""
    events: list[Any] = []
    async with asyncio.timeout(60):
        while len(events) < count:
            page = await poll(client, service, after, wait_s=10)
            after = page["after"]
            events.extend(page["events"])
    return events
