"""Every golden example goes through whatever consumes its topic, and none of them is refused, lost or broken by it."""

from __future__ import annotations

import pytest

from consumers.message_writer.rows import to_rows
from consumers.timeline_writer.rows import to_rows as to_timeline_rows
from runtime.records import Record
from schemas.codec import decode, encode
from schemas.decisions import Decision
from schemas.inputs import Command, ConfigurationPublished
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS
from schemas.view import View
from streams.identity.parse import parse
from streams.routing.engine import Engine
from streams.timeline.batch import of_customers, of_messages
from streams.timeline.decided import entries_of
from streams.timeline.entries import to_record as to_timeline_record
from streams.timeline.known import NOBODY, interaction_of, learn
from tests.contract.test_schemas_committed import GOLDEN, a_record

OFFSET, STAMP_MS = 7, 1_795_312_800_000
UNTOLD = tuple(f"decisions/{name}.v1.json" for name in ("interaction.changed", "leg.wrap_up_extended", "step.advanced"))
"""What is no part of a customer's history; the example of a changed interaction only says again whose it is."""


def golden(union: str) -> list[str]:
    return [name for name in GOLDEN if name.startswith(f"{union}/")]


@pytest.mark.parametrize("name", golden("interactions"))
def test_identity_reads_what_adapters_say(name: str) -> None:
    parsed = parse([a_record(name)], "CN", lambda parent: parent or "")
    assert [letter.reason for letter in parsed.dead] == []
    assert len(parsed.said) == 1


@pytest.mark.parametrize("name", golden("messages"))
def test_the_message_writer_makes_a_row_of_a_message(name: str) -> None:
    rows = to_rows([a_record(name)])
    assert [letter.reason for letter in rows.dead] == []
    assert [row.workspace for row in rows.rows] == ["bookcity"]


@pytest.mark.parametrize("name", golden("inputs"))
def test_routing_takes_every_input_and_answers_every_command_in_words_that_are_published(name: str) -> None:
    event = decode(ROUTING_INPUTS, a_record(name).value or b"")
    engine, view = Engine("bookcity"), View("bookcity")
    decisions = engine.apply(event, offset=OFFSET, stamp_ms=STAMP_MS)
    for decision in decisions:
        assert decode(ROUTING_DECISIONS, encode(decision)) == decision
        view.apply(decision)
    if isinstance(event, Command) and not isinstance(event, ConfigurationPublished):
        assert event.command_id in {getattr(decision, "command_id", None) for decision in decisions}


@pytest.mark.parametrize("name", golden("decisions"))
def test_a_view_follows_every_decision(name: str) -> None:
    decision: Decision = decode(ROUTING_DECISIONS, a_record(name).value or b"")
    view = View("bookcity")
    view.epoch, view.seq = (decision.epoch, decision.seq - 1) if decision.seq > 1 else (decision.epoch - 1 or 1, 0)
    view.apply(decision)
    assert view.mark == (decision.epoch, decision.seq)


@pytest.mark.parametrize("name", golden("decisions"))
def test_the_timeline_learns_from_every_decision_and_what_it_tells_is_a_row(name: str) -> None:
    decision: Decision = decode(ROUTING_DECISIONS, a_record(name).value or b"")
    told = [*entries_of(None, decision), *entries_of(learn(NOBODY, decision), decision)]
    for number, entry in enumerate(told):
        output = to_timeline_record(entry)
        record = Record(output.topic, 0, number, STAMP_MS, output.key, output.value, output.headers)
        assert [row.entry_id for row in to_timeline_rows([record], STAMP_MS).rows] == [entry.entry_id]
    assert bool(told) is (interaction_of(decision) is not None and name not in UNTOLD)


@pytest.mark.parametrize("name", [*golden("messages"), *golden("customers")])
def test_the_timeline_tells_every_message_and_whatever_identity_says(name: str) -> None:
    handled = (of_messages if name.startswith("messages/") else of_customers)([a_record(name)])
    assert [letter.reason for letter in handled.dead] == []
    assert len(handled.outputs) == (2 if "merged" in name else 1)


@pytest.mark.parametrize("name", golden("timeline"))
def test_the_timeline_writer_makes_a_row_of_an_entry(name: str) -> None:
    rows = to_timeline_rows([a_record(name)], STAMP_MS)
    assert [letter.reason for letter in rows.dead] == []
    assert [row.workspace for row in rows.rows] == ["bookcity"]
