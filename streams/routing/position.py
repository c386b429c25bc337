"""Where each workspace of a partition goes on after a start: pure.

From the snapshots found, the decisions already sent and the log's bounds follows, for each workspace, the state to
start from, the first input to apply and the last decision that need not be sent again. What cannot be continued
without loss is an error, never a reset.
"""

from __future__ import annotations

from typing import Final

import msgspec

from runtime.errors import LogBroken
from runtime.records import Record, header
from runtime.snapshots import Listed
from runtime.stage import LogRange
from schemas import codec
from schemas.decisions import WorkspaceStopped
from schemas.snapshots import ReopenMarked, SnapshotManifest
from schemas.topics import ROUTING_DECISIONS
from streams.routing.engine import Engine

STOPPED_TYPE: Final = b"workspace.stopped"
CAUSE_HEADER: Final = "ce_cause"
"""CloudEvents extension attribute of a decision: the offset of the input that it follows from."""


class Emitted(msgspec.Struct):
    """What the decisions log says of one workspace: its last decision, and every stop in order."""

    epoch: int = 0
    seq: int = 0
    cause: int = -1
    value: bytes = b""
    stops: list[WorkspaceStopped] = []


class Restored(msgspec.Struct, frozen=True):
    """A snapshot brought back to life."""

    manifest: SnapshotManifest
    engine: Engine


class Start(msgspec.Struct, frozen=True):
    """How one workspace begins. `restored` None = from the empty state."""

    workspace: str
    first_offset: int
    next_offset: int
    restored: Restored | None
    emitted: Emitted
    reopened: ReopenMarked | None
    decisions_offset: int | None


class Plan(msgspec.Struct, frozen=True):
    """How a partition begins: read from `offset`; a workspace that is not listed starts empty at its first input."""

    offset: int
    starts: dict[str, Start]


def collect(emitted: dict[str, Emitted], records: list[Record]) -> None:
    """Adds what decision records say to `emitted`; repeated decisions count once."""
    for record in records:
        identity = header(record.headers, "ce_id")
        if identity is None or record.value is None:
            continue
        workspace, epoch_text, seq_text = identity.decode().rsplit("/", 2)
        place = (int(epoch_text), int(seq_text))
        known = emitted.setdefault(workspace, Emitted())
        if place <= (known.epoch, known.seq):
            continue
        known.epoch, known.seq = place
        known.value = record.value
        known.cause = _cause_of(record)
        if header(record.headers, "ce_type") == STOPPED_TYPE:
            stopped = codec.decode(ROUTING_DECISIONS, record.value)
            if isinstance(stopped, WorkspaceStopped):
                known.stops.append(stopped)


def _cause_of(record: Record) -> int:
    cause = header(record.headers, CAUSE_HEADER)
    return int(cause) if cause is not None else -1


def decisions_from(found: Listed) -> int | None:
    """The offset of the decisions log from which `collect` must read; None = from its first record."""
    if found.index is None or _reopened(found):
        return None
    offsets = [entry.decisions_offset for entry in found.index.workspaces.values()]
    known = [offset for offset in offsets if offset is not None]
    return min(known) if known and len(known) == len(offsets) else None


def plan(
    found: Listed, restored: dict[str, Restored], emitted: dict[str, Emitted], log: LogRange, only: str | None = None
) -> Plan:
    """The plan of a partition, or of `only` one of its workspaces: what the others need is not asked for then.
    `restored`: the newest snapshot of each workspace that could be restored.

    Raises:
        LogBroken: inputs that were needed are gone: the log starts later than the state, or ends before its last cause.
    """
    listed = found.index.workspaces if found.index else {}
    reopenings = _reopened(found)
    unlisted = found.index.covered_offset if found.index and not reopenings else 0
    starts: dict[str, Start] = {}
    for workspace in sorted({*listed, *emitted, *reopenings}):
        if only not in (None, workspace):
            continue
        entry = listed.get(workspace)
        sent = emitted.get(workspace, Emitted())
        reopened = reopenings.get(workspace)
        _refuse_truncated(workspace, sent, reopened, log)
        state = None if reopened else restored.get(workspace)
        first = log.first if reopened else entry.first_offset if entry else unlisted
        next_offset = first if state is None else state.manifest.next_offset
        if state and entry and entry.generation == state.manifest.generation:
            next_offset = max(next_offset, entry.next_offset)
        if next_offset > log.end:
            raise LogBroken(f"{workspace}: the state is of input {next_offset}, {_ends(workspace, log)}")
        decisions_offset = entry.decisions_offset if entry else None
        starts[workspace] = Start(workspace, first, next_offset, state, sent, reopened, decisions_offset)
    offset = min([log.first if reopenings else unlisted, *(start.next_offset for start in starts.values())])
    if offset < log.first:
        raise LogBroken(f"inputs from {offset} on are needed, but the log starts at {log.first}")
    return Plan(offset, starts)


def _reopened(found: Listed) -> dict[str, ReopenMarked]:
    """The marks that no snapshot of their epoch has absorbed yet."""
    return {
        workspace: mark
        for workspace, mark in found.reopened.items()
        if all(packed.manifest.epoch < mark.epoch for packed in found.snapshots.get(workspace, ()))
    }


def _refuse_truncated(workspace: str, sent: Emitted, reopened: ReopenMarked | None, log: LogRange) -> None:
    if reopened is not None and reopened.epoch > sent.epoch:
        return
    if sent.cause >= log.end:
        raise LogBroken(f"{workspace}: the last decision's cause is input {sent.cause}, {_ends(workspace, log)}")


def _ends(workspace: str, log: LogRange) -> str:
    return (
        f"but the log ends at {log.end}: it was truncated or recreated; "
        f"`hubline log reopen {workspace}` goes on in a new epoch"
    )
