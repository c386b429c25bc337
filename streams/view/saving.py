"""Snapshots of a partition's views: when, and as which records.

A round writes the views that changed, each with its manifest last, then the index. A view to which nothing came keeps
its snapshot and goes on from later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from runtime.records import Output
from runtime.settings import View as ViewPolicy
from runtime.snapshots import index_output, snapshot_outputs
from runtime.view_recovery import Recovered, to_snapshot
from schemas.snapshots import IndexEntry, SnapshotIndex
from schemas.topics import VIEW_SNAPSHOTS
from schemas.view import View

NEVER: Final = (0, 0)


class _Kept:
    __slots__ = ("first_offset", "generation", "mark", "next_offset")

    def __init__(self, first_offset: int, generation: int = 0, mark: tuple[int, int] = NEVER) -> None:
        self.first_offset = first_offset
        self.generation = generation
        self.mark = mark
        self.next_offset = first_offset


class Saving:
    """The snapshots of one partition; `count` hears of every batch."""

    def __init__(self, partition: int, policy: ViewPolicy) -> None:
        self._partition = partition
        self._policy = policy
        self._kept: dict[str, _Kept] = {}
        self._records = 0
        self._began_s = 0.0

    def begin(self, recovered: Recovered, now_s: float) -> None:
        """Goes on from what was found."""
        self._kept = {
            workspace: _Kept(recovered.first_offsets.get(workspace, recovered.position), generation)
            for workspace, generation in recovered.generations.items()
        }
        self._records = 0
        self._began_s = now_s

    def seen(self, workspace: str, offset: int) -> None:
        """A decision of this workspace came at that offset."""
        if workspace not in self._kept:
            self._kept[workspace] = _Kept(offset)

    def count(self, records: int) -> None:
        """So many decisions were taken."""
        self._records += records

    def due(self, now_s: float) -> bool:
        """Whether enough decisions have come, or enough time has passed since some came."""
        if self._records >= self._policy.snapshot_every_records:
            return True
        return self._records > 0 and (now_s - self._began_s) * 1000 >= self._policy.snapshot_every_ms

    def round(self, views: dict[str, View], next_offset: int, now_s: float) -> Iterator[list[Output]]:
        """The records of a round, in portions to be acknowledged one after the other; views hold all below
        `next_offset`.
        """
        for workspace, kept in self._kept.items():
            view = views[workspace]
            if kept.mark != view.mark:
                kept.generation += 1
                yield snapshot_outputs(VIEW_SNAPSHOTS, self._partition, to_snapshot(view, kept.generation, next_offset))
                kept.mark = view.mark
            kept.next_offset = next_offset
        yield [index_output(VIEW_SNAPSHOTS, self._partition, self._index(next_offset))]
        self._records = 0
        self._began_s = now_s

    def _index(self, next_offset: int) -> SnapshotIndex:
        entries = {
            workspace: IndexEntry(
                first_offset=kept.first_offset, generation=kept.generation, next_offset=kept.next_offset
            )
            for workspace, kept in self._kept.items()
        }
        return SnapshotIndex(covered_offset=next_offset, workspaces=entries)
