from __future__ import annotations

from typing import Any

from producers.admin.command_answers import CommandAnswer, Standing, answer_in
from runtime.events import to_output
from runtime.records import Record
from schemas.decisions import CommandApplied, CommandRefused, Decision, DuplicateIgnored
from schemas.topics import ROUTING_DECISIONS
from schemas.vocabulary import Refusal

MARK: dict[str, Any] = {"epoch": 1, "seq": 7, "cause": 3, "at_ms": 1_000}


def record(decision: Decision) -> Record:
    made = to_output(decision, ROUTING_DECISIONS, key=decision.workspace, event_id="e", source="test")
    return Record(ROUTING_DECISIONS.name, 0, decision.seq, 0, made.key, made.value, made.headers)


def applied(workspace: str = "shop", command_id: str = "k_1") -> CommandApplied:
    return CommandApplied(workspace=workspace, command_id=command_id, **MARK)


def test_the_answer_is_the_decision_that_names_the_command() -> None:
    records = [record(applied(command_id="k_2")), record(applied("bank")), record(applied())]
    assert answer_in(records, "shop", "k_1") == CommandAnswer(
        command_id="k_1", standing=Standing.APPLIED, at_ms=1_000, epoch=1, seq=7
    )


def test_a_refusal_says_why_and_a_repetition_that_it_is_one() -> None:
    refused = CommandRefused(workspace="shop", command_id="k_1", reason=Refusal.WRONG_STATE, detail="connected", **MARK)
    found = answer_in([record(refused)], "shop", "k_1")
    assert found is not None
    assert (found.standing, found.reason, found.detail) == (Standing.REFUSED, "wrong_state", "connected")
    repeated = answer_in([record(DuplicateIgnored(workspace="shop", command_id="k_1", **MARK))], "shop", "k_1")
    assert repeated is not None
    assert repeated.standing is Standing.DUPLICATE


def test_there_may_be_none_yet() -> None:
    known_contact = DuplicateIgnored(workspace="shop", interaction_id="i1", **MARK)
    assert answer_in([record(applied(command_id="k_2")), record(known_contact)], "shop", "k_1") is None
