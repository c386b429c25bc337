"""Snapshots of a partition's workspaces, as records of a compacted topic: pure, in both directions.

A round writes each changed workspace's chunks, then its manifest, then the partition's index, in this order and
acknowledged in this order. Whatever a crash leaves behind, the newest snapshot whose bytes agree with its manifest is
found again.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from runtime.records import Output, Record
from schemas import codec
from schemas.envelope import Envelope, to_headers
from schemas.event import Event, wire_type
from schemas.snapshots import (
    GENERATIONS_KEPT,
    INDEX_KEY,
    ReopenMarked,
    SnapshotIndex,
    SnapshotManifest,
    chunk_key,
    manifest_key,
    reopen_key,
)
from schemas.topics import Topic

CHUNK_BYTES: Final = 800 * 1024
"""A chunk before it is compressed: even incompressible it stays below the broker's limit of 1 MiB a record."""
_LEVEL: Final = 1


class Snapshot(msgspec.Struct, frozen=True):
    """A whole snapshot: its manifest, and the chunks as they were given."""

    manifest: SnapshotManifest
    chunks: tuple[bytes, ...]


class Found(msgspec.Struct, frozen=True):
    """What a partition of a snapshot topic holds.

    `snapshots` are whole ones, newest first, by workspace; `broken` names those whose bytes do not agree.
    """

    index: SnapshotIndex | None
    snapshots: dict[str, tuple[Snapshot, ...]]
    reopened: dict[str, ReopenMarked]
    broken: tuple[str, ...] = ()


def chunks_of(payload: bytes, size: int = CHUNK_BYTES) -> list[bytes]:
    """`payload` in pieces of at most `size` bytes; at least one."""
    return [payload[start : start + size] for start in range(0, max(len(payload), 1), size)]


def digest_of(chunks: Iterable[bytes]) -> str:
    """SHA-256 over the chunks in order, in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def snapshot_outputs(topic: Topic, partition: int, snapshot: Snapshot) -> list[Output]:
    """The records of one snapshot, its manifest last."""
    manifest = snapshot.manifest
    records = [
        Output(
            topic.name,
            chunk_key(manifest.workspace, manifest.generation, index).encode(),
            zlib.compress(chunk, _LEVEL),
            partition=partition,
        )
        for index, chunk in enumerate(snapshot.chunks)
    ]
    key = manifest_key(manifest.workspace, manifest.generation)
    return [*records, _event_output(topic, partition, key, manifest)]


def index_output(topic: Topic, partition: int, index: SnapshotIndex) -> Output:
    """The record of a partition's index."""
    return _event_output(topic, partition, INDEX_KEY, index)


def reopen_output(topic: Topic, partition: int, mark: ReopenMarked) -> Output:
    """The record that says that a workspace's log was reopened."""
    return _event_output(topic, partition, reopen_key(mark.workspace), mark)


def find(topic: Topic, records: Sequence[Record]) -> Found:
    """What the records of one partition, from its first to its last, amount to."""
    newest: dict[str, bytes] = {}
    for record in records:
        if record.key is not None:
            if record.value is None:
                newest.pop(record.key.decode(), None)
            else:
                newest[record.key.decode()] = record.value
    found: dict[str, list[Snapshot]] = {}
    broken: list[str] = []
    reopened: dict[str, ReopenMarked] = {}
    index: SnapshotIndex | None = None
    for key, value in newest.items():
        if key.startswith("chunk/"):
            continue
        event = codec.decode(topic, value)
        if isinstance(event, SnapshotIndex):
            index = event
        elif isinstance(event, ReopenMarked):
            reopened[event.workspace] = event
        else:
            snapshot = _assemble(event, newest)
            if snapshot is None:
                broken.append(f"{event.workspace} generation {event.generation}")
            else:
                found.setdefault(event.workspace, []).append(snapshot)
    ordered = {
        workspace: tuple(sorted(several, key=lambda one: -one.manifest.generation))[:GENERATIONS_KEPT]
        for workspace, several in found.items()
    }
    return Found(index=index, snapshots=ordered, reopened=reopened, broken=tuple(sorted(broken)))


def _assemble(manifest: SnapshotManifest, newest: dict[str, bytes]) -> Snapshot | None:
    chunks: list[bytes] = []
    for index in range(manifest.chunks):
        packed = newest.get(chunk_key(manifest.workspace, manifest.generation, index))
        if packed is None:
            return None
        try:
            chunks.append(zlib.decompress(packed))
        except zlib.error:
            return None
    if digest_of(chunks) != manifest.digest:
        return None
    return Snapshot(manifest, tuple(chunks))


def _event_output(topic: Topic, partition: int, key: str, event: Event) -> Output:
    envelope = Envelope(id=f"{topic.name}/{partition}/{key}", source="/snapshots", type=wire_type(event))
    return Output(topic.name, key.encode(), codec.encode(event), to_headers(envelope), partition=partition)
