"""Snapshots in a compacted topic: chunks keyed by generation first, the manifest last, two generations kept.

A chunk's value is raw bytes; a manifest is an event. A snapshot counts only when the manifest is there, all chunks
are, and their digest agrees.
"""

from __future__ import annotations

from typing import Final

from schemas.event import Event

GENERATIONS_KEPT: Final = 2


class SnapshotManifest(Event, frozen=True, kw_only=True, tag="snapshot.written"):
    """What a snapshot holds and where to go on.

    `next_offset`: the first input (for the view: decision) not in it. `decisions_offset`: an offset of
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


SnapshotsTopicEvent = SnapshotManifest


def chunk_key(workspace: str, generation: int, index: int) -> str:
    """The key of a chunk; generations reuse their slot, so that compaction removes what is older."""
    return f"{workspace}/chunk/{generation % GENERATIONS_KEPT}/{index}"


def manifest_key(workspace: str, generation: int) -> str:
    """The key of a manifest."""
    return f"{workspace}/manifest/{generation % GENERATIONS_KEPT}"
