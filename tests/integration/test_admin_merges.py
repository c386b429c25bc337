"""Merges over HTTP on a real PostgreSQL: previewed, made, followed, undone in any order, refused in words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from producers.admin.event_outbox import EventOutbox
from runtime.clock import SystemClock
from runtime.ids import random_id
from runtime.memory import MemoryBroker
from runtime.merged_customers import survivor_of
from runtime.records import TopicPartition
from schemas import codec
from schemas.customers import CustomersMerged, CustomersUnmerged
from schemas.topics import CUSTOMERS, TOPICS
from schemas.vocabulary import Role
from tests.support.admin_service import AdminService, admin_service


class Office(msgspec.Struct, frozen=True):
    """A workspace, its supervisor, and the rows that a test puts there."""

    admin: AdminService
    broker: MemoryBroker
    workspace: str
    client: httpx.AsyncClient

    async def customer(self, customer_id: str, *points: str, **fields: Any) -> str:
        given = {"name": None, "tier": None, "language": None, "do_not_contact": False, **fields}
        await self.admin.pool.execute(
            "INSERT INTO customers (workspace, customer_id, name, tier, language, do_not_contact, created_ms, changed_ms)"
            " VALUES ($1, $2, $3, $4, $5, $6, 1, 1)",
            self.workspace,
            customer_id,
            *given.values(),
        )
        for point in points:
            kind, _, value = point.partition(":")
            await self.admin.pool.execute(
                "INSERT INTO identities (workspace, kind, value, customer_id, linked_ms) VALUES ($1, $2, $3, $4, 1)",
                self.workspace,
                kind,
                value,
                customer_id,
            )
        return customer_id

    async def merge(self, survivor: str, merged: str, **more: Any) -> httpx.Response:
        return await self.client.post(self.url(f"/customers/{survivor}/merge"), json={"merged_id": merged, **more})

    async def undo(self, merge_id: str, **more: Any) -> httpx.Response:
        return await self.client.post(self.url(f"/merges/{merge_id}/undo"), json=more)

    async def read_as(self, customer_id: str) -> str:
        found: str = await self.admin.pool.fetchval("SELECT survivor_of($1, $2)", self.workspace, customer_id)
        return found

    def url(self, rest: str) -> str:
        return f"/v1/workspaces/{self.workspace}{rest}"


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    broker = MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock())
    workspace = random_id("ws")
    async with admin_service(broker, database_url) as admin:
        token = await admin.a_user(workspace, "sue", Role.SUPERVISOR)
        async with admin.client(token) as client:
            yield Office(admin, broker, workspace, client)


async def test_a_preview_says_what_would_be_read_and_does_nothing(office: Office) -> None:
    await office.customer("c_1", "card:6001", name="李雷", language="zh-CN")
    await office.customer("c_2", "phone:+8613800138000", name="Li Lei", tier="vip", do_not_contact=True)
    answer = await office.merge("c_1", "c_2", preview=True)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    said = {one["name"]: (one["value"], one["side"], one["conflict"]) for one in found["attributes"]}
    assert said["name"] == ("李雷", "survivor", True)
    assert said["tier"] == ("vip", "merged", False)
    assert said["owner"] == (None, None, False)
    assert (found["conflicts"], found["do_not_contact"]) == (["name"], True)
    assert [(one["contact_point"]["kind"], one["side"]) for one in found["contact_points"]] == [
        ("card", "survivor"),
        ("phone", "merged"),
    ]
    assert await office.read_as("c_2") == "c_2"


async def test_a_merge_is_followed_wherever_its_customers_are_read(office: Office) -> None:
    await office.customer("c_1", "card:6001", name="李雷")
    await office.customer("c_2", "phone:+8613800138000", tier="vip")
    made = await office.merge("c_1", "c_2", reason="same card in the shop")
    assert made.status_code == 201, made.text
    merge = made.json()
    assert (merge["customer_id"], merge["merged_id"], merge["by"]) == ("c_1", "c_2", "sue")
    found = (await office.client.get(office.url("/customers/phone:+8613800138000"))).json()
    assert (found["customer_id"], found["name"], found["tier"]) == ("c_1", "李雷", "vip")
    assert [point["kind"] for point in found["contact_points"]] == ["card", "phone"]
    again = await office.merge("c_1", "c_2")
    assert (again.status_code, again.json()["merge_id"]) == (200, merge["merge_id"])
    undone = await office.undo(merge["merge_id"], reason="they are sisters")
    assert (undone.status_code, undone.json()["undone_reason"]) == (200, "they are sisters")
    assert (await office.undo(merge["merge_id"])).json() == undone.json()
    alone = (await office.client.get(office.url("/customers/card:6001"))).json()
    assert (alone["tier"], [point["kind"] for point in alone["contact_points"]]) == (None, ["card"])
    history = (await office.client.get(office.url("/merges"), params={"customer": "c_2"})).json()
    assert [(one["reason"], one["undone_by"]) for one in history] == [("same card in the shop", "sue")]


async def test_chains_are_followed_and_undone_in_any_order(office: Office) -> None:
    for name in "abcd":
        await office.customer(f"c_{name}", name=name)
    live: dict[str, str] = {}
    merges: dict[str, str] = {}
    steps = ["a>b", "b>c", "-a", "d>c", "a>c", "-b", "-d", "b>d", "-a"]
    for step in steps:
        if step.startswith("-"):
            merged = f"c_{step[1:]}"
            assert (await office.undo(merges[merged])).status_code == 200
            del live[merged]
        else:
            merged, survivor = (f"c_{part}" for part in step.split(">"))
            made = await office.merge(survivor, merged)
            assert made.status_code == 201, made.text
            merges[merged] = made.json()["merge_id"]
            live[merged] = survivor
        for name in "abcd":
            assert await office.read_as(f"c_{name}") == survivor_of(live, f"c_{name}"), step


async def test_what_cannot_be_merged_is_refused_with_the_reason(office: Office) -> None:
    for name in "abc":
        await office.customer(f"c_{name}")
    await office.merge("c_a", "c_b")
    expected = {
        ("c_a", "c_a"): (409, "same-customer"),
        ("c_a", "c_unknown"): (404, "not-found"),
        ("c_unknown", "c_a"): (404, "not-found"),
        ("c_b", "c_a"): (409, "merge-cycle"),
        ("c_c", "c_b"): (409, "already-merged"),
        ("c_b", "c_c"): (409, "already-merged"),
    }
    for (survivor, merged), (status, name) in expected.items():
        for preview in (True, False):
            answer = await office.merge(survivor, merged, preview=preview)
            assert (answer.status_code, answer.json()["type"]) == (status, f"/problems#{name}"), (survivor, merged)
    assert (await office.undo("m_unknown")).status_code == 404
    assert (await office.client.get(office.url("/merges/m_unknown"))).status_code == 404
    assert (await office.merge("c_a", "no such id!")).status_code == 422


async def test_of_merges_asked_for_at_once_none_form_a_ring(office: Office) -> None:
    names = [f"c_{number}" for number in range(6)]
    for name in names:
        await office.customer(name)
    ring = zip(names, [*names[1:], names[0]], strict=True)
    answers = await asyncio.gather(*(office.merge(survivor, merged) for survivor, merged in ring))
    assert {answer.status_code for answer in answers} == {201, 409}
    survivors = {await office.read_as(name) for name in names}
    assert survivors <= set(names)


async def test_events_of_merging_and_undoing_reach_the_log_in_order_and_once(office: Office) -> None:
    await office.customer("c_ev1")
    await office.customer("c_ev2")
    merge_id = (await office.merge("c_ev1", "c_ev2")).json()["merge_id"]
    await office.merge("c_ev1", "c_ev2")
    await office.undo(merge_id)
    await office.undo(merge_id)
    producer = office.broker.producer()
    await producer.start()
    await EventOutbox(office.admin.pool, producer).deliver()
    found: list[Any] = []
    reader = office.broker.reader()
    for partition in range(CUSTOMERS.partitions):
        end = (await reader.log_range(TopicPartition(CUSTOMERS.name, partition))).end
        async for batch in reader.read_range(CUSTOMERS.name, partition, 0, end):
            found.extend(codec.decode(CUSTOMERS, record.value or b"") for record in batch if record.key == b"c_ev1")
    told = {(type(event), event.merge_id, event.by) for event in found if hasattr(event, "merge_id")}
    assert told == {(CustomersMerged, merge_id, "sue"), (CustomersUnmerged, merge_id, "sue")}
    assert isinstance(found[0], CustomersMerged)


async def test_agents_look_at_merges_and_do_not_make_them(office: Office) -> None:
    await office.customer("c_1")
    await office.customer("c_2")
    token = await office.admin.a_user(office.workspace, "ana", Role.AGENT, agent_id="ana")
    async with office.admin.client(token) as client:
        body = {"merged_id": "c_2"}
        assert (await client.post(office.url("/customers/c_1/merge"), json=body)).status_code == 403
        assert (await client.get(office.url("/merges"))).status_code == 200
        assert (await client.get(office.url("/merge-suggestions"))).status_code == 403


async def test_suggestions_are_listed_until_merged_dismissed_or_undone(office: Office) -> None:
    for name in "abc":
        await office.customer(f"c_{name}", name=name)
    for other in ("c_b", "c_c"):
        await office.admin.pool.execute(
            "INSERT INTO merge_suggestions (workspace, customer_id, other_id, interaction_id, at_ms)"
            " VALUES ($1, 'c_a', $2, 'i_1', 1)",
            office.workspace,
            other,
        )

    async def listed() -> set[str]:
        found = (await office.client.get(office.url("/merge-suggestions"))).json()
        return {one["other_id"] for one in found}

    assert await listed() == {"c_b", "c_c"}
    body = {"customer_id": "c_c", "other_id": "c_a"}
    for _ in range(2):
        assert (await office.client.post(office.url("/merge-suggestions/dismiss"), json=body)).status_code == 204
    assert await listed() == {"c_b"}
    merge_id = (await office.merge("c_a", "c_b")).json()["merge_id"]
    assert await listed() == set()
    await office.undo(merge_id)
    assert await listed() == set()
    strangers = {"customer_id": "c_b", "other_id": "c_c"}
    assert (await office.client.post(office.url("/merge-suggestions/dismiss"), json=strangers)).status_code == 404


async def test_the_same_name_and_one_trait_more_is_a_suggestion_once(office: Office) -> None:
    await office.customer("c_1", "phone:+8613800138000", name="李雷")
    await office.customer("c_2", "phone:+85213800138000", name="李 雷")
    await office.customer("c_3", "email:han@example.com", name="Han Meimei")
    await office.customer("c_4", "email:han@example.cn", name="ＨＡＮ meimei")
    await office.customer("c_5", "email:other@example.cn", name="Han Meimei")
    look = office.url("/merge-suggestions/look")
    found = (await office.client.post(look)).json()
    listed = (await office.client.get(office.url("/merge-suggestions"))).json()
    assert {(one["customer_id"], one["other_id"], one["cause"]) for one in listed} == {
        ("c_1", "c_2", "name"),
        ("c_3", "c_4", "name"),
    }
    assert found == {"found": 2}
    assert (await office.client.post(look)).json() == {"found": 0}


async def test_the_audit_names_ids_and_no_reason(office: Office) -> None:
    await office.customer("c_1")
    await office.customer("c_2")
    merge_id = (await office.merge("c_1", "c_2", reason="Li said so")).json()["merge_id"]
    rows = await office.admin.pool.fetch(
        "SELECT actor, subject, detail::text AS detail FROM audit WHERE workspace = $1 AND action LIKE 'customers.%'",
        office.workspace,
    )
    assert [(row["actor"], row["subject"]) for row in rows] == [("sue", "c_1")]
    assert merge_id in rows[0]["detail"]
    assert "Li said so" not in rows[0]["detail"]
