"""Snapshots of a partition's workspaces: when, and as which records. Pure.

Only a workspace that has derived everything it ever said, and is not stopped, is saved. A workspace to which nothing
came keeps its snapshot and goes on from later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from runtime.records import Output
from runtime.settings import Routing as RoutingPolicy
from runtime.snapshots import Snapshot, digest_of, index_output, snapshot_outputs
from schemas.snapshots import IndexEntry, SnapshotIndex, SnapshotManifest
from schemas.topics import ROUTING_SNAPSHOTS
from streams.routing.hosted import Hosted

FORMAT: Final = 1


class Saving:
    """The snapshots of one partition."""

    def __init__(self, partition: int, policy: RoutingPolicy) -> None:
        self._partition = partition
        self._policy = policy
        self._records = 0
        self._began_s = 0.0

    def begin(self, now_s: float) -> None:
        """Counts from here on."""
        self._records = 0
        self._began_s = now_s

    def count(self, records: int) -> None:
        """So many inputs were taken."""
        self._records += records

    def due(self, now_s: float) -> bool:
        """Whether enough inputs have come, or enough time has passed since some came."""
        if self._records >= self._policy.snapshot_every_records:
            return True
        return self._records > 0 and (now_s - self._began_s) * 1000 >= self._policy.snapshot_every_ms

    def snapshot(self, hosted: Hosted, next_offset: int, decisions_end: int) -> list[Output]:
        """The records of a new generation of this workspace, its manifest last."""
        engine = hosted.engine
        chunks = tuple(engine.snapshot())
        digest = digest_of(chunks)
        hosted.generation += 1
        manifest = SnapshotManifest(
            workspace=hosted.workspace,
            generation=hosted.generation,
            epoch=engine.epoch,
            seq=engine.seq,
            next_offset=next_offset,
            chunks=len(chunks),
            size_bytes=sum(map(len, chunks)),
            digest=digest,
            fingerprint=digest,  # Of the same bytes: taking the whole state a second time would give no other.
            format=FORMAT,
            engine_version=engine.engine_version,
            decisions_offset=decisions_end,
            at_ms=engine.now_ms,
        )
        hosted.saved(next_offset, decisions_end)
        return snapshot_outputs(ROUTING_SNAPSHOTS, self._partition, Snapshot(manifest, chunks))

    def index(self, workspaces: Sequence[Hosted], next_offset: int, decisions_end: int) -> Output:
        """The partition's index, to be sent after all snapshots of the round."""
        entries = {hosted.workspace: _entry(hosted, next_offset, decisions_end) for hosted in workspaces}
        return index_output(
            ROUTING_SNAPSHOTS, self._partition, SnapshotIndex(covered_offset=next_offset, workspaces=entries)
        )


def _entry(hosted: Hosted, next_offset: int, decisions_end: int) -> IndexEntry:
    unchanged = hosted.caught_up and hosted.stopped_at is None and not hosted.changed and hosted.generation > 0
    if unchanged:
        hosted.saved(next_offset, decisions_end)
    return IndexEntry(
        first_offset=hosted.first_offset,
        generation=hosted.generation,
        next_offset=hosted.saved_offset,
        decisions_offset=hosted.decisions_offset,
    )
