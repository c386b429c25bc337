"""What became of a contact while nobody watched it: read from the decisions themselves."""

from __future__ import annotations

from producers.web.showing import ended_by
from runtime.broker import Reader
from runtime.following import decision_in
from runtime.partitioner import partition_of
from runtime.records import TopicPartition
from schemas.chat import EndedBy
from schemas.topics import ROUTING_DECISIONS


def decisions_of(workspace: str) -> TopicPartition:
    """Where a workspace's decisions are."""
    return TopicPartition(ROUTING_DECISIONS.name, partition_of(workspace.encode(), ROUTING_DECISIONS.partitions))


async def ended_between(reader: Reader, workspace: str, interaction_id: str, first: int, end: int) -> EndedBy | None:
    """How the contact ended, by the decisions from `first` up to, not including, `end`; None = it did not there.

    Raises `runtime.errors.LogBroken` when they are not all in the log.
    """
    partition = decisions_of(workspace)
    wanted = interaction_id.encode()
    found: EndedBy | None = None
    if first >= end:
        return None
    async for batch in reader.read_range(partition.topic, partition.partition, first, end):
        for record in batch:
            if wanted not in (record.value or b""):
                continue
            decision = decision_in(record)
            if decision is None or decision.workspace != workspace or decision.leg is None:
                continue
            if decision.leg.interaction_id == interaction_id:
                found = ended_by(decision.leg)
    return found
