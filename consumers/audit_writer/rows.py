"""Records of routing.decisions.v1 to rows of deploy/postgres/0011_audit.sql. Pure.

Only answers to commands are decoded, and of these only a supervisor's become rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from runtime.events import from_record
from runtime.marked_rows import rows_of, texts
from runtime.marked_writer import Rows
from runtime.records import Record, header
from runtime.storable import storable
from schemas.decisions import CommandApplied, CommandRefused
from schemas.event import wire_type
from schemas.topics import ROUTING_DECISIONS
from schemas.values import Intervention

ANSWERS: Final = frozenset({wire_type(CommandApplied).encode(), wire_type(CommandRefused).encode()})
APPLIED: Final = "applied"
REFUSED: Final = "refused"
_TEXTS: Final = ("interaction_id", "agent_id", "to_agent", "queue", "status")


class InterventionRow(NamedTuple):
    """A row; the fields are the columns, in their order."""

    workspace: str
    epoch: int
    seq: int
    at_ms: int
    command_id: str
    actor: str
    act: str
    reason: str
    interaction_id: str | None
    agent_id: str | None
    to_agent: str | None
    queue: str | None
    status: str | None
    priority: int | None
    mode: str | None
    outcome: str
    refusal: str | None
    detail: str


def to_rows(batch: Sequence[Record]) -> Rows[InterventionRow]:
    """Reads every answer; never raises for one. Of a decision that is in the batch twice the first is kept."""
    return rows_of(batch, _row, lambda row: (row.workspace, row.epoch, row.seq))


def _row(record: Record) -> InterventionRow | None:
    if header(record.headers, "ce_type") not in ANSWERS:
        return None
    event, _ = from_record(record, ROUTING_DECISIONS)
    if not isinstance(event, CommandApplied | CommandRefused) or event.intervention is None:
        return None
    found: Intervention = event.intervention
    refused = event if isinstance(event, CommandRefused) else None
    return InterventionRow(
        workspace=storable(event.workspace),
        epoch=event.epoch,
        seq=event.seq,
        at_ms=event.at_ms,
        command_id=storable(event.command_id),
        actor=storable(found.actor),
        act=storable(found.act),
        reason=storable(found.reason),
        priority=found.priority,
        mode=None if found.mode is None else found.mode.value,
        outcome=APPLIED if refused is None else REFUSED,
        refusal=None if refused is None else refused.reason.value,
        detail="" if refused is None else storable(refused.detail),
        **texts(found, _TEXTS),
    )
