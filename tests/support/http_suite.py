"""What the HTTP ingest promises, whatever the broker: run against the one in memory and against Kafka.

A subclass gives the fixture `broker`. Workspaces are new for each test, so tests may share a broker.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from producers.http.buckets import RatePolicy
from producers.http.polling import PollPolicy
from producers.http.tail import PARTITIONS, TailPolicy
from runtime.broker import Broker
from runtime.partitioner import partition_of
from runtime.records import Output, Record, TopicPartition, header
from schemas import ids
from schemas.codec import decode, encode
from schemas.decisions import AgentChanged, Decision, LegQueued, OfferAccepted
from schemas.envelope import Envelope, from_headers, to_headers
from schemas.event import wire_type
from schemas.interactions import CustomerLeft, InteractionReceived
from schemas.messages import Author, MessagePosted
from schemas.topics import BY_NAME, INTERACTIONS, MESSAGES, ROUTING_DECISIONS, Topic
from schemas.values import AgentValue, InteractionValue, LegValue, OfferValue
from schemas.vocabulary import AgentCause, LegKind, LegState, OfferState, RoutingStatus
from tests.support.http_service import TRACE, Service, http_service
from tests.support.waiting import eventually

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
    async with asyncio.timeout(30):
        while len(events) < count:
            page = await poll(client, service, after, wait_s=10)
            after = page["after"]
            events.extend(page["events"])
    return events


class HttpSuite:
    """See the module."""

    @pytest.fixture
    async def service(self, broker: Broker) -> AsyncIterator[Service]:
        async with http_service(broker, workspace=f"w_{secrets.token_hex(6)}") as service:
            yield service

    @pytest.fixture
    async def client(self, service: Service) -> AsyncIterator[httpx.AsyncClient]:
        async with service.client() as client:
            yield client

    async def test_what_is_answered_202_lies_in_the_log_already(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        answer = await client.post(service.url("interactions"), json={**CHAT, "external_id": "c1", "queue": "orders"})
        assert answer.status_code == 202
        assert answer.json()["interaction_id"] == an_interaction(service, "c1")
        [received] = await interactions_of(service)
        assert isinstance(received, InteractionReceived)
        assert (received.adapter, received.external_id, received.channel) == ("web", "c1", "web_chat")
        assert (received.queue, received.subject) == ("orders", "书")

    async def test_every_spelling_of_one_event_is_the_same_interaction_and_the_same_event(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        url = service.url("interactions")
        structured = await client.post(url, content=json.dumps(a_cloud_event("9")), headers=STRUCTURED)
        binary = await client.post(
            url,
            json=CHAT,
            headers={
                "ce-specversion": "1.0",
                "ce-id": "9",
                "ce-source": "//shop/chat",
                "ce-type": "interaction.received",
            },
        )
        batched = await client.post(url, content=json.dumps([a_cloud_event("9")]), headers=BATCHED)
        assert structured.json() == binary.json()
        assert batched.json() == {"items": [{"status": 202, **structured.json()}]}
        envelopes = [
            from_headers(record.headers) for record in await records_of(service, INTERACTIONS, service.workspace)
        ]
        assert len(envelopes) == 3
        assert len({envelope.id for envelope in envelopes}) == 1

    async def test_an_external_id_is_the_same_interaction_under_any_event_id(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        url = service.url("interactions")
        first = await client.post(url, json={**CHAT, "external_id": "c1"})
        again = await client.post(
            url, content=json.dumps(a_cloud_event("other", **CHAT, external_id="c1")), headers=STRUCTURED
        )
        assert first.json()["interaction_id"] == again.json()["interaction_id"]

    async def test_the_header_idempotency_key_is_an_id_too(self, service: Service, client: httpx.AsyncClient) -> None:
        answer = await client.post(service.url("interactions"), json=CHAT, headers={"idempotency-key": "k1"})
        assert answer.json()["interaction_id"] == an_interaction(service, "k1")

    async def test_a_customer_who_leaves_lies_behind_the_arrival(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        about = an_interaction(service, "c1")
        await client.post(service.url("interactions"), json={**CHAT, "external_id": "c1"})
        left = await client.post(service.url(f"interactions/{about}/events"), json={"type": "customer.left"})
        assert left.status_code == 202
        assert [type(event) for event in await interactions_of(service)] == [InteractionReceived, CustomerLeft]

    async def test_postings_of_one_workspace_keep_the_order_of_their_answers(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        answered: list[str] = []

        async def talk(name: str) -> None:
            for number in range(5):
                external = f"{name}-{number}"
                answer = await client.post(service.url("interactions"), json={**CHAT, "external_id": external})
                assert answer.status_code == 202
                answered.append(external)

        await asyncio.gather(*(talk(name) for name in "abcdefgh"))
        logged = [event.external_id for event in await interactions_of(service)]
        assert sorted(logged) == sorted(answered)
        for name in "abcdefgh":
            assert [external for external in logged if external.startswith(name)] == [f"{name}-{n}" for n in range(5)]

    async def test_a_batch_is_taken_in_order_with_a_result_for_each(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        batch = [a_cloud_event(str(number)) for number in range(20)]
        answer = await client.post(service.url("interactions"), content=json.dumps(batch), headers=BATCHED)
        assert answer.status_code == 202
        items = answer.json()["items"]
        assert [item["status"] for item in items] == [202] * 20
        assert [item["interaction_id"] for item in items] == [
            event.interaction_id for event in await interactions_of(service)
        ]

    async def test_a_batch_with_an_error_is_refused_whole_with_the_path_of_each_error(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        batch = [a_cloud_event("1"), a_cloud_event("2", priority=0), {"id": "3", "type": "customer.left"}]
        answer = await client.post(service.url("interactions"), content=json.dumps(batch), headers=BATCHED)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert {error["path"] for error in answer.json()["errors"]} >= {"$[2].specversion", "$[2].source"}
        batch[2] = a_cloud_event("3", "customer.left", x=1)
        answer = await client.post(service.url("interactions"), content=json.dumps(batch), headers=BATCHED)
        assert {error["path"] for error in answer.json()["errors"]} == {
            "$[1].data.channel",
            "$[1].data.priority",
            "$[2].type",
            "$[2].data.channel",
            "$[2].data.x",
        }
        assert await interactions_of(service) == []

    async def test_messages_are_keyed_by_interaction_and_known_again(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        about = an_interaction(service)
        url = service.url(f"interactions/{about}/messages")
        first = await client.post(url, json={"text": "你好", "external_id": "m1"})
        again = await client.post(url, json={"text": "你好", "external_id": "m1"})
        assert first.status_code == 202
        assert first.json()["message_id"] == again.json()["message_id"]
        logged = [decode(MESSAGES, record.value or b"") for record in await records_of(service, MESSAGES, about)]
        assert [(message.text, message.author) for message in logged] == [("你好", Author.CUSTOMER)] * 2

    async def test_a_trace_goes_on_into_the_log_and_one_begins_where_none_came(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        given = "00-11111111111111111111111111111111-2222222222222222-01"
        url = service.url("interactions")
        await client.post(url, json={**CHAT, "external_id": "a"}, headers={"traceparent": given})
        await client.post(url, json={**CHAT, "external_id": "b"})
        records = await records_of(service, INTERACTIONS, service.workspace)
        assert [header(record.headers, "ce_traceparent") for record in records] == [given.encode(), TRACE.encode()]

    @pytest.mark.parametrize(
        ("key", "workspace", "status"),
        [
            (None, None, 401),
            ("nonsense", None, 401),
            ("key-other", None, 403),
            ("key-ana", None, 403),
            ("key-new", "not_applied", 404),
        ],
    )
    async def test_who_may_not_post_is_refused(
        self, service: Service, key: str | None, workspace: str | None, status: int
    ) -> None:
        async with service.client(key) as client:
            path = f"/v1/workspaces/{workspace or service.workspace}/interactions"
            answer = await client.post(path, json={**CHAT, "external_id": "x"})
            assert answer.status_code == status
            assert answer.json()["status"] == status
            assert await interactions_of(service) == []

    async def test_an_adapter_speaks_only_of_its_own_interactions(self, service: Service) -> None:
        about = an_interaction(service, adapter="web")
        async with service.client("key-kiosk") as client:
            left = await client.post(service.url(f"interactions/{about}/events"), json={"type": "customer.left"})
            said = await client.post(
                service.url(f"interactions/{about}/messages"), json={"text": "x", "external_id": "1"}
            )
            polled = await client.get(service.url("decisions"), params={"adapter": "web"})
        assert [left.status_code, said.status_code, polled.status_code] == [403, 403, 403]
        assert await interactions_of(service) == []

    async def test_a_key_that_posts_too_much_is_told_when_to_come_back(self, broker: Broker) -> None:
        slow = RatePolicy(per_s=1, burst=3)
        name = f"w_{secrets.token_hex(6)}"
        async with http_service(broker, workspace=name, rate=slow) as service, service.client() as client:
            answers = [
                await client.post(service.url("interactions"), json={**CHAT, "external_id": str(number)})
                for number in range(5)
            ]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1

    async def test_what_is_too_large_or_no_json_is_refused(self, service: Service, client: httpx.AsyncClient) -> None:
        url = service.url("interactions")
        too_large = await client.post(url, content=b'{"a":"' + b"x" * 1_100_000 + b'"}', headers=STRUCTURED)
        no_json = await client.post(url, content=b"{", headers=STRUCTURED)
        no_media = await client.post(url, content=b"{}", headers={"content-type": "text/plain"})
        no_length = await client.post(url, content=_in_parts(1_100_000), headers=STRUCTURED)
        statuses = [answer.status_code for answer in (too_large, no_json, no_media, no_length)]
        assert statuses == [413, 400, 415, 413]

    async def test_text_that_no_store_takes_is_refused_at_the_door(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        answer = await client.post(
            service.url("interactions"), json={"channel": "sms", "external_id": "x", "attributes": {"a": "b\x00"}}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == "$.attributes.a"

    # Decisions

    async def test_a_first_poll_begins_now_and_answers_at_once(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        about = an_interaction(service)
        await decide(service, queued(service, 1, about))
        page = await poll(client, service, None, wait_s=30)
        assert page["events"] == []
        await decide(service, accepted(service, 2, about))
        [event] = await pages(client, service, page["after"], 1)
        assert (event["type"], event["subject"], event["id"]) == ("offer.accepted", about, f"{service.workspace}/1/2")

    async def test_a_waiting_poll_is_answered_when_something_is_decided(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        about = an_interaction(service)
        after = (await poll(client, service, None))["after"]
        waiting = asyncio.create_task(poll(client, service, after, wait_s=50))
        await decide(service, an_agent_changed(service, 1), queued(service, 2, about))
        page = await asyncio.wait_for(waiting, 20)
        assert [event["type"] for event in page["events"]] == ["leg.queued"]
        assert page["events"][0]["data"]["leg"]["queue"] == "orders"

    async def test_an_adapter_sees_its_own_interactions_and_nothing_of_the_agents_other_work(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        own, foreign = an_interaction(service), an_interaction(service, adapter="kiosk")
        after = (await poll(client, service, None))["after"]
        await decide(service, queued(service, 1, foreign), accepted(service, 2, own, ids.leg_id(foreign, 1)))
        await write(service, foreign, 1)
        await write(service, own, 2, Author.CUSTOMER)
        await write(service, own, 3)
        events = await pages(client, service, after, 2)
        assert [event["subject"] for event in events] == [own, own]
        assert foreign not in json.dumps(events)
        assert {event["type"] for event in events} == {"offer.accepted", "message.posted"}
        assert [event["data"]["text"] for event in events if "text" in event["data"]] == ["message 3"]

    async def test_the_same_cursor_gives_the_same_events_again(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        about = an_interaction(service)
        after = (await poll(client, service, None))["after"]
        await decide(service, *(queued(service, seq, about) for seq in range(1, 6)))
        first = await pages(client, service, after, 5)
        assert await pages(client, service, after, 5) == first

    @pytest.mark.parametrize("kept", [5_000, 4], ids=["from memory", "from Kafka and memory"])
    async def test_small_pages_leave_nothing_out_and_repeat_nothing(self, broker: Broker, kept: int) -> None:
        async with (
            http_service(
                broker,
                workspace=f"w_{secrets.token_hex(6)}",
                polls=PollPolicy(most_events=3, stretch_records=7),
                tails=TailPolicy(most_kept=kept),
            ) as service,
            service.client() as client,
        ):
            abouts = [an_interaction(service, f"c{number}") for number in range(4)]
            after = (await poll(client, service, None))["after"]
            for number in range(5):
                await decide(service, *(queued(service, number * 4 + at + 1, about) for at, about in enumerate(abouts)))
                for about in abouts:
                    await write(service, about, number)
            events = await pages(client, service, after, 40)
            assert [event["id"] for event in events if event["type"] == "leg.queued"] == [
                f"{service.workspace}/1/{seq}" for seq in range(1, 21)
            ]
            for about in abouts:
                said = [
                    event["data"]["text"] for event in events if event["subject"] == about and "text" in event["data"]
                ]
                assert said == [f"message {number}" for number in range(5)]

    async def test_everything_since_the_beginning_can_be_asked_for(
        self, broker: Broker, service: Service, client: httpx.AsyncClient
    ) -> None:
        about = an_interaction(service)
        await decide(service, *(queued(service, seq, about) for seq in range(1, 4)))
        await write(service, about, 1)
        events = await pages(client, service, "first", 4)
        assert sorted(event["type"] for event in events) == ["leg.queued"] * 3 + ["message.posted"]

    async def test_a_cursor_is_good_on_another_instance_and_after_a_restart(
        self, broker: Broker, service: Service, client: httpx.AsyncClient
    ) -> None:
        about = an_interaction(service)
        after = (await poll(client, service, None))["after"]
        await decide(service, queued(service, 1, about))
        async with http_service(broker, workspace=service.workspace) as other, other.client() as second:
            [event] = await pages(second, other, after, 1)
            page = await poll(second, other, after)
        assert event["id"] == f"{service.workspace}/1/1"
        await decide(service, queued(service, 2, about))
        [later] = await pages(client, service, page["after"], 1)
        assert later["id"] == f"{service.workspace}/1/2"

    async def test_many_waiting_polls_share_one_reading(self, service: Service, client: httpx.AsyncClient) -> None:
        about = an_interaction(service)
        after = (await poll(client, service, None))["after"]
        async with service.client() as many:
            many_polls = [asyncio.create_task(poll(many, service, after, wait_s=50)) for _ in range(60)]
            await decide(service, queued(service, 1, about))
            answers = await asyncio.wait_for(asyncio.gather(*many_polls), 30)
        assert all([event["id"] for event in answer["events"]] == [f"{service.workspace}/1/1"] for answer in answers)

    async def test_a_strange_query_is_refused_with_every_error(
        self, service: Service, client: httpx.AsyncClient
    ) -> None:
        async with service.client("key-kiosk") as kiosk:
            foreign = (await poll(kiosk, service, None))["after"]
        for query, paths in (
            ({"after": "x"}, {"query after"}),
            ({"after": foreign}, {"query after"}),
            ({"wait_s": "99", "afte": "first"}, {"query wait_s", "query afte"}),
        ):
            answer = await client.get(service.url("decisions"), params=query)
            assert answer.status_code == 422
            assert {error["path"] for error in answer.json()["errors"]} == paths

    async def test_a_cursor_beyond_the_log_is_gone(self, service: Service, client: httpx.AsyncClient) -> None:
        from producers.http import cursor

        mark = ids.adapter_mark(service.workspace, "web")
        strange = cursor.encode(cursor.new(mark, 10**9, (0,) * MESSAGES.partitions))
        answer = await client.get(service.url("decisions"), params={"after": strange})
        assert answer.status_code == 410

    async def test_a_process_that_stops_answers_its_polls(self, service: Service, client: httpx.AsyncClient) -> None:
        after = (await poll(client, service, None))["after"]
        waiting = asyncio.create_task(poll(client, service, after, wait_s=50))
        await eventually(lambda: set(service.tail.positions) == set(PARTITIONS))
        await service.tail.stop()
        assert (await asyncio.wait_for(waiting, 10))["events"] == []


async def _in_parts(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1_000):
        yield b"x" * 1_000
