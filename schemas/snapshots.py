"""Snapshots in a compacted topic: chunks first, their manifest next, the partition's index last; two generations kept.

A chunk's value is raw bytes; the rest are events. A snapshot counts only when its manifest is there, all its chunks
are, and their digest agrees. The partition's number is that of the log the snapshot is of.
"""

from __future__ import annotations

from typing import Final

from schemas.event import Event, Value

GENERATIONS_KEPT: Final = 2
INDEX_KEY: Final = "index"


class SnapshotManifest(Event, frozen=True, kw_only=True, tag="snapshot.written"):
    """What a snapshot holds and where to go on.

    `next_offset`: the first input (for the view: decision) that is not in it. `decisions_offset`: an offset of
    routing.decisions.v1 at or below the first decision after `(epoch, seq)`, None where it does not apply.
    `digest`: SHA-256 of the chunks in order. `fingerprint`: of the state.
    """

    workspace: str
    generation: int
    epoch: int
    seq: int
    next_offset: int
    chunks: int
    size_bytes: int
    digest: str
    fingerprint: str
    format: int
    engine_version: int = 1
    decisions_offset: int | None = None
    at_ms: int = 0


class IndexEntry(Value, frozen=True, kw_only=True):
    """One workspace of a partition: its first record, its newest generation (0 = none yet), and where to go on.

    `next_offset` may lie above the manifest's: nothing of this workspace came in between.
    """

    first_offset: int
    generation: int = 0
    next_offset: int = 0
    decisions_offset: int | None = None


class SnapshotIndex(Event, frozen=True, kw_only=True, tag="snapshots.indexed"):
    """Every workspace that has a record below `covered_offset` of the partition."""

    covered_offset: int
    workspaces: dict[str, IndexEntry]


class ReopenMarked(Event, frozen=True, kw_only=True, tag="log.reopen_marked"):
    """The workspace's log was truncated or recreated and goes on in `epoch`, by the input `LogReopened` at `offset`.

    Decisions of earlier epochs are not sent any more, and snapshots of earlier epochs are not used.
    """

    workspace: str
    epoch: int
    offset: int


SnapshotsTopicEvent = SnapshotManifest | SnapshotIndex | ReopenMarked


def chunk_key(workspace: str, generation: int, index: int) -> str:
    """The key of a chunk; generations reuse their slot, so that compaction removes what is older."""
    return f"chunk/{workspace}/{generation % GENERATIONS_KEPT}/{index}"


def manifest_key(workspace: str, generation: int) -> str:
    """The key of a manifest."""
    return f"manifest/{workspace}/{generation % GENERATIONS_KEPT}"


def reopen_key(workspace: str) -> str:
    """The key of a reopen mark."""
    return f"reopened/{workspace}"
