"""Where a partition's workspaces go on, and what is refused."""

from __future__ import annotations

import pytest

from runtime.errors import LogBroken
from runtime.records import Record
from runtime.snapshots import Listed, Packed
from runtime.stage import LogRange
from schemas import codec
from schemas.decisions import CommandApplied, Decision, WorkspaceStopped
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.ids import decision_id
from schemas.snapshots import IndexEntry, ReopenMarked, SnapshotIndex, SnapshotManifest
from streams.routing import position
from streams.routing.engine import Engine
from streams.routing.position import CAUSE_HEADER, Emitted, Plan, Restored, collect, decisions_from


def plan(found: Listed, emitted: dict[str, Emitted], log: LogRange) -> Plan:
    """As `position.plan`, where every snapshot can be restored."""
    newest = {workspace: snapshots[0] for workspace, snapshots in found.snapshots.items()}
    restored = {name: Restored(packed.manifest, Engine(name)) for name, packed in newest.items()}
    return position.plan(found, restored, emitted, log)


NOTHING = Listed(index=None, snapshots={}, reopened={})


def a_record(decision: Decision, offset: int = 0) -> Record:
    identity = decision_id(decision.workspace, decision.epoch, decision.seq)
    headers = to_headers(Envelope(id=identity, source="/streams/routing", type=wire_type(decision)))
    headers = (*headers, (CAUSE_HEADER, b"%d" % decision.cause))
    return Record("routing.decisions.v1", 0, offset, 0, b"ws", codec.encode(decision), headers)


def applied(seq: int, cause: int, workspace: str = "ws", epoch: int = 1) -> Decision:
    return CommandApplied(workspace=workspace, epoch=epoch, seq=seq, cause=cause, at_ms=0, command_id="c")


def a_snapshot(generation: int, next_offset: int, epoch: int = 1) -> Packed:
    manifest = SnapshotManifest(
        workspace="ws",
        generation=generation,
        epoch=epoch,
        seq=9,
        next_offset=next_offset,
        chunks=0,
        size_bytes=0,
        digest="",
        fingerprint="",
        format=1,
    )
    return Packed(manifest, ())


def indexed(
    covered: int, *snapshots: Packed, entry: IndexEntry | None = None, mark: ReopenMarked | None = None
) -> Listed:
    workspaces = {"ws": entry} if entry else {}
    return Listed(
        index=SnapshotIndex(covered_offset=covered, workspaces=workspaces),
        snapshots={"ws": snapshots} if snapshots else {},
        reopened={"ws": mark} if mark else {},
    )


def test_an_empty_log_starts_at_its_first_offset() -> None:
    assert plan(NOTHING, {}, LogRange(0, 0)).offset == 0


def test_a_log_that_starts_later_cannot_be_begun_without_a_snapshot() -> None:
    with pytest.raises(LogBroken, match="inputs from 0 on are needed, but the log starts at 5"):
        plan(NOTHING, {}, LogRange(5, 10))


def test_without_a_snapshot_everything_is_read_from_the_start() -> None:
    emitted: dict[str, Emitted] = {}
    collect(emitted, [a_record(applied(1, cause=3)), a_record(applied(2, cause=4))])
    got = plan(NOTHING, emitted, LogRange(0, 10))
    assert got.offset == 0
    assert (got.starts["ws"].emitted.epoch, got.starts["ws"].emitted.seq) == (1, 2)


def test_no_snapshot_and_a_log_that_starts_later_is_refused() -> None:
    emitted: dict[str, Emitted] = {}
    collect(emitted, [a_record(applied(1, cause=3))])
    found = indexed(10, entry=IndexEntry(first_offset=0))
    with pytest.raises(LogBroken, match="starts at 5"):
        plan(found, emitted, LogRange(5, 10))


def test_a_workspace_goes_on_behind_its_snapshot() -> None:
    entry = IndexEntry(first_offset=2, generation=3, next_offset=40, decisions_offset=7)
    got = plan(indexed(50, a_snapshot(3, 40), entry=entry), {}, LogRange(0, 60))
    assert got.starts["ws"].next_offset == 40
    assert got.offset == 40


def test_a_workspace_without_news_goes_on_where_the_index_says() -> None:
    entry = IndexEntry(first_offset=2, generation=3, next_offset=50, decisions_offset=7)
    got = plan(indexed(50, a_snapshot(3, 40), entry=entry), {}, LogRange(0, 60))
    assert got.offset == 50


def test_a_broken_newest_generation_falls_back_to_the_one_before() -> None:
    entry = IndexEntry(first_offset=2, generation=3, next_offset=50, decisions_offset=7)
    got = plan(indexed(50, a_snapshot(2, 30), entry=entry), {}, LogRange(0, 60))
    assert got.offset == 30


def test_a_workspace_with_no_good_snapshot_starts_at_its_first_input() -> None:
    entry = IndexEntry(first_offset=2, generation=3, next_offset=50, decisions_offset=7)
    got = plan(indexed(50, entry=entry), {}, LogRange(0, 60))
    assert (got.offset, got.starts["ws"].restored) == (2, None)


def test_a_snapshot_that_this_program_cannot_read_is_folded_again_from_the_log() -> None:
    entry = IndexEntry(first_offset=2, generation=3, next_offset=50, decisions_offset=7)
    found = indexed(50, a_snapshot(3, 40), entry=entry)
    assert position.plan(found, {}, {}, LogRange(0, 60)).offset == 2


def test_a_log_that_ends_below_the_last_cause_is_refused() -> None:
    emitted: dict[str, Emitted] = {}
    collect(emitted, [a_record(applied(1, cause=10))])
    with pytest.raises(LogBroken, match="hubline log reopen ws"):
        plan(NOTHING, emitted, LogRange(0, 10))
    assert plan(NOTHING, emitted, LogRange(0, 11)).offset == 0


def test_a_log_that_ends_below_the_snapshot_is_refused() -> None:
    entry = IndexEntry(first_offset=0, generation=1, next_offset=40, decisions_offset=0)
    with pytest.raises(LogBroken, match="the log ends at 39"):
        plan(indexed(40, a_snapshot(1, 40), entry=entry), {}, LogRange(0, 39))


def test_a_reopened_log_starts_over_and_forgets_older_snapshots() -> None:
    entry = IndexEntry(first_offset=0, generation=1, next_offset=40, decisions_offset=0)
    mark = ReopenMarked(workspace="ws", epoch=2, offset=4)
    found = indexed(40, a_snapshot(1, 40), entry=entry, mark=mark)
    emitted: dict[str, Emitted] = {}
    collect(emitted, [a_record(applied(30, cause=39))])
    got = plan(found, emitted, LogRange(0, 5))
    assert (got.offset, got.starts["ws"].restored, got.starts["ws"].reopened) == (0, None, mark)
    assert decisions_from(found) is None


def test_a_snapshot_of_the_new_epoch_absorbs_the_mark() -> None:
    entry = IndexEntry(first_offset=0, generation=2, next_offset=8, decisions_offset=31)
    mark = ReopenMarked(workspace="ws", epoch=2, offset=4)
    found = indexed(8, a_snapshot(2, 8, epoch=2), entry=entry, mark=mark)
    got = plan(found, {}, LogRange(0, 9))
    assert (got.offset, got.starts["ws"].reopened) == (8, None)
    assert decisions_from(found) == 31


def test_repeated_decisions_count_once_and_stops_are_kept_in_order() -> None:
    stopped = WorkspaceStopped(workspace="ws", epoch=1, seq=2, cause=5, at_ms=0, invariant="units", offset=5)
    emitted: dict[str, Emitted] = {}
    collect(emitted, [a_record(applied(1, cause=4)), a_record(stopped), a_record(stopped), a_record(applied(1, 4))])
    assert emitted["ws"].stops == [stopped]
    assert (emitted["ws"].seq, emitted["ws"].cause) == (2, 5)


def test_decisions_are_read_from_the_lowest_offset_that_the_index_names() -> None:
    entries = {
        "a": IndexEntry(first_offset=0, generation=1, next_offset=4, decisions_offset=12),
        "b": IndexEntry(first_offset=0, generation=1, next_offset=4, decisions_offset=7),
    }
    found = Listed(index=SnapshotIndex(covered_offset=9, workspaces=entries), snapshots={}, reopened={})
    assert decisions_from(found) == 7
    entries["c"] = IndexEntry(first_offset=8)
    assert decisions_from(found) is None


def test_of_one_workspace_alone_what_its_neighbours_need_is_not_asked_for() -> None:
    entries = {
        "kept": IndexEntry(first_offset=0, generation=1, next_offset=8, decisions_offset=0),
        "ws": IndexEntry(first_offset=6, generation=0, next_offset=6, decisions_offset=0),
    }
    found = Listed(index=SnapshotIndex(covered_offset=9, workspaces=entries), snapshots={}, reopened={})
    log = LogRange(5, 10)
    assert set(position.plan(found, {}, {}, log, only="ws").starts) == {"ws"}
    with pytest.raises(LogBroken, match="inputs from 0 on are needed"):
        position.plan(found, {}, {}, log)
