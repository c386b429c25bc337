from __future__ import annotations

import msgspec
import pytest

from runtime.errors import Invalid
from runtime.events import event_of, from_record, to_output
from runtime.records import Headers, Output, Record
from schemas.interactions import ContactPoint, CustomerLeft, InteractionReceived
from schemas.topics import INTERACTIONS

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
EVENT = InteractionReceived(
    workspace="bookcity",
    interaction_id="i_1",
    adapter="mail",
    instance="mail-1",
    external_id="<1@example>",
    channel="email",
    received_at_ms=1_000,
    contact_points=(ContactPoint(kind="email", value="an@example"),),
)


def output() -> Output:
    return to_output(EVENT, INTERACTIONS, key="bookcity", event_id="e_1", source="mail", traceparent=TRACE)


def record(sent: Output, **changes: object) -> Record:
    whole = Record(sent.topic, 3, 7, 1_000, sent.key, sent.value, sent.headers)
    return msgspec.structs.replace(whole, **changes)


def test_an_event_comes_back_with_its_envelope() -> None:
    event, envelope = from_record(record(output()), INTERACTIONS)
    assert event == EVENT
    assert (envelope.id, envelope.source, envelope.type) == ("e_1", "mail", "interaction.received")
    assert (envelope.traceparent, envelope.version) == (TRACE, InteractionReceived.VERSION)
    assert output().key == b"bookcity"


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b"{", None),
        (None, None),
        (b'{"type":"no.such"}', None),
        (output().value, ()),
        (output().value, (("ce_id", b"\xff"), ("ce_source", b"s"), ("ce_type", b"interaction.received"))),
    ],
)
def test_what_is_no_event_is_invalid_with_a_reason(value: bytes | None, headers: Headers | None) -> None:
    broken = record(output(), value=value, headers=output().headers if headers is None else headers)
    with pytest.raises(Invalid) as caught:
        from_record(broken, INTERACTIONS)
    assert caught.value.reason.startswith("interactions.v1: ")


def test_an_envelope_of_another_event_is_invalid() -> None:
    left = CustomerLeft(workspace="bookcity", interaction_id="i_1")
    other = to_output(left, INTERACTIONS, key="bookcity", event_id="e_2", source="mail")
    with pytest.raises(Invalid, match=r"the envelope says customer\.left"):
        from_record(record(output(), headers=other.headers), INTERACTIONS)


def test_another_kind_of_event_in_a_topic_of_one_kind_is_a_fault_of_ours() -> None:
    assert event_of(record(output()), INTERACTIONS, InteractionReceived) == EVENT
    with pytest.raises(TypeError, match="decodes to InteractionReceived"):
        event_of(record(output()), INTERACTIONS, CustomerLeft)
