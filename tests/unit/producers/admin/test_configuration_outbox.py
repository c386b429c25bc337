from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from producers.admin.compile import compile_document
from producers.admin.configuration_outbox import Answer, ConfigurationOutbox, decisions_of, find_answer
from producers.admin.document import Format
from producers.admin.versions import State
from runtime import log
from runtime.clock import SystemClock
from runtime.events import to_output
from runtime.memory import BrokerFault, MemoryBroker
from runtime.metrics import Metrics
from runtime.records import Output, Record
from runtime.settings import LogLevel
from schemas.decisions import CommandRefused, ConfigurationApplied, Decision
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, WORKSPACE_PARTITIONS
from schemas.vocabulary import Refusal
from tests.support.admin_service import AnsweringRouter
from tests.support.memory_versions import MemoryVersions, NoHours
from tests.support.waiting import eventually

WORKSPACE = "bookcity"


class Bench:
    """An outbox over memory, and a router that answers."""

    def __init__(self) -> None:
        topics = {ROUTING_INPUTS.name: WORKSPACE_PARTITIONS, ROUTING_DECISIONS.name: WORKSPACE_PARTITIONS}
        self.broker = MemoryBroker(topics, SystemClock())
        self.versions = MemoryVersions()
        self.hours = NoHours()
        self.router = AnsweringRouter(self.broker, WORKSPACE)

    async def put(self, queue: str, expected: int | None) -> None:
        compiled = compile_document({"queues": {queue: {}}}, WORKSPACE)
        await self.versions.put(compiled, queue, Format.YAML, expected, "root")

    async def deliver(self) -> None:
        producer = self.broker.producer()
        await producer.start()
        logger = log.configure("admin", "test", LogLevel.ERROR)
        outbox = ConfigurationOutbox(self.versions, self.hours, producer, self.broker.reader(), logger, Metrics())
        async with asyncio.timeout(60):
            await outbox.deliver(WORKSPACE)

    def state(self, version: int) -> State:
        return self.versions.stored[WORKSPACE, version].state


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    async with made.router.answering():
        yield made


async def test_versions_are_delivered_one_after_the_other_each_on_the_one_before(bench: Bench) -> None:
    await bench.put("a", None)
    await bench.put("b", 1)
    await bench.deliver()
    assert [(event.version, event.base_version) for event in bench.router.seen] == [(1, 0), (2, 1)]
    assert (bench.state(1), bench.state(2)) == (State.APPLIED, State.APPLIED)
    assert list(bench.router.configuration.queues) == ["b"]
    assert bench.hours.enforced == [(WORKSPACE, 1), (WORKSPACE, 2)]


async def test_what_is_refused_is_settled_with_its_reason_and_is_no_base(bench: Bench) -> None:
    await bench.put("a", None)
    await bench.deliver()
    bench.router.refuse = Refusal.INVALID_CONFIGURATION
    await bench.put("b", 1)
    await bench.deliver()
    assert bench.versions.stored[WORKSPACE, 2].detail == "not this one"
    await bench.put("c", 1)
    await bench.deliver()
    assert (bench.router.seen[-1].version, bench.router.seen[-1].base_version) == (3, 1)
    assert bench.hours.enforced == [(WORKSPACE, 1), (WORKSPACE, 3)]


async def test_a_crash_before_sending_loses_nothing(bench: Bench) -> None:
    await bench.put("a", None)
    bench.broker.faults.fail_next_send()
    with pytest.raises(BrokerFault):
        await bench.deliver()
    assert bench.versions.begun[WORKSPACE, 1] == (0, 0)
    await bench.deliver()
    assert bench.state(1) is State.APPLIED
    assert len(bench.router.seen) == 1


async def test_a_crash_before_the_answer_was_noted_finds_it_and_does_nothing_twice(bench: Bench) -> None:
    await bench.put("a", None)
    await bench.deliver()
    await bench.versions.settle(WORKSPACE, 1, State.WAITING, None)
    await bench.deliver()
    assert bench.state(1) is State.APPLIED
    await eventually(lambda: len(bench.router.seen) == 2, what="the second sending")
    assert {event.command_id for event in bench.router.seen} == {"cfg_1"}
    assert bench.router.version == 1


async def test_a_log_that_was_made_anew_is_looked_at_from_its_own_end(bench: Bench) -> None:
    await bench.put("a", None)
    await bench.versions.begin(WORKSPACE, 1, 0, 999)
    await bench.deliver()
    assert bench.versions.begun[WORKSPACE, 1] == (0, 0)
    assert bench.state(1) is State.APPLIED


def recorded(decision: Decision, workspace: str = WORKSPACE) -> Record:
    output: Output = to_output(decision, ROUTING_DECISIONS, key=workspace, event_id="x", source="test")
    where = decisions_of(workspace)
    return Record(where.topic, where.partition, 0, 0, output.key, output.value, output.headers)


def applied(workspace: str = WORKSPACE, command_id: str = "mine") -> ConfigurationApplied:
    return ConfigurationApplied(
        workspace=workspace, epoch=1, seq=1, cause=0, at_ms=0, version=1, digest="", command_id=command_id
    )


def test_only_the_answer_to_this_command_of_this_workspace_counts() -> None:
    refused = CommandRefused(
        workspace=WORKSPACE, epoch=1, seq=1, cause=0, at_ms=0, command_id="mine", reason=Refusal.WORKSPACE_STOPPED
    )
    others = [recorded(applied(command_id="other")), recorded(applied("elsewhere"), "elsewhere")]
    assert find_answer(others, WORKSPACE, "mine") is None
    assert find_answer([*others, recorded(applied())], WORKSPACE, "mine") == Answer(State.APPLIED)
    assert find_answer([recorded(refused)], WORKSPACE, "mine") == Answer(State.REFUSED, "workspace_stopped")


def test_a_decision_of_another_kind_is_not_even_decoded() -> None:
    noise = Record(ROUTING_DECISIONS.name, 0, 0, 0, WORKSPACE.encode(), b"not JSON", (("ce_type", b"leg.queued"),))
    assert find_answer([noise], WORKSPACE, "mine") is None
