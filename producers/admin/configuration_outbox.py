"""Brings waiting versions of a workspace document into the log, one after the other, and records routing's answer.

Exactly once in effect: the base version and the place from which the answer is looked for are kept before the first
part is sent; all parts bear the version's own command id, so what is sent again after a crash is known to routing, and
the answer to the first sending is found. A version is sent after the one before it has been answered. A version counts
as applied when its queues are open or closed as its opening hours say.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import Final, Protocol

import msgspec

from producers.admin.patch import Version, publish
from producers.admin.versions import Pending, State
from runtime.broker import Producer, Reader
from runtime.errors import LogBroken
from runtime.events import to_output
from runtime.log import Logger
from runtime.metrics import Metrics
from runtime.partitioner import partition_of
from runtime.records import Output, Record, TopicPartition, header
from schemas import codec
from schemas.decisions import CommandRefused, ConfigurationApplied
from schemas.event import wire_type
from schemas.inputs import ConfigurationPublished
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, WORKSPACE_PARTITIONS

SOURCE: Final = "hubline/admin"
_ANSWERS: Final = frozenset({wire_type(ConfigurationApplied).encode(), wire_type(CommandRefused).encode()})


class Store(Protocol):
    """What of `producers.admin.versions.Versions` is needed here."""

    async def pending(self, workspace: str) -> Pending | None: ...

    async def applied(self, workspace: str) -> Version: ...

    async def routing(self, workspace: str, version: int) -> Version: ...

    async def begin(self, workspace: str, version: int, base_version: int, decisions_from: int) -> None: ...

    async def settle(self, workspace: str, version: int, state: State, detail: str | None) -> None: ...


class Hours(Protocol):
    """What of `producers.admin.scheduler.Scheduler` is needed here."""

    async def enforce(self, workspace: str, version: int, producer: Producer) -> None: ...


class Answer(msgspec.Struct, frozen=True):
    """What routing said; `detail` says why it refused."""

    state: State
    detail: str | None = None


class ConfigurationOutbox:
    """Delivers the versions of any workspace; never call `deliver` twice at once for the same one."""

    def __init__(
        self, store: Store, hours: Hours, producer: Producer, reader: Reader, log: Logger, metrics: Metrics
    ) -> None:
        self._store = store
        self._hours = hours
        self._producer = producer
        self._reader = reader
        self._log = log
        self._metrics = metrics

    async def deliver(self, workspace: str) -> None:
        """Returns when nothing of this workspace waits any more; waits for routing as long as it takes."""
        while (pending := await self._store.pending(workspace)) is not None:
            await self._deliver(workspace, pending)

    async def _deliver(self, workspace: str, pending: Pending) -> None:
        number = pending.version.number
        where = decisions_of(workspace)
        begun = await self._begun(workspace, pending, where)
        base = await self._store.routing(workspace, begun[0])
        events = publish(workspace, base, pending.version, command_id=pending.command_id, actor=pending.actor)
        for event in events:
            await self._producer.send([_output(event, pending.traceparent)])
        self._log.info("configuration.sent", workspace=workspace, version=number, base=base.number, parts=len(events))
        answer = await self._answer(where, begun[1], workspace, pending.command_id)
        if answer.state is State.APPLIED:
            await self._hours.enforce(workspace, number, self._producer)
        await self._store.settle(workspace, number, answer.state, answer.detail)
        self._metrics.relay_versions.labels(answer.state.value).inc()
        self._log.info("configuration.settled", workspace=workspace, version=number, state=answer.state.value)

    async def _begun(self, workspace: str, pending: Pending, where: TopicPartition) -> tuple[int, int]:
        """The base version and the offset from which to look; those of an earlier attempt if the log still has it."""
        log_end = (await self._reader.log_range(where)).end
        known = pending.base_version, pending.decisions_from
        if known[0] is not None and known[1] is not None and known[1] <= log_end:
            return known[0], known[1]
        base = await self._store.applied(workspace)
        await self._store.begin(workspace, pending.version.number, base.number, log_end)
        return base.number, log_end

    async def _answer(self, where: TopicPartition, first: int, workspace: str, command_id: str) -> Answer:
        async with aclosing(self._reader.follow({where: first})) as followed:  # type: ignore[type-var]
            async for fetched in followed:
                found = find_answer(fetched.get(where, ()), workspace, command_id)
                if found is not None:
                    return found
        raise LogBroken(f"{where.topic}/{where.partition}: no longer followed")


def decisions_of(workspace: str) -> TopicPartition:
    """Where the decisions of a workspace are written."""
    return TopicPartition(ROUTING_DECISIONS.name, partition_of(workspace.encode(), WORKSPACE_PARTITIONS))


def find_answer(records: Sequence[Record], workspace: str, command_id: str) -> Answer | None:
    """Routing's answer to that command, if it is among the records. A stopped workspace refuses for good."""
    key = workspace.encode()
    for record in records:
        if record.key != key or record.value is None or header(record.headers, "ce_type") not in _ANSWERS:
            continue
        version = int(header(record.headers, "ce_version") or b"1")
        decision = codec.decode(ROUTING_DECISIONS, record.value, version)
        if decision.command_id != command_id:
            continue
        if isinstance(decision, ConfigurationApplied):
            return Answer(State.APPLIED)
        if isinstance(decision, CommandRefused):
            return Answer(State.REFUSED, decision.detail or decision.reason.value)
    return None


def _output(event: ConfigurationPublished, traceparent: str | None) -> Output:
    return to_output(
        event,
        ROUTING_INPUTS,
        key=event.workspace,
        event_id=f"{event.command_id}/{event.part}",
        source=SOURCE,
        subject=event.workspace,
        traceparent=traceparent,
    )
