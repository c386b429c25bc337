"""What an operator does to a workspace's routing log: go on after a stop, or after the log was truncated or recreated.

Both are inputs, so a replay does them again at the same place.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from runtime.broker import Broker, Producer, Reader
from runtime.ids import random_id
from runtime.partitioner import partition_of
from runtime.records import Output, Record, TopicPartition, header
from runtime.snapshots import reopen_output
from schemas import codec
from schemas.decisions import CommandRefused, WorkspaceStopped
from schemas.decisions import WorkspaceResumed as Resumed
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.inputs import LogReopened, RoutingInput, WorkspaceResumed
from schemas.snapshots import ReopenMarked
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, ROUTING_SNAPSHOTS, WORKSPACE_PARTITIONS, Topic
from streams.routing.rules import ENGINE_VERSION

SOURCE = "/hubline/log"
ANSWER_LIMIT_S = 30.0


class LogCommandFailed(Exception):
    """The log is not in the state that the command is for; the message says how it is."""


class Reopened(msgspec.Struct, frozen=True):
    """A workspace goes on in `epoch`; `offset` is that of its input `LogReopened`."""

    workspace: str
    epoch: int
    offset: int


def partition_for(workspace: str) -> int:
    """The workspace's partition, the same in all topics keyed by workspace."""
    return partition_of(workspace.encode(), WORKSPACE_PARTITIONS)


async def records_of(reader: Reader, topic: Topic, workspace: str) -> AsyncIterator[Record]:
    """All records of the workspace that `topic` holds now, in order."""
    where = TopicPartition(topic.name, partition_for(workspace))
    log = await reader.log_range(where)
    async for batch in reader.read_range(topic.name, where.partition, log.first, log.end):
        for record in batch:
            if record.key == workspace.encode():
                yield record


async def reopen(broker: Broker, workspace: str) -> Reopened:
    """Begins a new epoch: appends the input, then the mark that routers find at their next start.

    Raises LogCommandFailed when the workspace never had a decision.
    """
    reader, producer = broker.reader(), broker.producer()
    await producer.start()
    try:
        last = await _last_epoch(reader, workspace)
        if last is None:
            raise LogCommandFailed(f"{workspace} has no decision: there is nothing to reopen")
        partition = partition_for(workspace)
        before = await reader.log_range(TopicPartition(ROUTING_INPUTS.name, partition))
        await _append(producer, LogReopened(workspace=workspace, epoch=last + 1))
        offset = await _offset_of(reader, workspace, before.end, last + 1)
        mark = ReopenMarked(workspace=workspace, epoch=last + 1, offset=offset)
        await producer.send([reopen_output(ROUTING_SNAPSHOTS, partition, mark)])
        return Reopened(workspace, last + 1, offset)
    finally:
        await producer.stop()
        await reader.stop()


async def resume(broker: Broker, workspace: str, skip: bool, actor: str) -> Resumed:
    """Lets a stopped workspace go on from the input that stopped it, or with `skip` from the next; returns the decision.

    Raises LogCommandFailed when it is not stopped, or its router refuses or does not answer.
    """
    reader, producer = broker.reader(), broker.producer()
    await producer.start()
    try:
        stopped = await _standing_stop(reader, workspace)
        if stopped is None:
            raise LogCommandFailed(f"{workspace} is not stopped")
        command = WorkspaceResumed(
            workspace=workspace,
            command_id=random_id("cmd"),
            actor=actor,
            from_offset=stopped.offset,
            engine_version=ENGINE_VERSION,
            skip=skip,
        )
        where = TopicPartition(ROUTING_DECISIONS.name, partition_for(workspace))
        position = (await reader.log_range(where)).end
        await _append(producer, command)
        async with asyncio.timeout(ANSWER_LIMIT_S):
            return await _answer(reader, workspace, where, position, command.command_id)
    except TimeoutError:
        raise LogCommandFailed(
            f"no router answered within {ANSWER_LIMIT_S:.0f} s; the command stays in the log"
        ) from None
    finally:
        await producer.stop()
        await reader.stop()


async def _answer(reader: Reader, workspace: str, where: TopicPartition, position: int, command_id: str) -> Resumed:
    async for fetched in reader.follow({where: position}):
        for records in fetched.values():
            for record in records:
                if record.key != workspace.encode():
                    continue
                decision: Any = codec.decode(ROUTING_DECISIONS, record.value or b"")
                if isinstance(decision, Resumed) and decision.command_id == command_id:
                    return decision
                if isinstance(decision, CommandRefused) and decision.command_id == command_id:
                    raise LogCommandFailed(f"refused: {decision.reason} {decision.detail}".strip())
    raise LogCommandFailed("the decisions could not be followed")


async def _append(producer: Producer, event: RoutingInput) -> None:
    envelope = Envelope(id=random_id("in"), source=SOURCE, type=wire_type(event))
    await producer.send(
        [Output(ROUTING_INPUTS.name, event.workspace.encode(), codec.encode(event), to_headers(envelope))]
    )


async def _last_epoch(reader: Reader, workspace: str) -> int | None:
    epoch: int | None = None
    async for record in records_of(reader, ROUTING_DECISIONS, workspace):
        identity = header(record.headers, "ce_id")
        if identity is not None:
            epoch = max(epoch or 0, int(identity.decode().rsplit("/", 2)[1]))
    return epoch


async def _offset_of(reader: Reader, workspace: str, first: int, epoch: int) -> int:
    where = TopicPartition(ROUTING_INPUTS.name, partition_for(workspace))
    end = (await reader.log_range(where)).end
    async for batch in reader.read_range(where.topic, where.partition, first, end):
        for record in batch:
            if record.key != workspace.encode() or header(record.headers, "ce_type") != b"log.reopened":
                continue
            event = codec.decode(ROUTING_INPUTS, record.value or b"")
            if isinstance(event, LogReopened) and event.epoch == epoch:
                return record.offset
    raise LogCommandFailed("the input that was just written is not in the log")


async def _standing_stop(reader: Reader, workspace: str) -> WorkspaceStopped | None:
    standing: WorkspaceStopped | None = None
    async for record in records_of(reader, ROUTING_DECISIONS, workspace):
        kind = header(record.headers, "ce_type")
        if kind == b"workspace.stopped":
            standing = codec.decode(ROUTING_DECISIONS, record.value or b"")
        elif kind in (b"workspace.resumed", b"epoch.started"):
            standing = None
    return standing
