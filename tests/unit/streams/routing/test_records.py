from __future__ import annotations

import pytest

from runtime.events import from_record
from runtime.records import Output, Record
from schemas.decisions import CommandApplied, Decision, InputHeld
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS
from streams.routing.records import SOURCE, records_of

TRACE = ("ce_traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")


def an_input(*headers: tuple[str, bytes]) -> Record:
    return Record(ROUTING_INPUTS.name, 3, 41, 0, b"shop", b"{}", headers)


def applied(seq: int, cause: int = 41) -> Decision:
    return CommandApplied(workspace="shop", epoch=2, seq=seq, cause=cause, at_ms=5, command_id=f"k{seq}")


def as_record(output: Output) -> Record:
    return Record(output.topic, 3, 0, 0, output.key, output.value, output.headers)


@pytest.mark.parametrize(
    "decision", [applied(7), InputHeld(workspace="b", epoch=1, seq=9, cause=1, at_ms=2, interaction_id="i")]
)
def test_a_decision_has_the_headers_of_its_envelope_and_its_cause(decision: Decision) -> None:
    [output] = records_of([decision], an_input(), 3)
    name = f"{decision.workspace}/{decision.epoch}/{decision.seq}"
    envelope = Envelope(id=name, source=SOURCE, type=wire_type(decision), version=decision.VERSION)
    assert output.headers == (*to_headers(envelope), ("ce_cause", b"%d" % decision.cause))


def test_decisions_of_mixed_kinds_are_read_back_as_they_were() -> None:
    mixed = [applied(1), InputHeld(workspace="shop", epoch=2, seq=2, cause=41, at_ms=5, interaction_id="i"), applied(3)]
    back = [from_record(as_record(output), ROUTING_DECISIONS)[0] for output in records_of(mixed, an_input(), 3)]
    assert back == mixed


def test_records_go_to_the_inputs_partition_under_the_workspace_in_order() -> None:
    outputs = records_of([applied(1), applied(2)], an_input(), 3)
    assert [(one.topic, one.key, one.partition) for one in outputs] == [(ROUTING_DECISIONS.name, b"shop", 3)] * 2
    assert [dict(one.headers)["ce_id"] for one in outputs] == [b"shop/2/1", b"shop/2/2"]


def test_the_inputs_trace_goes_on_and_each_decision_keeps_its_own_cause() -> None:
    outputs = records_of([applied(1, cause=12), applied(2)], an_input(("ce_id", b"x"), TRACE), 3)
    assert [dict(one.headers)["ce_cause"] for one in outputs] == [b"12", b"41"]
    assert all(one.headers[-1] == TRACE for one in outputs)


def test_an_input_without_a_trace_gives_none() -> None:
    [output] = records_of([applied(1)], an_input(), 3)
    assert "ce_traceparent" not in dict(output.headers)


def test_no_decisions_are_no_records() -> None:
    assert records_of([], an_input(TRACE), 3) == []
