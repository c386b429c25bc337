from __future__ import annotations

from typing import Any

from consumers.audit_writer.rows import InterventionRow, to_rows
from runtime.records import Record
from schemas.codec import encode
from schemas.decisions import CommandApplied, CommandRefused, Decision, InputHeld
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.topics import ROUTING_DECISIONS
from schemas.values import Intervention
from schemas.vocabulary import Refusal

MOVED = Intervention(act="move_interaction", actor="sue", reason="she waits", interaction_id="i1", queue="orders")


def a_record(decision: Decision, value: bytes | None = None) -> Record:
    headers = to_headers(Envelope(id="1", source="test", type=wire_type(decision)))
    return Record(ROUTING_DECISIONS.name, 0, decision.seq, 0, b"shop", value or encode(decision), headers)


def answered(seq: int = 1, **fields: Any) -> CommandApplied:
    said = {"command_id": "k_1", "intervention": MOVED, **fields}
    return CommandApplied(workspace="shop", epoch=1, seq=seq, cause=9, at_ms=1_000, **said)


def refused(intervention: Intervention | None) -> CommandRefused:
    return CommandRefused(
        workspace="shop", epoch=1, seq=2, cause=9, at_ms=1_000, command_id="k_2",
        reason=Refusal.WRONG_STATE, detail="connected", intervention=intervention,
    )  # fmt: skip


def test_an_act_that_took_effect_is_a_row() -> None:
    [row] = to_rows([a_record(answered())]).rows
    assert row == InterventionRow(
        "shop", 1, 1, 1_000, "k_1", "sue", "move_interaction", "she waits",
        "i1", None, None, "orders", None, None, None, "applied", None, "",
    )  # fmt: skip


def test_a_refused_one_says_why() -> None:
    [row] = to_rows([a_record(refused(MOVED))]).rows
    assert (row.outcome, row.refusal, row.detail) == ("refused", "wrong_state", "connected")


def test_answers_to_agents_and_other_decisions_are_no_rows() -> None:
    held = InputHeld(workspace="shop", epoch=1, seq=3, cause=9, at_ms=1, interaction_id="i1")
    found = to_rows([a_record(answered(intervention=None)), a_record(refused(None)), a_record(held)])
    assert (list(found.rows), list(found.dead)) == ([], [])


def test_what_routing_repeats_is_one_row_and_another_decision_another() -> None:
    found = to_rows([a_record(answered(1)), a_record(answered(1)), a_record(answered(2))])
    assert [row.seq for row in found.rows] == [1, 2]


def test_an_unreadable_answer_is_a_dead_letter_and_spoils_nothing() -> None:
    found = to_rows([a_record(answered(1), b"{"), a_record(answered(2))])
    assert ([row.seq for row in found.rows], len(found.dead)) == ([2], 1)


def test_a_nul_becomes_readable() -> None:
    [row] = to_rows(
        [a_record(answered(intervention=Intervention(act="a", actor="s", reason="\x00", agent_id="\x00")))]
    ).rows
    assert (row.reason, row.agent_id) == ("\ufffd", "\ufffd")
