from __future__ import annotations

import msgspec
import pytest

from runtime.errors import LogBroken
from runtime.records import Output, Record
from runtime.snapshots import find, index_output, snapshot_outputs
from runtime.stage import LogRange
from runtime.view_recovery import from_snapshot, recover, to_snapshot
from schemas.snapshots import IndexEntry, SnapshotIndex
from schemas.topics import VIEW_SNAPSHOTS
from schemas.view import View
from tests.support.decided import Floor

LOG = LogRange(first=0, end=1_000)


def a_view(workspace: str = "shop") -> View:
    floor = Floor(workspace)
    floor.opened("ana")
    floor.arrives("i1")
    view = View(workspace)
    for decision in floor.said:
        view.apply(decision)
    return view


def records(*outputs: Output) -> list[Record]:
    return [
        Record(one.topic, 0, offset, 0, one.key, one.value, one.headers) for offset, one in enumerate(outputs, start=1)
    ]


def index(covered: int, **entries: IndexEntry) -> Output:
    return index_output(VIEW_SNAPSHOTS, 0, SnapshotIndex(covered_offset=covered, workspaces=entries))


def test_without_snapshots_everything_is_read() -> None:
    recovered = recover(find(VIEW_SNAPSHOTS, []), LogRange(first=7, end=9), "here")
    assert (recovered.views, recovered.position) == ({}, 7)


def test_a_view_goes_on_from_where_its_index_says() -> None:
    written = snapshot_outputs(VIEW_SNAPSHOTS, 0, to_snapshot(a_view(), 3, 50))
    entry = IndexEntry(first_offset=2, generation=3, next_offset=80)
    recovered = recover(find(VIEW_SNAPSHOTS, records(*written, index(90, shop=entry))), LOG, "here")
    assert recovered.views["shop"].mark == a_view().mark
    assert recovered.position == 80
    assert (recovered.generations, recovered.first_offsets) == ({"shop": 3}, {"shop": 2})


def test_a_snapshot_newer_than_the_index_is_used_from_its_own_offset() -> None:
    written = snapshot_outputs(VIEW_SNAPSHOTS, 0, to_snapshot(a_view(), 4, 60))
    entry = IndexEntry(first_offset=2, generation=3, next_offset=50)
    recovered = recover(find(VIEW_SNAPSHOTS, records(*written, index(90, shop=entry))), LOG, "here")
    assert recovered.position == 60


def test_a_broken_generation_gives_way_to_the_one_before() -> None:
    old = snapshot_outputs(VIEW_SNAPSHOTS, 0, to_snapshot(a_view(), 3, 50))
    new = snapshot_outputs(VIEW_SNAPSHOTS, 0, to_snapshot(a_view(), 4, 70))
    broken = [msgspec.structs.replace(new[0], value=b"nonsense"), *new[1:]]
    entry = IndexEntry(first_offset=2, generation=4, next_offset=80)
    recovered = recover(find(VIEW_SNAPSHOTS, records(*old, *broken, index(90, shop=entry))), LOG, "here")
    assert (recovered.position, recovered.generations["shop"]) == (50, 4)


def test_a_workspace_without_a_usable_snapshot_is_read_from_its_first_decision() -> None:
    entry = IndexEntry(first_offset=12, generation=0)
    recovered = recover(find(VIEW_SNAPSHOTS, records(index(90, shop=entry))), LOG, "here")
    assert (recovered.views, recovered.position) == ({}, 12)


def test_decisions_that_are_gone_or_not_there_yet_break_the_log() -> None:
    entry = IndexEntry(first_offset=12, generation=0)
    found = find(VIEW_SNAPSHOTS, records(index(90, shop=entry)))
    for log in (LogRange(first=13, end=1_000), LogRange(first=0, end=11)):
        with pytest.raises(LogBroken):
            recover(found, log, "here")


def test_another_format_or_other_content_is_not_taken_for_a_view() -> None:
    good = to_snapshot(a_view(), 1, 5)
    assert from_snapshot(good) is not None
    other_format = msgspec.structs.replace(good.manifest, format=99)
    assert from_snapshot(msgspec.structs.replace(good, manifest=other_format)) is None
    other_content = msgspec.structs.replace(good.manifest, fingerprint="0")
    assert from_snapshot(msgspec.structs.replace(good, manifest=other_content)) is None
