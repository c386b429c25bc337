from __future__ import annotations

import msgspec

from runtime.records import Output
from schemas.codec import decode, encode
from schemas.customers import IdentityLinked
from schemas.envelope import from_headers
from schemas.inputs import InteractionIdentified, InteractionUpdated
from schemas.interactions import ChannelFailed, InteractionEvent, Source
from schemas.topics import BY_NAME, CUSTOMERS, ROUTING_INPUTS
from schemas.vocabulary import Direction, Fault
from streams.identity.model import Customer, Link, Outcome
from streams.identity.outputs import late_outputs_of, outputs_of
from streams.identity.parse import Said, parse
from tests.support.identity_builders import REGION, a_change, a_record, an_arrival, same

VIP = Customer(
    workspace="books",
    customer_id="c_vip",
    created_ms=1,
    name="Li Mei",
    card_type="vip",
    tier="gold",
    language="yue",
    owner="ana",
    preferred_agent="bo",
    do_not_contact=True,
)


def said(event: InteractionEvent, offset: int = 7) -> Said:
    return parse([a_record(event, offset, partition=3, traceparent="00-a-b-01")], REGION, same).said[0]


def decoded(outputs: list[Output]) -> list[object]:
    return [decode(BY_NAME[output.topic], output.value or b"") for output in outputs]


def test_routing_gets_everything_it_needs_of_the_contact_and_its_customer() -> None:
    event = msgspec.structs.replace(
        an_arrival("i_1", "card:1234"),
        priority=2,
        requirements={"cantonese": 3},
        site="tianhe",
        campaign="spring",
        case_ids=("k1",),
        direction=Direction.OUTBOUND,
        confirms_connection=True,
        linked_to="i_0",
        callback_at_ms=9_000,
    )
    [made] = decoded(outputs_of(said(event), Outcome(customer=VIP)))
    assert made == InteractionIdentified(
        workspace="books",
        interaction_id="i_1",
        source=Source(name="identity", partition=3, offset=7),
        adapter="web",
        instance="web-1",
        channel="web_chat",
        queue="orders",
        customer_id="c_vip",
        tier="gold",
        card_type="vip",
        language="yue",
        preferred_agent="bo",
        owner="ana",
        do_not_contact=True,
        priority=2,
        requirements={"cantonese": 3},
        site="tianhe",
        campaign="spring",
        case_ids=("k1",),
        direction=Direction.OUTBOUND,
        confirms_connection=True,
        linked_to="i_0",
        callback_at_ms=9_000,
    )


def test_nothing_personal_enters_the_routing_log() -> None:
    secrets = ("Li Mei", "13800138000", "li@example.com", "my order", "attr-value", "x-i_1")
    event = msgspec.structs.replace(
        an_arrival("i_1", "phone:13800138000", "email:li@example.com", name="Li Mei", attributes={"k": "attr-value"}),
        subject="my order",
    )
    change = a_change("i_1", "phone:13800138000", "email:li@example.com", attributes={"k": "attr-value"})
    outputs = [
        *outputs_of(said(event), Outcome(customer=VIP)),
        *outputs_of(said(change), Outcome(customer=VIP)),
        *late_outputs_of(said(event), Outcome(customer=VIP)),
        *late_outputs_of(said(change), Outcome(customer=VIP)),
    ]
    assert len(outputs) == 4
    for output in outputs:
        whole = (output.value or b"") + b"".join(value for _, value in output.headers) + (output.key or b"")
        assert not [secret for secret in secrets if secret.encode() in whole]


def test_the_adapters_word_goes_before_the_customers_record() -> None:
    event = an_arrival("i_1", "card:1234", language="en", preferred_agent="cy")
    [made] = decoded(outputs_of(said(event), Outcome(customer=VIP)))
    assert isinstance(made, InteractionIdentified)
    assert (made.language, made.preferred_agent) == ("en", "cy")


def test_inputs_are_keyed_by_workspace_with_an_id_from_their_record() -> None:
    [output] = outputs_of(said(an_arrival()), None)
    envelope = from_headers(output.headers)
    assert (output.topic, output.key, output.partition) == (ROUTING_INPUTS.name, b"books", None)
    assert (envelope.id, envelope.subject, envelope.traceparent) == ("identity/3/7/0", "i_1", "00-a-b-01")
    [late] = late_outputs_of(said(an_arrival("i_1", "card:1234")), Outcome(customer=VIP))
    assert from_headers(late.headers).id == "identity.late/3/7/0"


def test_what_does_not_concern_identity_passes_with_its_source() -> None:
    event = ChannelFailed(workspace="books", interaction_id="i_1", leg_id="i_1.1", fault=Fault.CHANNEL)
    [made] = decoded(outputs_of(said(event), None))
    assert made == msgspec.structs.replace(event, source=Source(name="identity", partition=3, offset=7))
    assert late_outputs_of(said(event), Outcome()) == []


def test_a_change_without_contact_points_says_nothing_of_the_customer() -> None:
    [made] = decoded(outputs_of(said(a_change("i_1", language="en", priority=3)), Outcome(customer=VIP)))
    assert made == InteractionUpdated(
        workspace="books",
        interaction_id="i_1",
        source=Source(name="identity", partition=3, offset=7),
        language="en",
        priority=3,
    )


def test_a_duplicate_is_sent_by_neither_pass() -> None:
    assert outputs_of(said(an_arrival()), Outcome(duplicate=True)) == []
    assert late_outputs_of(said(an_arrival()), Outcome(duplicate=True)) == []


def test_the_late_pass_is_silent_where_there_is_nothing_to_tell() -> None:
    assert late_outputs_of(said(an_arrival()), Outcome()) == []
    assert late_outputs_of(said(a_change("i_1", priority=1)), Outcome()) == []


def test_the_late_pass_leaves_alone_what_identity_did_not_learn() -> None:
    [made] = decoded(
        late_outputs_of(said(a_change("i_1", "card:1234", language="en", priority=1)), Outcome(customer=VIP))
    )
    assert isinstance(made, InteractionUpdated)
    assert (made.priority, made.requirements, made.case_ids) == (None, None, None)
    assert (made.customer_id, made.language) == ("c_vip", "en")


def test_links_become_events_of_the_customer() -> None:
    link = Link(workspace="books", kind="card", value="1234", customer_id="c_vip", linked_ms=5)
    outputs = outputs_of(said(an_arrival("i_1", "card:1234")), Outcome(customer=VIP, created=True, linked=(link,)))
    events = [output for output in outputs if output.topic == CUSTOMERS.name]
    assert [from_headers(output.headers).id for output in events] == ["identity/3/7/created", "identity/3/7/linked/0"]
    assert {output.key for output in events} == {b"c_vip"}
    made = decoded(events)[1]
    assert isinstance(made, IdentityLinked)
    assert encode(made) == events[1].value
