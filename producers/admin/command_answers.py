"""Routing's answer to a command, found among the decisions of its workspace. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from runtime.records import Record, header
from schemas import codec
from schemas.decisions import CommandApplied, CommandRefused, DuplicateIgnored
from schemas.event import wire_type
from schemas.topics import ROUTING_DECISIONS
from schemas.vocabulary import Refusal

_ANSWERS: Final = frozenset(wire_type(kind).encode() for kind in (CommandApplied, CommandRefused, DuplicateIgnored))


class Standing(StrEnum):
    """What became of a command. `waiting`: it is in the log, routing has not answered yet. `duplicate`: it was answered
    before, and how is not kept (yet).
    """

    APPLIED = "applied"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    WAITING = "waiting"


class CommandAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command and what became of it; `(epoch, seq)` is the decision that answered."""

    command_id: str
    standing: Standing
    at_ms: int | None = None
    epoch: int | None = None
    seq: int | None = None
    reason: Refusal | None = None
    detail: str = ""


def answer_in(records: Sequence[Record], workspace: str, command_id: str) -> CommandAnswer | None:
    """The answer, if it is among the records."""
    key = workspace.encode()
    for record in records:
        if record.key != key or record.value is None or header(record.headers, "ce_type") not in _ANSWERS:
            continue
        version = int(header(record.headers, "ce_version") or b"1")
        decision = codec.decode(ROUTING_DECISIONS, record.value, version)
        if decision.command_id == command_id:
            return _answer(decision)
    return None


def _answer(decision: CommandApplied | CommandRefused | DuplicateIgnored) -> CommandAnswer:
    refused = decision if isinstance(decision, CommandRefused) else None
    standing = Standing.DUPLICATE if isinstance(decision, DuplicateIgnored) else Standing.APPLIED
    return CommandAnswer(
        command_id=decision.command_id or "",
        standing=standing if refused is None else Standing.REFUSED,
        at_ms=decision.at_ms,
        epoch=decision.epoch,
        seq=decision.seq,
        reason=None if refused is None else refused.reason,
        detail="" if refused is None else refused.detail,
    )
