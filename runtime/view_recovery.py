"""Views as a partition of view.snapshots.v1 has them: where the view stage goes on, and where gateways start."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from runtime.errors import LogBroken
from runtime.snapshots import Found, Snapshot, chunks_of, digest_of
from runtime.stage import LogRange
from schemas.shown import VIEW_FORMAT, ViewPart
from schemas.snapshots import SnapshotManifest
from schemas.view import View
from schemas.view_parts import fingerprint, parts, restore

_PART: msgspec.json.Decoder[ViewPart] = msgspec.json.Decoder(ViewPart)


class Recovered(msgspec.Struct, frozen=True):
    """The views of a partition, and the offset of routing.decisions.v1 from which they go on.

    `generations`: the newest one seen of each workspace, usable or not; `first_offsets`: of its first decision. A
    decision may come again: views drop it.
    """

    views: dict[str, View]
    position: int
    generations: dict[str, int]
    first_offsets: dict[str, int]


def recover(found: Found, log: LogRange, where: str) -> Recovered:
    """Whatever happened to the snapshots, nothing between them and `position` is missing.

    Raises:
        LogBroken: decisions that are needed are not in the log any more, or the log ends below a snapshot.
    """
    views: dict[str, View] = {}
    generations: dict[str, int] = {}
    starts = [log.first if found.index is None else found.index.covered_offset]
    entries = {} if found.index is None else found.index.workspaces
    for workspace in {*entries, *found.snapshots}:
        entry = entries.get(workspace)
        usable = next(_usable(found.snapshots.get(workspace, ())), None)
        if usable is not None:
            view, manifest = usable
            views[workspace] = view
            is_indexed = entry is not None and entry.generation == manifest.generation
            starts.append(entry.next_offset if entry is not None and is_indexed else manifest.next_offset)
        else:
            starts.append(log.first if entry is None else entry.first_offset)
        seen = [snapshot.manifest.generation for snapshot in found.snapshots.get(workspace, ())]
        generations[workspace] = max([*seen, 0 if entry is None else entry.generation])
    position = min(starts)
    if not log.first <= position <= log.end:
        raise LogBroken(f"{where}: snapshots go on at {position}, the log holds {log.first} to {log.end}")
    firsts = {workspace: entry.first_offset for workspace, entry in entries.items()}
    return Recovered(views=views, position=position, generations=generations, first_offsets=firsts)


def to_snapshot(view: View, generation: int, next_offset: int) -> Snapshot:
    """The view as a snapshot, with the first decision offset that is not in it."""
    pieces = list(parts(view))
    payload = b"\n".join(msgspec.json.encode(piece) for piece in pieces)
    chunks = chunks_of(payload)
    manifest = SnapshotManifest(
        workspace=view.workspace,
        generation=generation,
        epoch=view.epoch,
        seq=view.seq,
        next_offset=next_offset,
        chunks=len(chunks),
        size_bytes=len(payload),
        digest=digest_of(chunks),
        fingerprint=fingerprint(pieces),
        format=VIEW_FORMAT,
        at_ms=view.at_ms,
    )
    return Snapshot(manifest, tuple(chunks))


def from_snapshot(snapshot: Snapshot) -> View | None:
    """The view in a snapshot; None = in a format that this program does not know, or not what was taken apart."""
    if snapshot.manifest.format != VIEW_FORMAT:
        return None
    payload = b"".join(snapshot.chunks)
    try:
        view = restore(_PART.decode(line) for line in payload.split(b"\n"))
    except (msgspec.MsgspecError, ValueError):
        return None
    return view if fingerprint(parts(view)) == snapshot.manifest.fingerprint else None


def _usable(snapshots: tuple[Snapshot, ...]) -> Iterator[tuple[View, SnapshotManifest]]:
    for snapshot in snapshots:
        view = from_snapshot(snapshot)
        if view is not None:
            yield view, snapshot.manifest
