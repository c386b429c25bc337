"""A state that was restored ahead belongs to one snapshot, and to whoever takes it first."""

from __future__ import annotations

import msgspec

from schemas.snapshots import SnapshotManifest
from streams.routing.engine import Engine
from streams.routing.position import Restored
from streams.routing.prepared import Prepared

MANIFEST = SnapshotManifest(
    workspace="ws",
    generation=3,
    epoch=1,
    seq=9,
    next_offset=20,
    chunks=1,
    size_bytes=1,
    digest="d",
    fingerprint="f",
    format=1,
)


def a_state(generation: int = 3) -> Restored:
    return Restored(msgspec.structs.replace(MANIFEST, generation=generation), Engine("ws"))


def test_a_state_is_taken_once() -> None:
    prepared, state = Prepared(), a_state()
    prepared.keep(state)
    assert prepared.take(MANIFEST) is state
    assert prepared.take(MANIFEST) is None


def test_the_state_of_another_snapshot_is_not_given_and_not_kept_any_longer() -> None:
    prepared = Prepared()
    prepared.keep(a_state(2))
    assert prepared.take(MANIFEST) is None
    assert prepared.take(a_state(2).manifest) is None


def test_of_a_workspace_the_newest_is_kept() -> None:
    prepared, newest = Prepared(), a_state()
    prepared.keep(a_state(2))
    prepared.keep(newest)
    assert prepared.take(MANIFEST) is newest
