"""Records of routing.decisions.v1 to rows of deploy/postgres/0011_audit.sql. Pure.

Only answers to commands are decoded, and of these only a supervisor's become rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.events import from_record
from runtime.marked_writer import Rows
from runtime.records import Record, header
from schemas.decisions import CommandApplied, CommandRefused
from schemas.event import wire_type
from schemas.topics import ROUTING_DECISIONS
from schemas.values import Intervention

ANSWERS: Final = frozenset({wire_type(CommandApplied).encode(), wire_type(CommandRefused).encode()})
APPLIED: Final = "applied"
REFUSED: Final = "refused"


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
    rows: dict[tuple[str, int, int], InterventionRow] = {}
    dead: list[DeadLetter] = []
    for record in batch:
        if header(record.headers, "ce_type") not in ANSWERS:
            continue
        try:
            event, _ = from_record(record, ROUTING_DECISIONS)
        except Invalid as error:
            dead.append(DeadLetter(record, error.reason))
            continue
        row = _row(event)
        if row is not None:
            rows.setdefault((row.workspace, row.epoch, row.seq), row)
    return Rows(list(rows.values()), dead)


def _row(event: object) -> InterventionRow | None:
    if not isinstance(event, CommandApplied | CommandRefused) or event.intervention is None:
        return None
    found: Intervention = event.intervention
    refused = event if isinstance(event, CommandRefused) else None
    return InterventionRow(
        workspace=_clean(event.workspace),
        epoch=event.epoch,
        seq=event.seq,
        at_ms=event.at_ms,
        command_id=_clean(event.command_id),
        actor=_clean(found.actor),
        act=_clean(found.act),
        reason=_clean(found.reason),
        interaction_id=_clean_or_none(found.interaction_id),
        agent_id=_clean_or_none(found.agent_id),
        to_agent=_clean_or_none(found.to_agent),
        queue=_clean_or_none(found.queue),
        status=_clean_or_none(found.status),
        priority=found.priority,
        mode=None if found.mode is None else found.mode.value,
        outcome=APPLIED if refused is None else REFUSED,
        refusal=None if refused is None else refused.reason.value,
        detail="" if refused is None else _clean(refused.detail),
    )


def _clean(text: str) -> str:
    """PostgreSQL holds no NUL: it becomes U+FFFD."""
    return text.replace("\x00", "\ufffd")


def _clean_or_none(text: str | None) -> str | None:
    return None if text is None else _clean(text)
