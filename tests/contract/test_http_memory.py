from __future__ import annotations

import asyncio
import secrets

import pytest

from producers.http.sending import SendPolicy
from runtime.clock import SystemClock
from runtime.memory import MemoryBroker
from schemas.topics import TOPICS
from tests.support.http_builders import CHAT
from tests.support.http_poll_suite import HttpPollSuite
from tests.support.http_service import http_service
from tests.support.http_suite import HttpSuite
from tests.support.waiting import eventually


def a_broker() -> MemoryBroker:
    stamped = [topic.name for topic in TOPICS if topic.log_append_time]
    return MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock(), log_append_time=stamped)


class TestHttpOnMemory(HttpSuite, HttpPollSuite):
    @pytest.fixture
    def broker(self) -> MemoryBroker:
        return a_broker()


class TestHttpWithoutItsServices:
    async def test_with_no_answer_of_the_broker_the_outcome_is_unknown_and_the_same_id_may_be_repeated(self) -> None:
        broker = a_broker()
        async with (
            http_service(broker, sends=SendPolicy(answer_timeout_ms=50, most_waiting=2)) as service,
            service.client() as client,
        ):
            broker.faults.go_away()
            answer = await client.post(service.url("interactions"), json={**CHAT, "external_id": "c1"})
            assert answer.status_code == 503
            assert answer.json()["type"] == "/docs#unknown-outcome"
            assert int(answer.headers["retry-after"]) >= 1
            assert service.sending.problem() is not None
            broker.faults.come_back()

            async def taken() -> bool:
                again = await client.post(service.url("interactions"), json={**CHAT, "external_id": "c1"})
                return again.status_code == 202

            await eventually(taken, what="the same id is taken")
            assert service.sending.problem() is None

    async def test_beyond_the_limit_of_waiting_requests_nothing_is_taken(self) -> None:
        broker = a_broker()
        async with (
            http_service(broker, sends=SendPolicy(answer_timeout_ms=20_000, most_waiting=2)) as service,
            service.client() as client,
        ):
            broker.faults.go_away()
            posts = [
                asyncio.create_task(
                    client.post(service.url("interactions"), json={**CHAT, "external_id": secrets.token_hex(4)})
                )
                for _ in range(3)
            ]
            done, waiting = await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
            [refused] = [task.result() for task in done]
            assert (refused.status_code, refused.json()["type"]) == (503, "/docs#overloaded")
            broker.faults.come_back()
            assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [202, 202]

    async def test_a_send_that_fails_for_good_ends_the_process_after_the_answer(self) -> None:
        broker = a_broker()
        async with http_service(broker) as service, service.client() as client:
            broker.faults.fail_next_send()
            answer = await client.post(service.url("interactions"), json={**CHAT, "external_id": "c1"})
            assert answer.status_code == 503
            await eventually(service.sending.failed.done)

    async def test_keys_that_cannot_be_checked_are_neither_accepted_nor_refused(self) -> None:
        async with http_service(a_broker()) as service, service.client() as client:
            service.keys.away = True
            answer = await client.post(service.url("interactions"), json={**CHAT, "external_id": "c1"})
            assert (answer.status_code, answer.json()["type"]) == (503, "/docs#not-ready")

    async def test_a_log_made_anew_under_a_cursor_is_noticed(self) -> None:
        broker = a_broker()
        async with http_service(broker) as service, service.client() as client:
            after = (await client.get(service.url("decisions"))).json()["after"]
            [held] = [p for p in broker.partitions("messages.v1") if p.partition == 3]
            broker.truncate(held, first=5)
            async with http_service(broker, workspace=service.workspace) as fresh, fresh.client() as other:
                answer = await other.get(fresh.url("decisions"), params={"after": after, "wait_s": 0})
                assert answer.status_code == 410
