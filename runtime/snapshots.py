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


class Packed(msgspec.Struct, frozen=True):
    """A snapshot as its records hold it: none of its chunks is missing, and nobody has looked at their bytes yet."""

    manifest: SnapshotManifest
    packed: tuple[bytes, ...]

    def opened(self) -> Snapshot | None:
        """The snapshot, None when its bytes do not agree with its manifest."""
        try:
            chunks = tuple(zlib.decompress(chunk) for chunk in self.packed)
        except zlib.error:
            return None
        return Snapshot(self.manifest, chunks) if digest_of(chunks) == self.manifest.digest else None


class Listed(msgspec.Struct, frozen=True):
    """What a partition of a snapshot topic holds, unopened: snapshots newest first, by workspace.

    `torn` are the manifests of those that lack a chunk.
    """

    index: SnapshotIndex | None
    snapshots: dict[str, tuple[Packed, ...]]
    reopened: dict[str, ReopenMarked]
    torn: tuple[SnapshotManifest, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """What a partition of a snapshot topic holds, every snapshot opened.

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


def listed(topic: Topic, records: Sequence[Record]) -> Listed:
    """What the records of one partition, from its first to its last, amount to."""
    newest: dict[str, bytes] = {}
    for record in records:
        if record.key is not None:
            if record.value is None:
                newest.pop(record.key.decode(), None)
            else:
                newest[record.key.decode()] = record.value
    several: dict[str, list[Packed]] = {}
    torn: list[SnapshotManifest] = []
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
            packed = _packed(event, newest)
            if packed is None:
                torn.append(event)
            else:
                several.setdefault(event.workspace, []).append(packed)
    ordered = {
        workspace: tuple(sorted(packed, key=lambda one: -one.manifest.generation))
        for workspace, packed in several.items()
    }
    return Listed(index=index, snapshots=ordered, reopened=reopened, torn=tuple(torn))


def find(topic: Topic, records: Sequence[Record]) -> Found:
    """As `listed`, with every snapshot opened and at most the newest `GENERATIONS_KEPT` whole ones of each workspace."""
    there = listed(topic, records)
    broken = list(there.torn)
    found: dict[str, tuple[Snapshot, ...]] = {}
    for workspace, several in there.snapshots.items():
        opened = [(packed.manifest, packed.opened()) for packed in several]
        broken += [manifest for manifest, snapshot in opened if snapshot is None]
        whole = tuple(snapshot for _, snapshot in opened if snapshot is not None)
        if whole:
            found[workspace] = whole[:GENERATIONS_KEPT]
    names = sorted(f"{manifest.workspace} generation {manifest.generation}" for manifest in broken)
    return Found(index=there.index, snapshots=found, reopened=there.reopened, broken=tuple(names))


def _packed(manifest: SnapshotManifest, newest: dict[str, bytes]) -> Packed | None:
    chunks = [newest.get(chunk_key(manifest.workspace, manifest.generation, index)) for index in range(manifest.chunks)]
    whole = tuple(chunk for chunk in chunks if chunk is not None)
    return Packed(manifest, whole) if len(whole) == manifest.chunks else None


def _event_output(topic: Topic, partition: int, key: str, event: Event) -> Output:
    envelope = Envelope(id=f"{topic.name}/{partition}/{key}", source="/snapshots", type=wire_type(event))
    return Output(topic.name, key.encode(), codec.encode(event), to_headers(envelope), partition=partition)
