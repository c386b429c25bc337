"""Customers over HTTP on a real PostgreSQL: found, read through merges, masked by role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from consumers.query.customers import BY_NAME, MERGES
from schemas.vocabulary import Role
from tests.support.decided import Floor
from tests.support.query_service import QueryService, query_service

PHONE = "phone:+8613800138000"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[QueryService]:
    async with query_service(database_url) as service:
        yield service


async def found(desk: QueryService, **query: Any) -> list[str]:
    async with desk.client(Role.SUPERVISOR) as client:
        answer = await client.get(desk.url("/customers"), params=query)
    assert answer.status_code == 200, answer.text
    return [one["customer_id"] for one in answer.json()["customers"]]


async def test_a_name_is_found_by_any_part_in_any_width_and_case(desk: QueryService) -> None:
    await desk.customer("c_1", "李雷")
    await desk.customer("c_2", "Ｌi Ｌei")
    await desk.customer("c_3", "Han Meimei")
    await desk.customer("c_4", "李小雷")
    await desk.customer("c_5")
    assert await found(desk, name="李雷") == ["c_1"]
    assert set(await found(desk, name="雷")) == {"c_1", "c_4"}
    assert await found(desk, name="李 雷") == ["c_1"]
    assert await found(desk, name="LEI") == ["c_2"]
    assert await found(desk, name="ｌｅｉ ｌｉ") == ["c_2"]
    assert await found(desk, name="eimei") == ["c_3"]
    assert await found(desk, name="meilei") == []
    assert await found(desk, name="李", limit=1) == ["c_4"]


async def test_better_matches_come_first_and_more_is_said(desk: QueryService) -> None:
    for number, name in enumerate(["Anna Lee", "Lee", "Leeds", "Lee Ann"]):
        await desk.customer(f"c_{number}", name)
    async with desk.client(Role.AGENT, agent_id="ana") as client:
        answer = (await client.get(desk.url("/customers"), params={"name": "lee", "limit": 3})).json()
    assert [one["name"] for one in answer["customers"]] == ["Lee", "Lee Ann", "Leeds"]
    assert answer["more"] is True


async def test_too_little_to_search_by_is_said(desk: QueryService) -> None:
    async with desk.client(Role.SUPERVISOR) as client:
        for query in ({"name": "x"}, {"name": "·"}, {"name": "a b"}, {}, {"name": "Li", "phone": "1"}, {"phone": "12"}):
            answer = await client.get(desk.url("/customers"), params=query)
            assert (answer.status_code, answer.json()["type"]) == (422, "/docs#invalid"), query


async def test_a_customer_is_found_by_every_contact_point_in_any_spelling(desk: QueryService) -> None:
    await desk.customer("c_1", "李雷", PHONE, "email:li@example.com", "card:6001", "loyalty:77")
    for query in (
        {"phone": "138 0013 8000"},
        {"email": "LI@Example.com"},
        {"card": "60-01"},
        {"contact_point": "loyalty:77"},
        {"contact_point": "tel:1"},
    ):
        expected = [] if query == {"contact_point": "tel:1"} else ["c_1"]
        assert await found(desk, **query) == expected, query


async def test_merged_customers_are_read_as_one_and_say_how_it_came(desk: QueryService) -> None:
    await desk.customer("c_a", "Li", "card:6001", tier="vip")
    await desk.customer("c_b", None, PHONE)
    await desk.customer("c_c", "李雷", "email:li@example.com", language="zh-CN")
    first = await desk.merged("c_a", "c_b", 10)
    await desk.merged("c_b", "c_c", 20)
    await desk.interaction("i_1", "c_a")
    await desk.interaction("i_2", "c_c")
    async with desk.client(Role.ADMINISTRATOR) as client:
        read = (await client.get(desk.url("/customers/c_a"))).json()
        assert (read["customer_id"], read["asked_id"], read["name"], read["tier"]) == ("c_c", "c_a", "李雷", "vip")
        assert [point["kind"] for point in read["contact_points"]] == ["email", "phone", "card"]
        assert [(step["merged_id"], step["customer_id"]) for step in read["merged_into"]] == [("c_a", "c_b")]
        assert {step["merged_id"] for step in read["merged"]} == {"c_a", "c_b"}
        assert read["interactions"] == 2
        assert await found(desk, card="6001") == ["c_c"]
        assert await found(desk, name="li") == ["c_c"]
        await desk.pool.execute("UPDATE merges SET undone_ms = 30, undone_by = 'sue' WHERE merge_id = $1", first)
        again = (await client.get(desk.url("/customers/c_a"))).json()
    assert (again["customer_id"], again["name"], again["interactions"]) == ("c_a", "Li", 1)
    assert [step["undone_by"] for step in again["merged_into"]] == ["sue"]


async def test_contact_points_are_masked_by_role(desk: QueryService) -> None:
    await desk.customer("c_1", "李雷", PHONE, "email:li@example.com", "card:60012345", "session:abc")
    shown: dict[Role, list[str]] = {}
    for role in (Role.AGENT, Role.ANALYST, Role.SUPERVISOR, Role.ADMINISTRATOR):
        async with desk.client(role, agent_id="ana") as client:
            read = (await client.get(desk.url("/customers/c_1"))).json()
        shown[role] = [point["value"] for point in read["contact_points"]]
    hidden = ["***8000", "l***@example.com", "***2345", "***"]
    whole = ["+8613800138000", "li@example.com", "60012345", "abc"]
    assert shown == {Role.AGENT: hidden, Role.ANALYST: hidden, Role.SUPERVISOR: whole, Role.ADMINISTRATOR: whole}


async def test_an_agent_sees_the_contact_points_of_whom_they_have_in_hand(desk: QueryService) -> None:
    await desk.customer("c_old", "李雷", PHONE)
    await desk.customer("c_1", "李雷", "card:6001")
    await desk.merged("c_old", "c_1")
    await desk.customer("c_2", "Han", "card:6002")
    floor = Floor(desk.workspace)
    floor.opened("ana", "bo")
    floor.arrives("i_1", customer_id="c_old")
    floor.offered("i_1", "ana")
    await desk.decided(floor.said)

    async def masked(agent_id: str, customer_id: str) -> set[bool]:
        async with desk.client(Role.AGENT, agent_id=agent_id) as client:
            read = (await client.get(desk.url(f"/customers/{customer_id}"))).json()
        return {point["masked"] for point in read["contact_points"]}

    assert await masked("ana", "c_1") == {False}
    assert await masked("ana", "c_2") == {True}
    assert await masked("bo", "c_1") == {True}
    begin = len(floor.said)
    floor.accepted("i_1")
    await desk.decided(floor.said[begin:])
    assert await masked("ana", "c_old") == {False}
    begin = len(floor.said)
    floor.arrives("i_2")
    floor.offered("i_2", "bo")
    await desk.interaction("i_2", "c_2")
    await desk.decided(floor.said[begin:])
    assert await masked("bo", "c_2") == {False}


async def test_roles_and_workspaces_are_respected(desk: QueryService) -> None:
    await desk.customer("c_1", "Li", PHONE)
    url = desk.url("/customers/c_1")
    async with desk.client(Role.ADMINISTRATOR, workspace="another") as client:
        assert (await client.get(url)).status_code == 404
    async with desk.client(Role.ADAPTER) as client:
        assert (await client.get(url)).status_code == 403
    async with desk.client(Role.ANALYST) as client:
        assert (await client.get(desk.url("/customers"), params={"phone": "13800138000"})).status_code == 403
        assert (await client.get(desk.url("/customers"), params={"name": "Li"})).status_code == 200
        client.headers["authorization"] = "Bearer hk_x_y"
        assert (await client.get(url)).status_code == 401
    async with desk.client(Role.SUPERVISOR) as client:
        assert (await client.get(desk.url("/customers/c_nobody"))).status_code == 404
        assert (await client.get(desk.url("/customers/%00"))).status_code == 404
        assert (await client.post(url)).status_code == 405


async def test_a_customer_s_merges_are_found_without_reading_everybody_s(desk: QueryService) -> None:
    for side in "cd":
        await desk.pool.execute(
            "INSERT INTO customers (workspace, customer_id, created_ms, changed_ms)"
            " SELECT $1, $2 || n, 1, 1 FROM generate_series(1, 3000) AS n",
            desk.workspace,
            side,
        )
    await desk.pool.execute(
        "INSERT INTO merges (workspace, merge_id, customer_id, merged_id, at_ms, by)"
        " SELECT $1, $1 || n, 'c' || n, 'd' || n, 1, 'test' FROM generate_series(1, 3000) AS n",
        desk.workspace,
    )
    await desk.pool.execute("ANALYZE merges")
    plan = await desk.pool.fetch(f"EXPLAIN {MERGES}", desk.workspace, "d7", "c7")
    assert not any("Seq Scan on merges" in row[0] for row in plan), [row[0] for row in plan]
    assert [row["merge_id"] for row in await desk.pool.fetch(MERGES, desk.workspace, "d7", "c7")] == [
        f"{desk.workspace}7"
    ]


async def test_the_search_can_use_its_index(desk: QueryService) -> None:
    await desk.pool.execute(
        "INSERT INTO customers (workspace, customer_id, name, created_ms, changed_ms)"
        " SELECT $1, 'c_' || n, chr(19968 + n) || chr(20000 + n % 97), 1, 1 FROM generate_series(1, 2000) AS n",
        desk.workspace,
    )
    await desk.pool.execute("ANALYZE customers")
    async with desk.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        await connection.execute("SET LOCAL enable_indexscan = off")
        plan = await connection.fetch(f"EXPLAIN {BY_NAME}", desk.workspace, "李雷", 50)
    assert any("customers_by_name_tokens" in row[0] for row in plan), [row[0] for row in plan]
