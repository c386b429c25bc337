"""The owner of one partition of the decisions: folds them into views and writes snapshots between batches.

Position comes from the snapshots, never from the group. A gap in the decisions ends the process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from runtime.broker import Broker, Reader
from runtime.clock import Clock
from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.events import from_record
from runtime.log import Logger
from runtime.process import Context
from runtime.records import Record, TopicPartition
from runtime.settings import View as ViewPolicy
from runtime.snapshots import find
from runtime.stage import Handled, LogRange, Sender
from runtime.view_recovery import recover
from runtime.worker import run_worker, worker_policy
from schemas.decisions import Decision
from schemas.topics import ROUTING_DECISIONS, VIEW_SNAPSHOTS
from schemas.view import View
from streams.view.saving import Saving

GROUP: str = "view"
GATHERED_MS: Final = 250
"""Nobody waits for a snapshot: what it is made of comes in few, large pieces."""


class ViewStage:
    """One partition; a `runtime.stage.PartitionStage`."""

    def __init__(
        self,
        partition: TopicPartition,
        sender: Sender,
        reader: Reader,
        clock: Clock,
        policy: ViewPolicy,
        log: Logger,
    ) -> None:
        self._partition = partition
        self._sender = sender
        self._reader = reader
        self._clock = clock
        self._log = log
        self._saving = Saving(partition.partition, policy)
        self._views: dict[str, View] = {}
        self._next_offset = 0

    async def open(self, committed: int | None, log: LogRange) -> int:
        """See `runtime.stage`: from the newest good snapshots."""
        del committed
        topic = VIEW_SNAPSHOTS.name
        bounds = await self._reader.log_range(TopicPartition(topic, self._partition.partition))
        records: list[Record] = []
        async for batch in self._reader.read_range(topic, self._partition.partition, bounds.first, bounds.end):
            records.extend(batch)
        found = find(VIEW_SNAPSHOTS, records)
        recovered = recover(found, log, f"{self._partition.topic}/{self._partition.partition}")
        self._views = dict(recovered.views)
        for workspace in recovered.generations:
            self._views.setdefault(workspace, View(workspace))
        self._next_offset = recovered.position
        self._saving.begin(recovered, self._clock.monotonic())
        self._log.info(
            "view.opened",
            partition=self._partition.partition,
            offset=recovered.position,
            end=log.end,
            count=len(recovered.views),
            broken=list(found.broken),
        )
        return recovered.position

    async def handle(self, batch: Sequence[Record]) -> Handled:
        """See `runtime.stage`; raises schemas.view.Gap."""
        dead: list[DeadLetter] = []
        for record in batch:
            try:
                decision, _ = from_record(record, ROUTING_DECISIONS)
            except Invalid as error:
                dead.append(DeadLetter(record, error.reason))
                continue
            assert isinstance(decision, Decision)
            view = self._views.get(decision.workspace)
            if view is None:
                view = self._views[decision.workspace] = View(decision.workspace)
            self._saving.seen(decision.workspace, record.offset)
            view.apply(decision)
        self._next_offset = batch[-1].offset + 1
        self._saving.count(len(batch))
        return Handled((), dead)

    async def sent(self, next_offset: int) -> None:
        """See `runtime.stage`."""

    async def idle(self) -> None:
        """A round of snapshots, when one is due."""
        now_s = self._clock.monotonic()
        if self._saving.due(now_s):
            for portion in self._saving.round(self._views, self._next_offset, now_s):
                await self._sender.send(portion)

    async def close(self) -> None:
        """See `runtime.stage`."""
        self._views.clear()


async def main(context: Context, kafka: Broker) -> None:
    """The process: its share of the decisions' partitions until `context.stop`."""
    reader = kafka.reader()
    settings = context.settings

    def stage(partition: TopicPartition, sender: Sender) -> ViewStage:
        return ViewStage(partition, sender, reader, context.clock, settings.view, context.log)

    policy = worker_policy(
        settings.worker,
        group_id=GROUP,
        topic=ROUTING_DECISIONS.name,
        instance=context.instance,
        commit=False,
        gather_ms=GATHERED_MS,
    )
    try:
        await run_worker(policy, stage, kafka, context.clock, context.metrics, context.stop, context.health)
    finally:
        await reader.stop()
