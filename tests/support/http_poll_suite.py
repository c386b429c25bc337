"""What polling for decisions promises, whatever the broker: run against the one in memory and against Kafka.

A subclass gives the fixture `broker`. Workspaces are new for each test, so tests may share a broker.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator

import httpx
import pytest

from producers.http.polling import PollPolicy
from producers.http.tail import TailPolicy
from runtime.broker import Broker
from schemas import ids
from schemas.messages import Author
from schemas.topics import MESSAGES
from tests.support.http_builders import accepted, an_agent_changed, an_interaction, decide, pages, poll, queued, write
from tests.support.http_service import Service, http_service
from tests.support.waiting import eventually


class HttpPollSuite:
    """See the module."""

    @pytest.fixture
    async def service(self, broker: Broker) -> AsyncIterator[Service]:
        async with http_service(broker, workspace=f"w_{secrets.token_hex(6)}") as service:
            yield service

    @pytest.fixture
    async def client(self, service: Service) -> AsyncIterator[httpx.AsyncClient]:
        async with service.client() as client:
            yield client

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
        page = await asyncio.wait_for(waiting, 60)
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
            answers = await asyncio.wait_for(asyncio.gather(*many_polls), 60)
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
        await eventually(lambda: service.polling.under_way == 1)
        await service.tail.stop()
        assert (await asyncio.wait_for(waiting, 40))["events"] == []
