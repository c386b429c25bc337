from __future__ import annotations

import msgspec
import pytest

from runtime.records import Record, header
from schemas.codec import decode
from schemas.customers import CustomerCreated
from schemas.decisions import Decision
from schemas.topics import CUSTOMERS, MESSAGES, ROUTING_DECISIONS, TIMELINE_ENTRIES
from streams.timeline.batch import of_customers, of_decisions, of_messages
from streams.timeline.following import Following
from tests.support.message_builders import a_message
from tests.support.timeline_builders import a_record_of
from tests.unit.streams.timeline.test_following import Shelved, decided, place_of


def a_decision(decision: Decision, offset: int = 0) -> Record:
    name = f"{decision.seq}"
    partition = place_of(decision)
    return a_record_of(
        decision, ROUTING_DECISIONS, key=decision.workspace, offset=offset, partition=partition, event_id=name
    )


def kinds(values: list[bytes | None]) -> list[str]:
    return [decode(TIMELINE_ENTRIES, value or b"").kind.value for value in values]


def test_poison_does_not_spoil_its_neighbours_nor_the_order() -> None:
    decisions = decided("scenario-offers")[:30]
    records = [a_decision(decision, offset) for offset, decision in enumerate(decisions)]
    poison = msgspec.structs.replace(records[0], value=b"{", offset=99)
    plain = of_decisions(records, Following(Shelved()))
    handled = of_decisions([*records[:10], poison, *records[10:]], Following(Shelved()))
    assert list(handled.outputs) == list(plain.outputs)
    assert [letter.record.offset for letter in handled.dead] == [99]
    assert kinds([output.value for output in handled.outputs])[:2] == ["contact.arrived", "contact.queued"]


def test_messages_and_customers_are_told_each_by_itself() -> None:
    message = a_record_of(a_message("m_1", "i_1"), MESSAGES, key="i_1", offset=4)
    created = CustomerCreated(workspace="books", customer_id="ann", at_ms=5)
    customer = a_record_of(created, CUSTOMERS, key="ann", offset=6, event_id="made")
    assert kinds([output.value for output in of_messages([message]).outputs]) == ["message.posted"]
    [told] = of_customers([customer]).outputs
    assert (told.key, header(told.headers, "ce_id")) == (b"ann", b"c/test/made")


@pytest.mark.parametrize("read", [of_messages, of_customers])
def test_what_is_no_event_is_dead_with_its_reason(read: object) -> None:
    assert callable(read)
    topic = MESSAGES if read is of_messages else CUSTOMERS
    record = a_record_of(a_message(), topic, key="x")
    handled = read([msgspec.structs.replace(record, value=None), msgspec.structs.replace(record, headers=())])
    assert (list(handled.outputs), len(handled.dead)) == ([], 2)
    assert all(topic.name in letter.reason for letter in handled.dead)
