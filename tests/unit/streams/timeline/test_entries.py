from __future__ import annotations

import msgspec

from runtime.records import header
from schemas.codec import decode
from schemas.customers import CustomerChanged, CustomerCreated, CustomersMerged, CustomersUnmerged, IdentityLinked
from schemas.envelope import Envelope
from schemas.interactions import ContactPoint
from schemas.topics import TIMELINE_ENTRIES
from streams.timeline.entries import of_customer, of_message, to_record
from tests.support.message_builders import AT_MS, a_message
from tests.support.timeline_builders import an_entry

ENVELOPE = Envelope(id="identity/3/41/created", source="streams/identity", type="customer.created")


def test_a_message_is_an_entry_without_its_text() -> None:
    [entry] = of_message(a_message("m_7", "i_2", text="secret", agent_id="ana"), 12)
    assert (entry.entry_id, entry.kind.value, entry.at_ms, entry.order) == ("m/m_7", "message.posted", AT_MS, 12)
    assert (entry.interaction_id, entry.message_id, entry.author, entry.agent_id) == ("i_2", "m_7", "customer", "ana")
    assert entry.customer_id is None
    assert b"secret" not in msgspec.json.encode(entry)


def test_a_message_that_comes_again_has_the_same_id() -> None:
    [first], [again] = of_message(a_message("m_7"), 1), of_message(a_message("m_7", sent_at_ms=AT_MS + 5), 9)
    assert first.entry_id == again.entry_id


def test_what_identity_says_is_an_entry_named_by_its_source() -> None:
    created = CustomerCreated(workspace="books", customer_id="ann", at_ms=5)
    [entry] = of_customer(created, ENVELOPE, 3)
    assert (entry.entry_id, entry.kind.value, entry.customer_id, entry.at_ms, entry.order) == (
        "c/streams/identity/identity/3/41/created", "customer.created", "ann", 5, 3,
    )  # fmt: skip


def test_neither_names_nor_contact_points_are_told() -> None:
    changed = CustomerChanged(workspace="books", customer_id="ann", at_ms=5, name="Ann Li")
    linked = IdentityLinked(
        workspace="books", customer_id="ann", at_ms=5, contact_point=ContactPoint(kind="phone", value="+8620123")
    )
    told = msgspec.json.encode([of_customer(event, ENVELOPE, 1) for event in (changed, linked)])
    assert b"Ann" not in told
    assert b"+8620123" not in told


def test_a_merge_and_its_undoing_are_in_both_histories() -> None:
    values = {"workspace": "books", "customer_id": "ann", "merged_id": "anne", "merge_id": "g1", "by": "li", "at_ms": 5}
    for event in (CustomersMerged(**values), CustomersUnmerged(**values)):  # type: ignore[arg-type]
        kept, merged = of_customer(event, ENVELOPE, 1)
        assert (kept.customer_id, kept.other_customer_id, kept.merge_id, kept.by) == ("ann", "anne", "g1", "li")
        assert (merged.customer_id, merged.other_customer_id, merged.merge_id) == ("anne", "ann", "g1")
        assert kept.entry_id != merged.entry_id
        assert kept.kind is merged.kind


def test_a_record_is_keyed_by_customer_or_by_interaction_while_nobody_is_known() -> None:
    entry = an_entry(customer_id="ann", interaction_id="i_1")
    record = to_record(entry, "00-1-2-01")
    assert (record.topic, record.key) == (TIMELINE_ENTRIES.name, b"ann")
    assert decode(TIMELINE_ENTRIES, record.value or b"") == entry
    assert header(record.headers, "ce_id") == entry.entry_id.encode()
    assert header(record.headers, "ce_traceparent") == b"00-1-2-01"
    assert to_record(an_entry(interaction_id="i_1")).key == b"i_1"
    assert to_record(an_entry()).key == b"books"
