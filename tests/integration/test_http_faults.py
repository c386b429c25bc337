"""The HTTP process among failing parts: kill -9, a broker that stops, a database that stops. Nothing answered is lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import httpx
import pytest

from runtime.clock import SystemClock
from runtime.kafka import KafkaConnection
from runtime.partitioner import partition_of
from runtime.records import TopicPartition
from runtime.settings import Kafka
from schemas import ids
from schemas.codec import decode
from schemas.topics import INTERACTIONS
from tests.support.http_process import ADAPTER, HttpProcess, Seeded, http_process, seed
from tests.support.stack import RunningStack, SharedStack
from tests.support.waiting import wait_until

UNKNOWN = "/docs#unknown-outcome"


class Adapter:
    """Posts one contact after the other from a thread, each again with the same id until it is answered 202."""

    def __init__(self, process: HttpProcess, seeded: Seeded) -> None:
        self.accepted: list[str] = []
        self.unanswered = 0
        self.refused: list[httpx.Response] = []
        self._client = httpx.Client(
            base_url=process.base_url, headers={"authorization": f"Bearer {seeded.key}"}, timeout=60
        )
        self._path = f"/v1/workspaces/{seeded.workspace}/interactions"
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)

    def __enter__(self) -> Adapter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(60)
        self._client.close()

    def has_accepted(self, more: int, what: str) -> None:
        """Returns when `more` further contacts have been answered 202."""
        goal = len(self.accepted) + more
        wait_until(lambda: len(self.accepted) >= goal, within_s=60, what=what)

    def _talk(self) -> None:
        number = 0
        while not self._ending.is_set():
            external = f"contact-{number}"
            try:
                answer = self._client.post(self._path, json={"channel": "sms", "external_id": external}, timeout=60)
            except httpx.TransportError:
                self.unanswered += 1
                self._ending.wait(0.02)
                continue
            if answer.status_code == 202:
                self.accepted.append(answer.json()["interaction_id"])
                number += 1
            else:
                self.refused.append(answer)
                self._ending.wait(0.02)


async def logged(kafka: str, workspace: str) -> list[str]:
    """The interactions in the log, in order, repetitions included."""
    reader = KafkaConnection(Kafka(bootstrap_servers=kafka), SystemClock(), "test-http-faults").reader()
    at = TopicPartition(INTERACTIONS.name, partition_of(workspace.encode(), INTERACTIONS.partitions))
    bounds = await reader.log_range(at)
    found = [
        decode(INTERACTIONS, record.value or b"").interaction_id
        async for records in reader.read_range(at.topic, at.partition, bounds.first, bounds.end)
        for record in records
        if record.key == workspace.encode()
    ]
    await reader.stop()
    return found


def in_order_of_first(found: list[str]) -> list[str]:
    return list(dict.fromkeys(found))


def contacts(seeded: Seeded, count: int) -> list[str]:
    return [ids.interaction_id(seeded.workspace, ADAPTER, f"contact-{number}") for number in range(count)]


def test_a_process_killed_in_the_middle_of_traffic_loses_nothing_it_answered(
    stack: SharedStack, database_url: str
) -> None:
    seeded = seed(database_url, "killed")
    with http_process(stack.kafka, database_url) as process, Adapter(process, seeded) as adapter:
        for _ in range(3):
            adapter.has_accepted(30, "before the kill")
            process.kill()
            process.start()
        adapter.has_accepted(30, "after the last kill")
        assert process.end() == 0
    assert adapter.unanswered > 0
    found = in_order_of_first(asyncio.run(logged(stack.kafka, "killed")))
    assert adapter.accepted == contacts(seeded, len(adapter.accepted))
    assert found[: len(adapter.accepted)] == adapter.accepted
    assert len(found) - len(adapter.accepted) <= 1


@pytest.mark.parametrize("silent_s", [2, pytest.param(60, marks=pytest.mark.soak)])
def test_a_broker_that_stops_makes_answers_unknown_and_when_it_is_back_all_goes_on(
    own_stack: Callable[[], RunningStack], silent_s: int
) -> None:
    running = own_stack()
    kafka, database_url = running.endpoints.kafka, running.endpoints.database_url
    seeded = seed(database_url, "broker")
    quick = {"HUBLINE_KAFKA_ANSWER_TIMEOUT_MS": "1000"}
    with http_process(kafka, database_url, quick) as process, Adapter(process, seeded) as adapter:
        adapter.has_accepted(30, "before")
        running.supervisor.halt("kafka")
        wait_until(lambda: len(adapter.refused) >= silent_s, within_s=120, what="an unknown outcome each second")
        wait_until(lambda: not process.ready(), within_s=60, what="not ready")
        running.supervisor.resume("kafka")
        adapter.has_accepted(30, "after")
        assert process.ready()
        with httpx.Client(base_url=process.base_url, timeout=60) as client:
            assert client.get("/docs").status_code == 200
    assert {(answer.status_code, answer.json()["type"]) for answer in adapter.refused} == {(503, UNKNOWN)}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in adapter.refused)
    found = in_order_of_first(asyncio.run(logged(kafka, "broker")))
    assert found[: len(adapter.accepted)] == adapter.accepted


def test_a_database_that_stops_stops_no_adapter_whose_key_is_known(
    own_stack: Callable[[], RunningStack],
) -> None:
    running = own_stack()
    kafka, database_url = running.endpoints.kafka, running.endpoints.database_url
    seeded = seed(database_url, "database")
    with http_process(kafka, database_url) as process, Adapter(process, seeded) as adapter:
        adapter.has_accepted(10, "before")
        running.supervisor.halt("postgres")
        adapter.has_accepted(300, "while the database is away")
        strange = {"authorization": "Bearer hk_unknown_secret"}
        path = f"{process.base_url}/v1/workspaces/{seeded.workspace}/decisions"
        answer = httpx.get(path, headers=strange, timeout=60)
        assert (answer.status_code, answer.json()["type"]) == (503, "/docs#not-ready")
        running.supervisor.resume("postgres")
        wait_until(lambda: httpx.get(path, headers=strange, timeout=60).status_code == 401, within_s=60, what="back")
    assert adapter.refused == []
    assert adapter.unanswered == 0
