from __future__ import annotations

import pytest

from producers.admin.event_outbox import record_of
from runtime.events import from_record
from runtime.records import Record
from schemas import codec
from schemas.customers import CustomerChanged
from schemas.topics import CUSTOMERS

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_row_becomes_the_record_of_its_event_with_an_id_that_stays() -> None:
    event = CustomerChanged(workspace="shop", customer_id="c_1", at_ms=7, tier="vip")
    row = {
        "topic": CUSTOMERS.name,
        "key": "c_1",
        "event_id": "e_9",
        "event": codec.encode(event).decode(),
        "traceparent": TRACE,
    }
    output = record_of(row)
    record = Record(output.topic, 0, 0, 0, output.key, output.value, output.headers)
    read, envelope = from_record(record, CUSTOMERS)
    assert read == event
    assert (envelope.id, envelope.subject, output.key) == ("e_9", "c_1", b"c_1")
    assert envelope.traceparent == TRACE
    assert record_of(row) == output


def test_a_row_of_no_topic_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        record_of({"topic": "nowhere", "key": "", "event_id": "", "event": "{}"})
