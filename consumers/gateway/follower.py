"""Follows the decisions of all workspaces, and messages, outside any group.

It starts from the view's snapshots and reads on from there itself: a stopped view stage freezes nobody. Workspaces are
found as they appear. Whatever one batch of records brings is told at once, workspace by workspace. A gap in the
decisions ends the process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from consumers.gateway.transcripts import message_in
from consumers.gateway.workspace import Member, Workspace
from runtime.broker import Fetched, Reader
from runtime.clock import Clock
from runtime.log import Logger
from runtime.metrics import Metrics
from runtime.records import Record, TopicPartition, header
from runtime.snapshots import find
from runtime.view_recovery import Recovered, recover
from schemas import codec, live
from schemas.decisions import Decision
from schemas.topics import MESSAGES, ROUTING_DECISIONS, VIEW_SNAPSHOTS, Topic
from schemas.view import View

DECISIONS: Final = tuple(TopicPartition(ROUTING_DECISIONS.name, one) for one in range(ROUTING_DECISIONS.partitions))
CHATTER: Final = tuple(TopicPartition(MESSAGES.name, one) for one in range(MESSAGES.partitions))


class Hooks(msgspec.Struct, frozen=True):
    """Who else hears: of every new decision, of a workspace that is new here, of members who are too slow."""

    decided: Callable[[Decision], None]
    appeared: Callable[[Workspace], None]
    too_slow: Callable[[Member], None]


class Follower:
    """`workspaces` by name; `positions` of every partition followed: all below is applied and told."""

    def __init__(self, reader: Reader, clock: Clock, log: Logger, hooks: Hooks, metrics: Metrics) -> None:
        self._reader = reader
        self._clock = clock
        self._log = log
        self._hooks = hooks
        self._metrics = metrics
        self.workspaces: dict[str, Workspace] = {}
        self.positions: dict[TopicPartition, int] = {}

    async def start(self) -> None:
        """Takes the snapshots in. Raises LogBroken when the decisions do not go on from them."""
        recovered = await asyncio.gather(*(self._recover(partition) for partition in DECISIONS))
        for partition, found in zip(DECISIONS, recovered, strict=True):
            self.positions[partition] = found.position
            for view in found.views.values():
                self._add(view)
        ranges = await asyncio.gather(*(self._reader.log_range(partition) for partition in CHATTER))
        for partition, log in zip(CHATTER, ranges, strict=True):
            self.positions[partition] = log.end

    async def run(self) -> None:
        """Follows until cancelled; raises schemas.view.Gap."""
        async for fetched in self._reader.follow(dict(self.positions)):
            begun_s = self._clock.monotonic()
            self.take(fetched)
            self._metrics.gateway_tell_seconds.observe(self._clock.monotonic() - begun_s)

    def take(self, fetched: Fetched) -> None:
        """Applies a batch and tells what came of it."""
        changed: dict[str, Workspace] = {}
        messages: list[Record] = []
        for partition, records in fetched.items():
            if partition.topic == MESSAGES.name:
                messages.extend(records)
                continue
            for record in records:
                workspace = self._apply(record)
                if workspace is not None:
                    changed[workspace.view.workspace] = workspace
        now_ms = self._clock.now_ms()
        for workspace in changed.values():
            workspace.flush(now_ms)
        for record in messages:
            self._deliver(record, now_ms)
        self.positions.update(
            (TopicPartition(*partition), records[-1].offset + 1) for partition, records in fetched.items() if records
        )

    def _apply(self, record: Record) -> Workspace | None:
        decision = decision_in(record)
        if decision is None:
            self._log.error("follower.undecodable", topic=record.topic, offset=record.offset)
            return None
        workspace = self.workspaces.get(decision.workspace)
        if workspace is None:
            workspace = self._add(View(decision.workspace))
        if not workspace.apply(decision):
            return None
        self._hooks.decided(decision)
        return workspace

    def _add(self, view: View) -> Workspace:
        workspace = self.workspaces[view.workspace] = Workspace(view)
        self._hooks.appeared(workspace)
        return workspace

    def _deliver(self, record: Record, now_ms: int) -> None:
        message = message_in(record)
        workspace = None if message is None else self.workspaces.get(message.workspace)
        if message is None or workspace is None or not workspace.has_subscribers(message.interaction_id):
            return
        frame = live.MessageShown(
            interaction_id=message.interaction_id, at_ms=now_ms, offset=record.offset, message=message
        )
        for member in workspace.deliver(message.interaction_id, live.encode(frame)):
            self._hooks.too_slow(member)

    async def _recover(self, partition: TopicPartition) -> Recovered:
        records = await read_all(self._reader, VIEW_SNAPSHOTS, partition.partition)
        log = await self._reader.log_range(partition)
        found = find(VIEW_SNAPSHOTS, records)
        for broken in found.broken:
            self._log.warning("follower.snapshot_broken", partition=partition.partition, snapshot=broken)
        return recover(found, log, f"{partition.topic}/{partition.partition}")


def decision_in(record: Record) -> Decision | None:
    """The decision of a record; None = not one."""
    version = header(record.headers, "ce_version") or b"1"
    try:
        decision = codec.decode(ROUTING_DECISIONS, record.value or b"", int(version))
    except (codec.Undecodable, ValueError):
        return None
    return decision if isinstance(decision, Decision) else None


async def read_all(reader: Reader, topic: Topic, partition: int) -> list[Record]:
    """Every record of a partition, up to its end as of now."""
    log = await reader.log_range(TopicPartition(topic.name, partition))
    records: list[Record] = []
    async for batch in reader.read_range(topic.name, partition, log.first, log.end):
        records.extend(batch)
    return records
