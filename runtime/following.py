"""Follows the decisions of all workspaces outside any group, as views that start from the view's snapshots.

It reads on from the snapshots itself: a stopped view stage freezes nobody. Workspaces are found as they appear. A
decision that was known is dropped; a gap raises `schemas.view.Gap` and must end the process. Topics beside the decisions
are followed from their ends as of the start, and what one batch of records brings is told together.

Decisions and the topics beside them are fetched apart: a fetch names every partition that it is for, quiet ones too, and
costs as much time for each at both ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from runtime.broker import Fetched, Reader
from runtime.log import Logger
from runtime.records import Record, TopicPartition, header
from runtime.snapshots import find
from runtime.view_recovery import Recovered, recover
from schemas import codec
from schemas.decisions import Decision
from schemas.topics import ROUTING_DECISIONS, VIEW_SNAPSHOTS, Topic
from schemas.view import Touch, View

DECISIONS: Final = tuple(TopicPartition(ROUTING_DECISIONS.name, one) for one in range(ROUTING_DECISIONS.partitions))

Views = Sequence[View]


def no_view(_view: View) -> None:
    """For who does not care which workspaces there are."""


def no_decision(_view: View, _decision: Decision, _touches: list[Touch]) -> None:
    """For who does not care which decision it was."""


def no_batch(_changed: Views, _beside: Sequence[Record]) -> None:
    """For who needs no moment at which all that came at once is applied."""


class FollowerHooks(msgspec.Struct, frozen=True, kw_only=True):
    """Who hears what, in this order.

    `appeared`: a workspace is new here, with the view that will be kept up to date from now on. `decided`: a decision
    was applied, and what it touched. `settled`: after a batch, the views that changed and the records of the topics
    beside; nothing was told for it before.
    """

    appeared: Callable[[View], None] = no_view
    decided: Callable[[View, Decision, list[Touch]], None] = no_decision
    settled: Callable[[Views, Sequence[Record]], None] = no_batch


class ViewFollower:
    """`views` by workspace; `positions` of every partition followed: all below is applied and told."""

    def __init__(self, reader: Reader, log: Logger, hooks: FollowerHooks, beside: Iterable[Topic] = ()) -> None:
        self._reader = reader
        self._log = log
        self._hooks = hooks
        self._beside = tuple(TopicPartition(topic.name, one) for topic in beside for one in range(topic.partitions))
        self.views: dict[str, View] = {}
        self.positions: dict[TopicPartition, int] = {}

    async def start(self) -> None:
        """Takes the snapshots in. Raises LogBroken when the decisions do not go on from them."""
        recovered = await asyncio.gather(*(self._recover(partition) for partition in DECISIONS))
        for partition, found in zip(DECISIONS, recovered, strict=True):
            self.positions[partition] = found.position
            for view in found.views.values():
                self._add(view)
        self.positions.update(await self.ends(self._beside))

    async def run(self, *, gather_ms: int = 0, take: Callable[[Fetched], None] | None = None) -> None:
        """Follows until cancelled; raises schemas.view.Gap. `gather_ms`: of decisions, see `runtime.broker.GroupPolicy`;
        `take`: who takes batches, and hands them to ours.
        """
        take = take or self.take
        follows = [self._follow(DECISIONS, take, gather_ms)]
        if self._beside:
            follows.append(self._follow(self._beside, take))
        tasks = [asyncio.ensure_future(one) for one in follows]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def take(self, fetched: Fetched) -> None:
        """Applies a batch and tells what came of it."""
        changed: dict[str, View] = {}
        beside: list[Record] = []
        for partition, records in fetched.items():
            if partition.topic != ROUTING_DECISIONS.name:
                beside.extend(records)
                continue
            for record in records:
                view = self._apply(record)
                if view is not None:
                    changed[view.workspace] = view
        self._hooks.settled(tuple(changed.values()), beside)
        self.positions.update(
            (TopicPartition(*partition), records[-1].offset + 1) for partition, records in fetched.items() if records
        )

    async def ends(self, partitions: Iterable[TopicPartition] = DECISIONS) -> dict[TopicPartition, int]:
        """Where these partitions end now."""
        return await self._reader.ends(partitions)

    def has_reached(self, ends: dict[TopicPartition, int]) -> bool:
        """Whether all below these offsets is applied and told."""
        return all(self.positions.get(partition, 0) >= end for partition, end in ends.items())

    async def _follow(
        self, partitions: Iterable[TopicPartition], take: Callable[[Fetched], None], gather_ms: int = 0
    ) -> None:
        positions = {partition: self.positions[partition] for partition in partitions}
        async for fetched in self._reader.follow(positions, gather_ms=gather_ms):
            take(fetched)

    def _apply(self, record: Record) -> View | None:
        decision = decision_in(record)
        if decision is None:
            self._log.error("follower.undecodable", topic=record.topic, offset=record.offset)
            return None
        view = self.views.get(decision.workspace) or self._add(View(decision.workspace))
        before = view.mark
        touches = view.apply(decision)
        if view.mark == before:
            return None
        self._hooks.decided(view, decision, touches)
        return view

    def _add(self, view: View) -> View:
        self.views[view.workspace] = view
        self._hooks.appeared(view)
        return view

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
