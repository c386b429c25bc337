"""Snapshots survive every torn write, and the newest whole one is found."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.records import Output, Record
from runtime.snapshots import (
    Snapshot,
    chunks_of,
    digest_of,
    find,
    index_output,
    listed,
    reopen_output,
    snapshot_outputs,
)
from schemas.snapshots import IndexEntry, ReopenMarked, SnapshotIndex, SnapshotManifest
from schemas.topics import ROUTING_SNAPSHOTS


def a_snapshot(generation: int, payload: bytes = b"state", workspace: str = "bookcity") -> Snapshot:
    chunks = tuple(chunks_of(payload, size=2))
    return Snapshot(
        SnapshotManifest(
            workspace=workspace,
            generation=generation,
            epoch=1,
            seq=generation * 10,
            next_offset=generation * 100,
            chunks=len(chunks),
            size_bytes=len(payload),
            digest=digest_of(chunks),
            fingerprint="f",
            format=1,
        ),
        chunks,
    )


def written(outputs: Sequence[Output]) -> list[Record]:
    return [Record(o.topic, 3, offset, 0, o.key, o.value, o.headers) for offset, o in enumerate(outputs)]


def outputs_of(snapshot: Snapshot) -> list[Output]:
    return snapshot_outputs(ROUTING_SNAPSHOTS, 3, snapshot)


def test_what_was_written_is_found_whole() -> None:
    snapshot = a_snapshot(1, b"a state of several chunks")
    found = find(ROUTING_SNAPSHOTS, written(outputs_of(snapshot)))
    assert found.snapshots == {"bookcity": (snapshot,)}
    assert found.broken == ()


def test_an_empty_state_has_one_chunk() -> None:
    assert chunks_of(b"") == [b""]


def test_a_snapshot_without_its_manifest_does_not_count() -> None:
    found = find(ROUTING_SNAPSHOTS, written(outputs_of(a_snapshot(1))[:-1]))
    assert found.snapshots == {}


def test_a_torn_third_generation_leaves_the_second_to_be_found() -> None:
    second = a_snapshot(2, b"second")
    records = outputs_of(a_snapshot(1, b"first")) + outputs_of(second)
    for torn in range(len(outputs_of(a_snapshot(3, b"third")))):
        partial = outputs_of(a_snapshot(3, b"third"))[:torn]
        found = find(ROUTING_SNAPSHOTS, written(records + partial))
        assert found.snapshots["bookcity"][0] == second
        assert found.broken == (("bookcity generation 1",) if torn else ())


def test_the_newest_generation_stands_first_and_two_are_kept() -> None:
    records = [output for generation in (1, 2, 3) for output in outputs_of(a_snapshot(generation))]
    found = find(ROUTING_SNAPSHOTS, written(records))
    assert [one.manifest.generation for one in found.snapshots["bookcity"]] == [3, 2]


def test_a_chunk_with_a_flipped_byte_breaks_only_its_snapshot() -> None:
    records = written(outputs_of(a_snapshot(1)) + outputs_of(a_snapshot(2)))
    at = len(outputs_of(a_snapshot(1)))
    spoiled = records[at]
    assert spoiled.value is not None
    flipped = spoiled.value[:-1] + bytes([spoiled.value[-1] ^ 1])
    records[at] = Record(spoiled.topic, 3, at, 0, spoiled.key, flipped, ())
    found = find(ROUTING_SNAPSHOTS, records)
    assert [one.manifest.generation for one in found.snapshots["bookcity"]] == [1]
    assert found.broken == ("bookcity generation 2",)


def test_the_last_index_and_reopen_mark_are_found() -> None:
    old = SnapshotIndex(covered_offset=5, workspaces={})
    new = SnapshotIndex(covered_offset=9, workspaces={"bookcity": IndexEntry(first_offset=2)})
    mark = ReopenMarked(workspace="bookcity", epoch=2, offset=7)
    outputs = [index_output(ROUTING_SNAPSHOTS, 3, old), index_output(ROUTING_SNAPSHOTS, 3, new)]
    found = find(ROUTING_SNAPSHOTS, written([*outputs, reopen_output(ROUTING_SNAPSHOTS, 3, mark)]))
    assert found.index == new
    assert found.reopened == {"bookcity": mark}


def test_listing_opens_nothing_and_opening_says_whether_the_bytes_agree() -> None:
    records = written(outputs_of(a_snapshot(1)) + outputs_of(a_snapshot(2, b"other")))
    spoiled = records[-2]
    assert spoiled.value is not None
    records[-2] = Record(spoiled.topic, 3, spoiled.offset, 0, spoiled.key, spoiled.value[:-1], ())
    newest, older = listed(ROUTING_SNAPSHOTS, records).snapshots["bookcity"]
    assert (newest.manifest.generation, newest.opened()) == (2, None)
    assert older.opened() == a_snapshot(1)
