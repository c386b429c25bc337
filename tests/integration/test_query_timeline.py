"""Timelines, interactions, transcripts, explanations and live parts over HTTP, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from runtime.events import to_output
from runtime.partitioner import partition_of
from schemas.ids import interaction_id
from schemas.messages import Attachment, Author, MessagePosted
from schemas.metrics import Counts, Dimension, LiveGroup, MetricsMeasured, Now
from schemas.metrics_derived import derive
from schemas.topics import MESSAGES, METRICS_LIVE
from schemas.vocabulary import Role
from tests.support.decided import Floor
from tests.support.query_service import QueryService, query_service
from tests.support.waiting import eventually

DAY_MS = 86_400_000
NOON_MS = 1_793_606_400_000


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[QueryService]:
    async with query_service(database_url) as service:
        # Its broker is new and the database is not: of this broker's messages none is written yet.
        await service.pool.execute("DELETE FROM message_marks")
        yield service


async def get(client: httpx.AsyncClient, url: str, **query: Any) -> Any:
    answer = await client.get(url, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids_in(page: Any) -> list[str]:
    return [entry["entry_id"] for entry in page["entries"]]


async def test_a_timeline_is_paged_in_both_directions_without_loss_or_repetition(desk: QueryService) -> None:
    await desk.customer("c_1")
    for number in range(7):
        await desk.entry(f"e_{number}", "contact.arrived", 100 + number // 3, number, customer_id="c_1")
    url = desk.url("/customers/c_1/timeline")
    async with desk.client(Role.AGENT, agent_id="ana") as client:
        first = await get(client, url, limit=3)
        assert ids_in(first) == ["e_6", "e_5", "e_4"]
        second = await get(client, url, limit=3, cursor=first["older"])
        assert ids_in(second) == ["e_3", "e_2", "e_1"]
        last = await get(client, url, limit=3, cursor=second["older"])
        assert (ids_in(last), last["older"]) == (["e_0"], None)
        back = await get(client, url, limit=3, cursor=last["newer"])
        assert ids_in(back) == ["e_3", "e_2", "e_1"]
        top = await get(client, url, limit=9, cursor=first["newer"])
        assert (ids_in(top), top["newer"]) == ([], first["newer"])
        await desk.entry("e_7", "contact.ended", 200, customer_id="c_1")
        fresh = await get(client, url, limit=9, cursor=top["newer"])
        assert ids_in(fresh) == ["e_7"]
        assert ids_in(await get(client, url, limit=3, cursor=first["older"])) == ids_in(second)


async def test_filters_hold_and_a_cursor_belongs_to_its_filters(desk: QueryService) -> None:
    await desk.customer("c_1")
    for number, (kind, channel) in enumerate(
        [("contact.arrived", "phone"), ("offer.made", "phone"), ("contact.arrived", "email"), ("contact.ended", None)]
    ):
        await desk.entry(f"e_{number}", kind, 100 + number, customer_id="c_1", channel=channel)
    url = desk.url("/customers/c_1/timeline")
    async with desk.client(Role.ANALYST) as client:
        assert ids_in(await get(client, url, channel="phone")) == ["e_1", "e_0"]
        assert ids_in(await get(client, url, kind="contact.arrived, contact.ended")) == ["e_3", "e_2", "e_0"]
        assert ids_in(await get(client, url, from_ms=101, to_ms=103)) == ["e_2", "e_1"]
        page = await get(client, url, channel="phone", limit=1)
        refused = await client.get(url, params={"cursor": page["older"]})
        assert refused.status_code == 422
        for query in ({"kind": "nonsense"}, {"from_ms": 5, "to_ms": 4}, {"cursor": "x"}, {"limit": 0}, {"chanel": "x"}):
            assert (await client.get(url, params=query)).status_code == 422, query


async def test_a_timeline_has_all_who_are_merged_and_what_was_unnamed_then(desk: QueryService) -> None:
    for name in ("c_1", "c_2", "c_3"):
        await desk.customer(name)
    await desk.interaction("i_2", "c_2")
    await desk.entry("e_1", "contact.arrived", 1, customer_id="c_1")
    await desk.entry("e_2", "contact.arrived", 2, customer_id="c_2", interaction_id="i_2")
    await desk.entry("e_3", "message.posted", 3, interaction_id="i_2")
    await desk.entry("e_4", "contact.arrived", 4, customer_id="c_3")
    await desk.entry("m_1", "customers.merged", 5, customer_id="c_1", other_customer_id="c_2")
    await desk.entry("m_1/1", "customers.merged", 5, customer_id="c_2", other_customer_id="c_1")
    merge_id = await desk.merged("c_2", "c_1")
    async with desk.client(Role.SUPERVISOR) as client:
        for asked in ("c_1", "c_2"):
            page = await get(client, desk.url(f"/customers/{asked}/timeline"))
            assert (page["customer_id"], ids_in(page)) == ("c_1", ["m_1", "e_3", "e_2", "e_1"])
        await desk.pool.execute("UPDATE merges SET undone_ms = 9, undone_by = 'sue' WHERE merge_id = $1", merge_id)
        assert ids_in(await get(client, desk.url("/customers/c_1/timeline"))) == ["m_1", "e_1"]
        assert ids_in(await get(client, desk.url("/customers/c_2/timeline"))) == ["m_1/1", "e_3", "e_2"]
        assert (await client.get(desk.url("/customers/c_9/timeline"))).status_code == 404


async def test_an_interaction_is_shown_as_it_stands_and_as_it_ended(desk: QueryService) -> None:
    await desk.customer("c_1", "李雷")
    points = (
        '[{"kind": "phone", "value": "+8613800138000"}, {"kind": "email", "value": "x", "error": "not_an_address"}]'
    )
    await desk.interaction(
        "i_1", "c_1", contact_points=points, subject="late book", attributes='{"page": "/cart"}', received_ms=77
    )
    floor = Floor(desk.workspace)
    floor.opened("ana")
    floor.arrives("i_1", customer_id="c_1")
    await desk.decided(floor.said)
    url = desk.url("/interactions/i_1")
    async with desk.client(Role.SUPERVISOR) as sue, desk.client(Role.ANALYST) as ann:
        read = await get(sue, url)
        assert (read["is_live"], read["state"], read["customer_name"]) == (True, "queued", "李雷")
        assert (read["subject"], read["attributes"], read["received_ms"]) == ("late book", {"page": "/cart"}, 77)
        assert [leg["queue"] for leg in read["legs"]] == ["orders"]
        assert read["as_of"]["seq"] == floor.seq
        seen = await get(ann, url)
        assert (seen["subject"], seen["attributes"]) == (None, None)
        assert [point["value"] for point in seen["contact_points"]] == ["***8000", "***"]
        begin = len(floor.said)
        floor.offered("i_1", "ana")
        floor.accepted("i_1")
        floor.ended("i_1")
        await desk.decided(floor.said[begin:])
        ended: dict[str, Any] = {"state": "completed", "reason": "agent_ended", "duration_ms": 5}
        await desk.entry("e_9", "contact.ended", 99, interaction_id="i_1", customer_id="c_1", **ended)
        after = await get(sue, url)
        assert (after["is_live"], after["state"], after["ended"]) == (False, "completed", {"at_ms": 99, **ended})
        assert (await sue.get(desk.url("/interactions/i_9"))).status_code == 404


async def test_an_explanation_has_every_offer_and_where_it_waits(desk: QueryService) -> None:
    floor = Floor(desk.workspace)
    floor.opened("ana")
    floor.arrives("i_1", requirements={"mandarin": 3})
    await desk.decided(floor.said)
    why = (
        '{"queue": "orders", "step": 0, "considered": 3, "passed_over": {"lacks_skill": 1}, "configuration_version": 2}'
    )
    for number, outcome in enumerate(["offer.rejected", "offer.missed", None]):
        offer: dict[str, Any] = {
            "interaction_id": "i_1",
            "offer_id": f"o_{number}",
            "agent_id": "ana",
            "queue": "orders",
        }
        await desk.entry(f"m_{number}", "offer.made", 10 * number, explanation=why, **offer)
        if outcome is not None:
            await desk.entry(f"s_{number}", outcome, 10 * number + 5, **offer)
    async with desk.client(Role.AGENT, agent_id="ana") as client:
        read = await get(client, desk.url("/interactions/i_1/explanation"))
        assert [(it["offer_id"], it["outcome"]) for it in read["offers"]] == [
            ("o_0", "offer.rejected"),
            ("o_1", "offer.missed"),
            ("o_2", None),
        ]
        assert read["offers"][0]["explanation"]["passed_over"] == {"lacks_skill": 1}
        [waiting] = read["waiting"]
        assert (waiting["queue"]["queue"], waiting["queue"]["waiting"]) == ("orders", 1)
        assert waiting["requirements"] == {"mandarin": 3}
        assert (await client.get(desk.url("/interactions/i_9/explanation"))).status_code == 404


async def test_a_transcript_says_up_to_where_it_is_complete(desk: QueryService) -> None:
    name = interaction_id(desk.workspace, "web", "chat-1")
    await desk.interaction(name)
    partition = partition_of(name.encode(), MESSAGES.partitions)
    messages = [
        MessagePosted(
            workspace=desk.workspace,
            interaction_id=name,
            message_id=f"m_{number}",
            author=Author.CUSTOMER,
            sent_at_ms=number,
            text=f"您好 {number}",
        )
        for number in range(3)
    ]
    for message in messages:
        key = message.interaction_id
        desk.broker.append(to_output(message, MESSAGES, key=key, event_id=message.message_id, source="test"), 1)
    await desk.pool.execute(
        "INSERT INTO messages (workspace, message_id, interaction_id, log_partition, number, author, media_type, text,"
        " attachments, sent_ms, logged_ms) VALUES ($1, 'm_0', $2, $3, 0, 'customer', 'text/plain', '您好 0', '[]', 0, 1)",
        desk.workspace,
        name,
        partition,
    )
    await desk.pool.execute(
        "INSERT INTO message_marks VALUES ($1, 1) ON CONFLICT (log_partition) DO UPDATE SET next_offset = 1", partition
    )
    url = desk.url(f"/interactions/{name}/transcript")
    async with desk.client(Role.AGENT, agent_id="ana") as client, desk.client(Role.ANALYST) as analyst:
        read = await get(client, url)
        assert [it["message"]["text"] for it in read["messages"]] == ["您好 0", "您好 1", "您好 2"]
        assert (read["complete_to"], read["complete"]) == (3, True)
        rest = await get(client, url, from_offset=read["complete_to"])
        assert (rest["messages"], rest["complete_to"]) == ([], 3)
        assert (await analyst.get(url)).status_code == 403
        assert (await client.get(desk.url("/interactions/i_unknown/transcript"))).status_code == 404


async def test_an_attachment_is_given_out_with_the_message_that_names_it(desk: QueryService) -> None:
    name = interaction_id(desk.workspace, "web", "chat-2")
    await desk.interaction(name)
    file = Attachment(claim=f"{desk.workspace}/c_1/a_1", name="订单.png", media_type="image/png", size_bytes=3)
    theirs = Attachment(claim="elsewhere/c_1/a_2", name="x", media_type="text/html", size_bytes=3)
    await desk.vault.put(file, b"abc")
    await desk.vault.put(theirs, b"abc")
    message = MessagePosted(
        workspace=desk.workspace,
        interaction_id=name,
        message_id="m_files",
        author=Author.CUSTOMER,
        sent_at_ms=1,
        attachments=(file, theirs),
    )
    desk.broker.append(to_output(message, MESSAGES, key=name, event_id=message.message_id, source="test"), 1)
    url = desk.url(f"/interactions/{name}/attachments")
    other = interaction_id(desk.workspace, "web", "chat-3")
    await desk.interaction(other)
    async with desk.client(Role.AGENT, agent_id="ana") as client, desk.client(Role.ANALYST) as analyst:
        found = await client.get(f"{url}/a_1")
        assert (found.status_code, found.content, found.headers["content-type"]) == (200, b"abc", "image/png")
        assert found.headers["content-disposition"].startswith("attachment;")
        assert found.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in found.headers["content-security-policy"]
        assert (await client.get(f"{url}/a_2")).status_code == 404
        assert (await client.get(f"{url}/a_3")).status_code == 404
        assert (await client.get(desk.url(f"/interactions/{other}/attachments/a_1"))).status_code == 404
        assert (await analyst.get(f"{url}/a_1")).status_code == 403


async def test_queues_and_agents_say_how_old_they_are(desk: QueryService) -> None:
    floor = Floor(desk.workspace)
    floor.opened("ana", "bo", queues=("orders", "books"))
    floor.arrives("i_1")
    await desk.decided(floor.said)
    async with desk.client(Role.SUPERVISOR) as sue, desk.client(Role.AGENT, agent_id="ana") as ana:
        queues = await get(ana, desk.url("/queues"))
        assert [(one["queue"], one["waiting"]) for one in queues["queues"]] == [("books", 0), ("orders", 1)]
        agents = await get(sue, desk.url("/agents"))
        assert [one["agent_id"] for one in agents["agents"]] == ["ana", "bo"]
        assert agents["as_of"]["seq"] == floor.seq
        assert agents["as_of"]["at_ms"] > 0
        assert (await ana.get(desk.url("/agents"))).status_code == 403


def a_count(**fields: Any) -> dict[str, Any]:
    names = [field.name for field in msgspec.structs.fields(Counts) if field.name != "status_ms"]
    return {**dict.fromkeys(names, 0), "status_ms": "{}", "epoch": 1, "seq": 9, **fields}


async def test_figures_are_added_up_by_the_workspaces_clock(desk: QueryService) -> None:
    await desk.insert("workspaces", newest_version=1, applied_version=1, created_ms=0)
    await desk.insert(
        "workspace_versions",
        version=1,
        document="{}",
        source_text="",
        source_format="yaml",
        routing='{"settings": {"time_zone": "Asia/Shanghai"}}',
        digest="",
        command_id=desk.workspace,
        state="applied",
        created_ms=0,
        created_by="root",
    )
    midnight = NOON_MS - NOON_MS % DAY_MS + 16 * 3_600_000
    for number, offered in ((-1, 4), (0, 1), (1, 2), (4, 3)):
        starts = midnight + number * 900_000
        counts = a_count(offered=offered, answered=offered, handled=offered, connected_ms=60_000 * offered)
        await desk.insert(
            "metric_intervals", dimension="queue", id="orders", starts_ms=starts, to_ms=starts + 900_000, **counts
        )
    span: dict[str, Any] = {"from_ms": midnight - 1, "to_ms": midnight + 7_200_000, "dimension": "queue"}
    url = desk.url("/metrics")
    async with desk.client(Role.ANALYST) as client:
        by: dict[str, list[tuple[int, int]]] = {}
        for unit in ("interval", "hour", "day"):
            read = await get(client, url, by=unit, **span)
            assert read["time_zone"] == "Asia/Shanghai"
            by[unit] = [((one["starts_ms"] - midnight) // 900_000, one["counts"]["offered"]) for one in read["spans"]]
            assert all(one["derived"]["aht_ms"] == 60_000 for one in read["spans"])
        assert by["interval"] == [(-1, 4), (0, 1), (1, 2), (4, 3)]
        assert by["hour"] == [(-4, 4), (0, 3), (4, 3)]
        assert by["day"] == [(-96, 4), (0, 6)]
        assert (await get(client, url, **{**span, "dimension": "agent"}))["spans"] == []
        too_long = await client.get(url, params={"from_ms": 0, "to_ms": NOON_MS})
        assert too_long.status_code == 422
    async with desk.client(Role.AGENT, agent_id="ana") as client:
        assert (await client.get(url, params=span)).status_code == 403


async def test_live_figures_come_with_their_mark(desk: QueryService) -> None:
    counts = Counts(offered=2)
    group = LiveGroup(
        dimension=Dimension.QUEUE,
        id="orders",
        now=Now(waiting=1),
        today=counts,
        today_derived=derive(counts),
        interval=counts,
        interval_derived=derive(counts),
    )
    measured = MetricsMeasured(
        workspace=desk.workspace,
        epoch=1,
        seq=5,
        at_ms=NOON_MS,
        day_starts_ms=0,
        time_zone="UTC",
        interval_starts_ms=0,
        whole=True,
        groups=(group,),
    )
    url = desk.url("/metrics/live")
    async with desk.client(Role.SUPERVISOR) as client:
        none_yet = await client.get(url)
        assert (none_yet.status_code, "retry-after" in none_yet.headers) == (503, True)
        key = desk.workspace
        desk.broker.append(to_output(measured, METRICS_LIVE, key=key, event_id="m", source="test"), NOON_MS)

        async def there() -> Any:
            answer = await client.get(url, params={"dimension": "queue", "id": "orders"})
            return answer.json() if answer.status_code == 200 else None

        read = await eventually(there, within_s=60, what="the live figures")
        assert (read["as_of"]["seq"], read["groups"][0]["now"]["waiting"]) == (5, 1)
        assert (await get(client, url, dimension="agent"))["groups"] == []


async def test_before_the_live_view_is_there_live_parts_say_when_to_ask_again(database_url: str) -> None:
    async with query_service(database_url, follows=False) as desk, desk.client(Role.SUPERVISOR) as client:
        for rest in ("/queues", "/agents", "/metrics/live"):
            answer = await client.get(desk.url(rest))
            assert (answer.status_code, answer.json()["type"]) == (503, "/docs#not-ready")
            assert int(answer.headers["retry-after"]) > 0
        await desk.customer("c_1", "Li")
        assert (await client.get(desk.url("/customers/c_1"))).status_code == 200


async def test_without_the_database_the_answer_is_503_and_live_parts_go_on() -> None:
    async with query_service("postgresql://nobody:x@127.0.0.1:9/none") as desk, desk.client(Role.SUPERVISOR) as client:
        for rest in ("/customers/c_1", "/customers?name=Li", "/interactions/i_1", "/metrics?from_ms=0&to_ms=1"):
            answer = await client.get(desk.url(rest))
            assert (answer.status_code, "retry-after" in answer.headers) == (503, True), answer.text
        assert (await client.get(desk.url("/queues"))).status_code == 200
