from __future__ import annotations

import msgspec
import pytest

from runtime.contact_points import NormalPoint
from runtime.records import Record
from schemas.codec import encode
from schemas.interactions import CallbackRequested, CustomerLeft
from streams.identity.model import Place
from streams.identity.parse import MAX_ID_CHARACTERS, parse
from tests.support.identity_builders import REGION, a_change, a_record, an_arrival, records, same


def reason(record: Record) -> str:
    parsed = parse([record], REGION, same)
    assert parsed.said == []
    [dead] = parsed.dead
    assert dead.record is record
    return dead.reason


def test_records_keep_their_order_and_only_some_speak_of_a_customer() -> None:
    left = CustomerLeft(workspace="books", interaction_id="i_1")
    parsed = parse(records([an_arrival(), left, a_change()], 7), REGION, same)
    assert [said.place for said in parsed.said] == [Place(0, 7), Place(0, 8), Place(0, 9)]
    assert [contact.place.offset for contact in parsed.contacts] == [7, 9]


def test_contact_points_are_normalised_and_each_kept_once() -> None:
    parsed = parse([a_record(an_arrival("i_1", "phone:13800138000", "phone:+86 13800138000"))], REGION, same)
    assert parsed.contacts[0].points == (NormalPoint("phone", "+8613800138000"),)


def test_the_trace_is_carried() -> None:
    parsed = parse([a_record(an_arrival(), traceparent="00-a-b-01")], REGION, same)
    assert parsed.said[0].traceparent == "00-a-b-01"


def test_poison_says_what_is_wrong_with_it() -> None:
    good = a_record(an_arrival())
    replace = msgspec.structs.replace
    assert "interactions.v1" in reason(replace(good, value=None))
    assert "interactions.v1" in reason(replace(good, value=b"{}"))
    assert "ce" in reason(replace(good, headers=())).lower()
    assert "version" in reason(replace(good, headers=(*good.headers, ("ce_version", b"99"))))
    assert "key" in reason(replace(good, key=b"bank"))
    assert "envelope" in reason(replace(good, value=encode(CustomerLeft(workspace="books", interaction_id="i_1"))))


@pytest.mark.parametrize("bad", ["", "a\x00b", "x" * (MAX_ID_CHARACTERS + 1)])
def test_ids_that_no_table_could_hold_are_poison(bad: str) -> None:
    assert "workspace" in reason(a_record(an_arrival(workspace=bad)))
    assert "interaction_id" in reason(a_record(an_arrival(bad)))


@pytest.mark.parametrize("bad", [-1, 2**63])
def test_a_time_out_of_range_is_poison(bad: int) -> None:
    assert "received_at_ms" in reason(a_record(msgspec.structs.replace(an_arrival(), received_at_ms=bad)))
    assert "callback_at_ms" in reason(a_record(msgspec.structs.replace(an_arrival(), callback_at_ms=bad)))
    asked = CallbackRequested(workspace="books", interaction_id="i_1", at_ms=bad)
    assert "at_ms" in reason(a_record(asked))


def test_one_bad_record_does_not_spoil_its_neighbours() -> None:
    bad = msgspec.structs.replace(a_record(an_arrival("i_2"), 1), value=b"\xff")
    parsed = parse([a_record(an_arrival("i_1"), 0), bad, a_record(an_arrival("i_3"), 2)], REGION, same)
    assert [said.event.interaction_id for said in parsed.said] == ["i_1", "i_3"]
    assert [dead.record.offset for dead in parsed.dead] == [1]
