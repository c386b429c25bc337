"""States of workspaces on the way through their logs, kept compressed and bounded, so that a replay need not begin anew."""

from __future__ import annotations

import zlib
from collections import OrderedDict

import msgspec

from runtime.snapshots import Snapshot, digest_of
from schemas.snapshots import SnapshotManifest
from streams.routing.engine import Engine

_LEVEL = 1


class _Kept(msgspec.Struct, frozen=True):
    manifest: SnapshotManifest
    chunks: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.chunks))


class Checkpoints:
    """At most `limit_bytes` of them, those used longest ago go first. One that is larger is not kept."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[tuple[str, int], _Kept] = OrderedDict()
        self.size_bytes = 0

    def keep(self, snapshot: Snapshot) -> None:
        """Keeps it, unless there is one of the same place."""
        place = (snapshot.manifest.workspace, snapshot.manifest.next_offset)
        kept = _Kept(snapshot.manifest, tuple(zlib.compress(chunk, _LEVEL) for chunk in snapshot.chunks))
        if place in self._kept or kept.size > self._limit:
            return
        self._kept[place] = kept
        self.size_bytes += kept.size
        while self.size_bytes > self._limit:
            _, dropped = self._kept.popitem(last=False)
            self.size_bytes -= dropped.size

    def has(self, workspace: str, next_offset: int) -> bool:
        """Whether there is one of that place."""
        return (workspace, next_offset) in self._kept

    def places(self, workspace: str) -> list[int]:
        """The offsets at which the workspace's go on, newest first."""
        return sorted((offset for name, offset in self._kept if name == workspace), reverse=True)

    def take(self, workspace: str, next_offset: int) -> Snapshot:
        """The one of that place, which counts as used now. Raises KeyError."""
        self._kept.move_to_end((workspace, next_offset))
        kept = self._kept[workspace, next_offset]
        return Snapshot(kept.manifest, tuple(zlib.decompress(chunk) for chunk in kept.chunks))


def checkpoint(engine: Engine, next_offset: int) -> Snapshot:
    """The engine's state, from which a fold goes on at `next_offset`."""
    chunks = tuple(engine.snapshot())
    digest = digest_of(chunks)
    manifest = SnapshotManifest(
        workspace=engine.workspace,
        generation=0,
        epoch=engine.epoch,
        seq=engine.seq,
        next_offset=next_offset,
        chunks=len(chunks),
        size_bytes=sum(map(len, chunks)),
        digest=digest,
        fingerprint=digest,
        format=0,
        engine_version=engine.engine_version,
        at_ms=engine.now_ms,
    )
    return Snapshot(manifest, chunks)
