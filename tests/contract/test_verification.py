"""`hubline verify` sees a log that holds, and each way in which one does not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from deploy.routing_log import LogCommandFailed, partition_for, reopen, resume
from deploy.verification import NothingToVerify, verify
from runtime.clock import SystemClock
from runtime.memory import MemoryBroker, records_of
from runtime.metrics import Metrics
from runtime.records import Output, TopicPartition
from runtime.settings import Routing
from runtime.stage import Sender
from runtime.worker import WorkerPolicy, run_worker
from schemas import codec
from schemas.decisions import CommandApplied, Decision, WorkspaceResumed, WorkspaceStopped
from schemas.envelope import Envelope, to_headers
from schemas.event import Event, wire_type
from schemas.ids import decision_id
from schemas.inputs import AgentSessionOpened, GatewayStarted, InteractionIdentified, SetStatus
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, TOPICS
from streams.routing.engine import BrokenInvariant, Engine
from streams.routing.position import CAUSE_HEADER
from streams.routing.worker import RoutingStage
from tests.support.routing_inputs import a_configuration
from tests.support.waiting import eventually

WS = "bookcity"


class BreaksAtThree(Engine):
    """An engine with a planted breach at the first workspace's input 3."""

    def apply(self, event: Any, *, offset: int, stamp_ms: int) -> tuple[Decision, ...]:
        if offset == 3:
            raise BrokenInvariant("planted", "input 3")
        return super().apply(event, offset=offset, stamp_ms=stamp_ms)


def a_broker() -> MemoryBroker:
    stamped = [topic.name for topic in TOPICS if topic.log_append_time]
    return MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock(), log_append_time=stamped)


@contextlib.asynccontextmanager
async def a_router(broker: MemoryBroker, factory: type[Engine] = Engine) -> AsyncIterator[None]:
    """A router over the broker in memory while the block runs."""
    stop = asyncio.Event()
    reader = broker.reader()

    def stage(partition: TopicPartition, sender: Sender) -> RoutingStage:
        return RoutingStage(partition, sender, reader, SystemClock(), Routing(snapshot_every_records=4), factory)

    policy = WorkerPolicy(group_id="routing", topic=ROUTING_INPUTS.name, commit=False, idle_ms=20)
    running = asyncio.create_task(run_worker(policy, stage, broker, SystemClock(), Metrics(), stop))
    try:
        yield
    finally:
        stop.set()
        await running


def an_input(event: Event) -> Output:
    envelope = Envelope(id="test", source="/test", type=wire_type(event))
    return Output(ROUTING_INPUTS.name, WS.encode(), codec.encode(event), to_headers(envelope))


def a_contact(name: str) -> InteractionIdentified:
    return InteractionIdentified(
        workspace=WS, interaction_id=name, adapter="line", instance="line-1", channel="phone", queue="q"
    )


def inputs() -> list[Event]:
    return [
        a_configuration(WS, queues=("q",), agents=("ana",)),
        GatewayStarted(workspace=WS, gateway="g", incarnation=1),
        AgentSessionOpened(workspace=WS, agent_id="ana", gateway="g", incarnation=1, session="s"),
        a_contact("one"),
        a_contact("two"),
    ]


def decisions(broker: MemoryBroker) -> list[Any]:
    return [
        codec.decode(ROUTING_DECISIONS, record.value or b"") for record in records_of(broker, "routing.decisions.v1")
    ]


async def send(broker: MemoryBroker, outputs: list[Output]) -> None:
    producer = broker.producer()
    await producer.start()
    await producer.send(outputs)
    await producer.stop()


async def decided(broker: MemoryBroker, cause: int) -> None:
    """Returns once something follows from the input at `cause`."""
    await eventually(lambda: any(one.cause >= cause for one in decisions(broker)), what=f"a decision of input {cause}")


async def a_day(broker: MemoryBroker) -> None:
    """Some inputs and all that follows from them, in the log."""
    async with a_router(broker):
        await send(broker, [an_input(event) for event in inputs()])
        await decided(broker, 4)


def a_decision(broker: MemoryBroker, seq: int, command_id: str = "forged") -> Output:
    last = decisions(broker)[-1]
    decision = CommandApplied(
        workspace=WS, epoch=last.epoch, seq=seq, cause=last.cause, at_ms=last.at_ms, command_id=command_id
    )
    envelope = Envelope(id=decision_id(WS, last.epoch, seq), source="/test", type=wire_type(decision))
    headers = (*to_headers(envelope), (CAUSE_HEADER, b"%d" % decision.cause))
    return Output(ROUTING_DECISIONS.name, WS.encode(), codec.encode(decision), headers, partition=partition_for(WS))


async def test_a_log_that_holds_is_found_good_with_where_everything_is() -> None:
    broker = a_broker()
    await a_day(broker)
    verified = await verify(broker, WS)
    assert verified.breach is None
    assert (verified.tally["accepted"], verified.tally["offered"], verified.tally["waiting"]) == (2, 1, 1)
    assert verified.decisions == len(decisions(broker))


async def test_a_workspace_without_inputs_cannot_be_verified() -> None:
    with pytest.raises(NothingToVerify):
        await verify(a_broker(), WS)


async def test_before_a_router_has_said_anything_all_that_follows_is_undecided() -> None:
    broker = a_broker()
    await send(broker, [an_input(event) for event in inputs()])
    verified = await verify(broker, WS)
    assert (verified.breach, verified.decisions) == (None, 0)
    assert verified.undecided == verified.seq > 0


async def test_a_gap_in_the_decisions_is_seen() -> None:
    broker = a_broker()
    await a_day(broker)
    await send(broker, [a_decision(broker, decisions(broker)[-1].seq + 2)])
    breach = (await verify(broker, WS)).breach
    assert breach is not None
    assert breach.invariant == "dense_seq"


async def test_a_decision_that_follows_from_no_input_is_seen() -> None:
    broker = a_broker()
    await a_day(broker)
    await send(broker, [a_decision(broker, decisions(broker)[-1].seq + 1)])
    breach = (await verify(broker, WS)).breach
    assert breach is not None
    assert breach.invariant in {"decided_from_inputs", "same_decisions"}


async def test_one_decision_with_two_contents_is_seen() -> None:
    broker = a_broker()
    await a_day(broker)
    await send(broker, [a_decision(broker, decisions(broker)[-1].seq)])
    breach = (await verify(broker, WS)).breach
    assert breach is not None
    assert breach.invariant == "one_decision"


async def test_a_repeated_decision_is_counted_and_no_breach() -> None:
    broker = a_broker()
    await a_day(broker)
    last = records_of(broker, ROUTING_DECISIONS.name)[-1]
    await send(broker, [Output(last.topic, last.key, last.value, last.headers, partition=last.partition)])
    verified = await verify(broker, WS)
    assert (verified.breach, verified.repeated) == (None, 1)


async def test_a_stopped_workspace_resumes_and_the_log_still_holds() -> None:
    broker = a_broker()
    command = SetStatus(workspace=WS, command_id="while-stopped", agent_id="ana", status="available")
    async with a_router(broker, BreaksAtThree):
        await send(broker, [an_input(event) for event in [*inputs(), command]])
        await decided(broker, 5)
    stopped = next(one for one in decisions(broker) if isinstance(one, WorkspaceStopped))
    assert (stopped.offset, stopped.invariant) == (3, "planted")
    assert (await verify(broker, WS)).stopped_at == 3
    async with a_router(broker):
        resumed = await resume(broker, WS, skip=False, actor="test")
        assert isinstance(resumed, WorkspaceResumed)
        with pytest.raises(LogCommandFailed, match="not stopped"):
            await resume(broker, WS, skip=False, actor="test")
    verified = await verify(broker, WS)
    assert (verified.breach, verified.stopped_at) == (None, None)
    assert verified.tally["accepted"] == 2


async def test_a_resumption_that_skips_leaves_out_the_input_that_broke() -> None:
    broker = a_broker()
    async with a_router(broker, BreaksAtThree):
        await send(broker, [an_input(event) for event in inputs()])
        await eventually(lambda: any(isinstance(one, WorkspaceStopped) for one in decisions(broker)))
        await resume(broker, WS, skip=True, actor="test")
    verified = await verify(broker, WS)
    assert (verified.breach, verified.tally["accepted"]) == (None, 1)


async def test_a_truncated_log_is_refused_and_reopened_in_a_new_epoch() -> None:
    broker = a_broker()
    await a_day(broker)
    kept = [msgspec.structs.replace(record) for record in records_of(broker, ROUTING_INPUTS.name)][:4]
    broker.recreate(ROUTING_INPUTS.name)
    await send(broker, [Output(one.topic, one.key, one.value, one.headers, one.partition) for one in kept])
    with pytest.raises(Exception, match="hubline log reopen bookcity"):
        async with a_router(broker):
            await eventually(lambda: False, within_s=1.0, what="the router refuses")
    reopened = await reopen(broker, WS)
    assert reopened.epoch == 2
    async with a_router(broker):
        await eventually(lambda: decisions(broker)[-1].epoch == 2, what="a decision of epoch 2")
    verified = await verify(broker, WS)
    assert (verified.breach, verified.epoch, verified.tally["accepted"]) == (None, 2, 1)
