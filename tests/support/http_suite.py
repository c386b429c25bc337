"""What posting over HTTP promises, whatever the broker: run against the one in memory and against Kafka.

A subclass gives the fixture `broker`. Workspaces are new for each test, so tests may share a broker.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator

import httpx
import pytest

from runtime.broker import Broker
from runtime.buckets import RatePolicy
from runtime.records import header
from schemas.codec import decode
from schemas.envelope import from_headers
from schemas.interactions import CustomerLeft, InteractionReceived
from schemas.messages import Author
from schemas.topics import INTERACTIONS, MESSAGES
from tests.support.http_builders import (
    BATCHED,
    CHAT,
    STRUCTURED,
    a_cloud_event,
    an_interaction,
    interactions_of,
    records_of,
)
from tests.support.http_service import TRACE, Service, http_service


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


async def _in_parts(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1_000):
        yield b"x" * 1_000
