from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest

from producers.admin.customer_record import CustomerRecord, KnownWords, check_record
from producers.admin.customers import NotStored
from runtime.clock import SystemClock
from runtime.events import from_record
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.partitioner import partition_of
from runtime.records import TopicPartition
from runtime.settings import Kafka
from schemas.customers import CustomerChanged, CustomerCreated, IdentityLinked
from schemas.topics import CUSTOMER_PARTITIONS, CUSTOMERS
from schemas.vocabulary import Role
from tests.support.admin_service import AdminService, AnsweringRouter, admin_service
from tests.support.stack import SharedStack
from tests.support.waiting import eventually

DOCUMENT = "tiers: {vip: {}}\ncard_types: [senior]\nagents: {ana: {}}\n"


class Shop(msgspec.Struct, frozen=True):
    """A workspace in force, and its administrator."""

    admin: AdminService
    broker: KafkaConnection
    workspace: str
    client: httpx.AsyncClient

    async def put(self, key: str, **fields: Any) -> httpx.Response:
        return await self.client.put(self.url(key), json=fields)

    async def get(self, key: str) -> httpx.Response:
        return await self.client.get(self.url(key))

    def url(self, key: str) -> str:
        return f"/v1/workspaces/{self.workspace}/customers/{quote(key, safe=':+@')}"


@pytest.fixture
async def shop(stack: SharedStack, database_url: str) -> AsyncIterator[Shop]:
    broker = KafkaConnection(Kafka(bootstrap_servers=stack.kafka), SystemClock(), "test-admin")
    workspace = random_id("ws")
    async with admin_service(broker, database_url) as admin, AnsweringRouter(broker, workspace).answering():
        token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
        async with admin.client(token) as client:
            headers = {"content-type": "application/yaml"}
            answer = await client.put(f"/v1/workspaces/{workspace}", content=DOCUMENT, headers=headers)
            assert answer.status_code == 200, answer.text
            yield Shop(admin, broker, workspace, client)


async def events_of(shop: Shop, customer_id: str) -> list[Any]:
    partition = partition_of(customer_id.encode(), CUSTOMER_PARTITIONS)
    reader = shop.broker.reader()
    try:
        end = (await reader.log_range(TopicPartition(CUSTOMERS.name, partition))).end
        records = [
            record
            async for batch in reader.read_range(CUSTOMERS.name, partition, 0, end)
            for record in batch
            if record.key == customer_id.encode()
        ]
    finally:
        await reader.stop()
    return [from_record(record, CUSTOMERS)[0] for record in records]


async def test_a_customer_is_found_by_every_contact_point_in_any_spelling(shop: Shop) -> None:
    points = [{"kind": "phone", "value": "138 0013 8000"}, {"kind": "email", "value": "Li@Example.COM"}]
    put = await shop.put("card:6001", name="李雷", tier="vip", card_type="senior", owner="ana", contact_points=points)
    assert put.status_code == 200, put.text
    for key in ("card:6001", "card:60 01", "phone:+8613800138000", "phone:13800138000", "email:li@example.com"):
        found = (await shop.get(key)).json()
        assert (found["customer_id"], found["name"], found["tier"]) == (put.json()["customer_id"], "李雷", "vip")


async def test_events_follow_in_order_and_only_for_what_changed(shop: Shop) -> None:
    first = (await shop.put("card:6001", tier="vip")).json()
    await shop.put("card:6001", tier="vip")
    await shop.put("card:6001", tier=None, do_not_contact=True, contact_points=[{"kind": "email", "value": "a@b.cn"}])
    customer_id = first["customer_id"]

    async def all_there() -> list[Any]:
        found = await events_of(shop, customer_id)
        return found if len(found) >= 5 else []

    events: list[Any] = await eventually(all_there, within_s=60, what="five events")
    assert [type(event) for event in events] == [
        CustomerCreated,
        IdentityLinked,
        CustomerChanged,
        IdentityLinked,
        CustomerChanged,
    ]
    assert (events[2].tier, events[4].tier, events[4].do_not_contact) == ("vip", None, True)
    assert await shop.admin.pool.fetchval("SELECT count(*) FROM event_outbox") == 0


async def test_a_contact_point_of_another_customer_is_refused_and_nothing_changes(shop: Shop) -> None:
    await shop.put("card:6001", name="Li")
    await shop.put("card:6002", name="Han")
    taken = await shop.put("card:6002", name="Changed", contact_points=[{"kind": "card", "value": "6001"}])
    assert taken.status_code == 409
    assert (await shop.get("card:6002")).json()["name"] == "Han"


async def test_relations_name_customers_who_exist(shop: Shop) -> None:
    child = (await shop.put("card:6001", name="Child")).json()
    relation = {"kind": "buys_for", "key": "card:6001"}
    parent = (await shop.put("card:6002", name="Parent", relations=[relation])).json()
    assert parent["relations"] == [{"kind": "buys_for", "customer_id": child["customer_id"]}]
    missing = await shop.put("card:6003", relations=[{"kind": "buys_for", "key": "card:9999"}])
    assert (missing.status_code, missing.json()["errors"][0]["path"]) == (409, "relations[0].key")
    assert (await shop.get("card:6003")).status_code == 404


async def test_what_is_wrong_is_named_at_once(shop: Shop) -> None:
    answer = await shop.put("phone:12", tier="gold", card_type="x", contact_points=[{"kind": "email", "value": "no"}])
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == ["key", "contact_points[0]", "tier", "card_type"]
    assert (await shop.get("nonsense")).status_code == 422
    assert (await shop.put("card:6001", colour="red")).status_code == 422


async def test_agents_read_customers_and_do_not_write_them(shop: Shop) -> None:
    await shop.put("card:6001", name="Li")
    token = await shop.admin.a_user(shop.workspace, "ana", Role.AGENT, agent_id="ana")
    async with shop.admin.client(token) as client:
        assert (await client.get(shop.url("card:6001"))).status_code == 200
        assert (await client.put(shop.url("card:6001"), json={})).status_code == 403


async def test_an_agent_is_shown_no_contact_point_but_the_one_that_was_asked_by(shop: Shop) -> None:
    await shop.put("card:6001", contact_points=[{"kind": "phone", "value": "13800138000"}])
    everything = [{"kind": "card", "value": "6001"}, {"kind": "phone", "value": "+8613800138000"}]
    for role, seen in ((Role.AGENT, everything[:1]), (Role.SUPERVISOR, everything)):
        agent_id = "ana" if role is Role.AGENT else None
        token = await shop.admin.a_user(shop.workspace, f"a_{role}", role, agent_id=agent_id)
        async with shop.admin.client(token) as client:
            assert (await client.get(shop.url("card:6001"))).json()["contact_points"] == seen


async def test_a_document_without_an_agent_says_how_many_customers_name_him(shop: Shop) -> None:
    await shop.put("card:6001", owner="ana", preferred_agent="ana")
    await shop.put("card:6002", preferred_agent="ana")
    url = f"/v1/workspaces/{shop.workspace}"
    headers = {"content-type": "application/yaml", "if-match": '"1"'}
    shown = await shop.client.put(url, params={"dry_run": "true"}, content="agents: {bo: {}}", headers=headers)
    assert shown.json()["left_behind"] == [{"agent_id": "ana", "owned": 1, "preferring": 2}]


async def test_a_change_is_not_written_over_by_who_has_not_read_it(shop: Shop) -> None:
    url = shop.url("card:6001")
    first = await shop.client.put(url, json={"name": "Li", "owner": "ana"})
    assert first.headers["etag"] == (await shop.get("card:6001")).headers["etag"]
    read = {"if-match": first.headers["etag"]}
    changed = await shop.client.put(url, json={"name": "Li"}, headers=read)
    assert changed.status_code == 200
    stale = await shop.client.put(url, json={"name": "Li Lei", "owner": "ana"}, headers=read)
    assert (stale.status_code, stale.json()["current_version"]) == (412, changed.json()["version"])
    assert (await shop.get("card:6001")).json() == changed.json()
    repeated = await shop.client.put(url, json={"name": "Li"}, headers=read)
    assert (repeated.status_code, repeated.json()) == (200, changed.json())
    assert (await shop.client.put(shop.url("card:6002"), json={}, headers=read)).status_code == 412
    assert (await shop.get("card:6002")).status_code == 404
    assert (await shop.client.put(url, json={}, headers={"if-match": "1"})).status_code == 422


async def test_many_who_write_the_same_customer_at_once_make_one(shop: Shop) -> None:
    answers = await asyncio.gather(*(shop.put("card:7001", name=f"Li {number}") for number in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["customer_id"] for answer in answers}) == 1
    count = await shop.admin.pool.fetchval("SELECT count(*) FROM customers WHERE workspace = $1", shop.workspace)
    assert count == 1


async def test_a_live_merge_is_followed(shop: Shop) -> None:
    survivor = (await shop.put("card:6001", name="Li")).json()["customer_id"]
    merged = (await shop.put("card:6002", name="Li too")).json()["customer_id"]
    await shop.admin.pool.execute(
        "INSERT INTO merges (merge_id, workspace, customer_id, merged_id, at_ms, by) VALUES ($1, $2, $3, $4, 1, 'x')",
        random_id("mg"),
        shop.workspace,
        survivor,
        merged,
    )
    assert (await shop.get("card:6002")).json()["customer_id"] == survivor


async def test_the_audit_names_the_customer_by_id_only(shop: Shop) -> None:
    customer_id = (await shop.put("phone:13800138000", name="Li")).json()["customer_id"]
    rows = await shop.admin.pool.fetch(
        "SELECT actor, subject, detail::text AS detail FROM audit WHERE workspace = $1 AND action = 'customer.put'",
        shop.workspace,
    )
    assert [(row["actor"], row["subject"], row["detail"]) for row in rows] == [("root", customer_id, "{}")]


async def test_before_its_first_document_a_workspace_has_no_customers(shop: Shop) -> None:
    other = random_id("ws")
    token = await shop.admin.a_user(other, "root", Role.ADMINISTRATOR)
    async with shop.admin.client(token) as client:
        assert (await client.put(f"/v1/workspaces/{other}/customers/card:6001", json={})).status_code == 404


async def test_contact_points_of_two_customers_in_one_record_are_refused(shop: Shop) -> None:
    for card in ("6001", "6002"):
        await shop.put(f"card:{card}", name=card)
    points = [{"kind": "card", "value": "6001"}, {"kind": "card", "value": "6002"}]
    record = msgspec.convert({"contact_points": points}, CustomerRecord)
    checked, _ = check_record("card:6003", record, KnownWords(), "CN")
    with pytest.raises(NotStored):
        await shop.admin.services.customers.put(shop.workspace, checked, "test")
