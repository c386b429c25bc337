from __future__ import annotations

from typing import Any

import pytest

from producers.http.cloudevents import Posted, Posting
from producers.http.parse import Caller, Parsed, Parser, event_of, interaction, message_of, parse_all
from runtime.problems import Problem
from runtime.validation import FieldError
from schemas import ids
from schemas.interactions import (
    CallbackRequested,
    ChannelConnected,
    ChannelEnded,
    ChannelFailed,
    ContactPoint,
    CustomerLeft,
    InteractionAttributesChanged,
    InteractionReceived,
)
from schemas.messages import Author, MessagePosted
from schemas.topics import INTERACTIONS, MESSAGES
from schemas.vocabulary import Fault

CALLER = Caller(workspace="bookcity", adapter="web", now_ms=5_000)
ABOUT = ids.interaction_id("bookcity", "web", "c1")
LEG = ids.leg_id(ABOUT, 1)


def plain(data: dict[str, Any], **known: Any) -> Posted:
    return Posted(data=data, data_path="$", **known)


def parsed(parse: Parser, posted: Posted) -> Parsed:
    found = parse(posted, CALLER)
    assert isinstance(found, Parsed), found
    return found


def paths(parse: Parser, posted: Posted) -> list[str]:
    found = parse(posted, CALLER)
    assert isinstance(found, list)
    return [error.path for error in found]


def test_an_arrival_becomes_an_event_of_the_keys_adapter() -> None:
    point = {"kind": "phone", "value": "+86"}
    found = parsed(interaction, plain({"channel": "sms", "external_id": "c1", "contact_points": [point]}))
    assert found.event == InteractionReceived(
        workspace="bookcity",
        interaction_id=ABOUT,
        adapter="web",
        instance="default",
        external_id="c1",
        channel="sms",
        received_at_ms=5_000,
        contact_points=(ContactPoint(kind="phone", value="+86"),),
    )
    assert (found.topic, found.key) == (INTERACTIONS, b"bookcity")
    assert (found.envelope.source, found.envelope.subject) == ("/workspaces/bookcity/adapters/web", ABOUT)
    assert found.answer == {"interaction_id": ABOUT, "event_id": found.envelope.id}


@pytest.mark.parametrize(
    ("posted", "external"),
    [
        (plain({"channel": "x", "external_id": "c1"}, id="key"), "c1"),
        (plain({"channel": "x"}, id="key"), "key"),
        (plain({"channel": "x"}, id="7", source="//shop"), "//shop 7"),
        (plain({"channel": "x", "external_id": "c1"}, id="7", source="//shop"), "c1"),
    ],
    ids=["the data's own", "Idempotency-Key", "source and id", "the data's own goes first"],
)
def test_what_names_an_interaction(posted: Posted, external: str) -> None:
    event = parsed(interaction, posted).event
    assert isinstance(event, InteractionReceived)
    assert event.external_id == external
    assert event.interaction_id == ids.interaction_id("bookcity", "web", external)


def test_without_any_id_an_arrival_is_refused() -> None:
    assert paths(interaction, plain({"channel": "x"})) == ["$.external_id"]


@pytest.mark.parametrize(
    ("data", "time", "received_at_ms"),
    [
        ({"received_at_ms": 1}, "1970-01-01T00:00:02Z", 1),
        ({}, "1970-01-01T08:00:02.5+08:00", 2_500),
        ({}, None, 5_000),
    ],
    ids=["said in the data", "the event's time", "our clock"],
)
def test_when_it_arrived(data: dict[str, Any], time: str | None, received_at_ms: int) -> None:
    event = parsed(interaction, plain({"channel": "x", "external_id": "1", **data}, time=time)).event
    assert isinstance(event, InteractionReceived)
    assert event.received_at_ms == received_at_ms


@pytest.mark.parametrize("time", ["yesterday", "2026-11-22T02:00:00", "2026-13-01T00:00:00Z"])
def test_a_time_that_is_none_or_has_no_offset_is_refused(time: str) -> None:
    assert paths(interaction, plain({"channel": "x", "external_id": "1"}, time=time)) == ["$.time"]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "1970-01-01T07:59:59+08:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_that_no_stage_would_take_is_refused_and_not_lost_after_202(time: str) -> None:
    assert paths(interaction, plain({"channel": "x", "external_id": "1"}, time=time)) == ["$.time"]
    assert paths(message_of(ABOUT), plain({"text": "x", "external_id": "1"}, time=time)) == ["$.time"]


def test_an_error_in_the_envelope_and_one_in_the_data_are_told_together() -> None:
    posted = plain({"priority": 0}, type="customer.left", time="x", id="1")
    assert set(paths(interaction, posted)) == {"$.type", "$.time", "$.priority", "$.channel"}


def test_the_same_event_has_the_same_id_and_another_source_or_type_another() -> None:
    data = {"channel": "x", "external_id": "c1"}
    known = [
        parsed(interaction, plain(data, id="1", source="/a")).envelope.id,
        parsed(interaction, plain(data, id="1", source="/b")).envelope.id,
        parsed(message_of(ABOUT), plain({"text": "x", "external_id": "c1"}, id="1", source="/a")).envelope.id,
    ]
    assert parsed(interaction, plain(data, id="1", source="/a")).envelope.id == known[0]
    assert len(set(known)) == 3


def test_a_message_is_keyed_by_its_interaction() -> None:
    found = parsed(message_of(ABOUT), plain({"text": "你好", "external_id": "m1"}))
    assert (found.topic, found.key) == (MESSAGES, ABOUT.encode())
    assert found.event == MessagePosted(
        workspace="bookcity",
        interaction_id=ABOUT,
        message_id=ids.message_id("bookcity", "web", "m1"),
        author=Author.CUSTOMER,
        sent_at_ms=5_000,
        text="你好",
    )
    assert found.answer["message_id"] == ids.message_id("bookcity", "web", "m1")


def test_an_adapter_does_not_write_as_an_agent() -> None:
    assert paths(message_of(ABOUT), plain({"text": "x", "external_id": "1", "author": "agent"})) == ["$.author"]


@pytest.mark.parametrize(
    ("type_", "data", "event"),
    [
        ("customer.left", {}, CustomerLeft(workspace="bookcity", interaction_id=ABOUT)),
        (
            "callback.requested",
            {"at_ms": 60_000, "agent_id": "ana"},
            CallbackRequested(workspace="bookcity", interaction_id=ABOUT, at_ms=60_000, agent_id="ana"),
        ),
        ("callback.requested", {}, CallbackRequested(workspace="bookcity", interaction_id=ABOUT)),
        (
            "channel.connected",
            {"leg_id": LEG},
            ChannelConnected(workspace="bookcity", interaction_id=ABOUT, leg_id=LEG),
        ),
        (
            "channel.failed",
            {"leg_id": LEG, "fault": "channel"},
            ChannelFailed(workspace="bookcity", interaction_id=ABOUT, leg_id=LEG, fault=Fault.CHANNEL),
        ),
        ("channel.ended", {"leg_id": LEG}, ChannelEnded(workspace="bookcity", interaction_id=ABOUT, leg_id=LEG)),
        (
            "interaction.attributes_changed",
            {"priority": 1, "case_ids": []},
            InteractionAttributesChanged(workspace="bookcity", interaction_id=ABOUT, priority=1, case_ids=()),
        ),
    ],
)
def test_what_else_is_said_of_an_interaction(type_: str, data: dict[str, Any], event: Any) -> None:
    found = parsed(event_of(ABOUT), plain(data, type=type_))
    assert found.event == event
    assert (found.topic, found.key) == (INTERACTIONS, b"bookcity")


def test_an_event_without_an_id_is_known_by_what_it_says() -> None:
    left = parsed(event_of(ABOUT), plain({}, type="customer.left")).envelope.id
    failed = parsed(event_of(ABOUT), plain({"leg_id": LEG}, type="channel.failed")).envelope.id
    assert parsed(event_of(ABOUT), plain({}, type="customer.left")).envelope.id == left != failed


@pytest.mark.parametrize(
    ("type_", "data", "path"),
    [
        (None, {}, "$.type"),
        ("interaction.received", {}, "$.type"),
        ("channel.connected", {}, "$.leg_id"),
        ("channel.connected", {"leg_id": ids.leg_id(ids.interaction_id("w", "a", "1"), 1)}, "$.leg_id"),
        ("customer.left", {"leg_id": LEG}, "$.leg_id"),
        ("callback.requested", {"at_ms": 40_000_000_000}, "$.at_ms"),
    ],
    ids=[
        "no type",
        "another address's type",
        "no leg",
        "another interaction's leg",
        "a field too many",
        "in more than a year",
    ],
)
def test_an_event_that_is_not_one_is_refused(type_: str | None, data: dict[str, Any], path: str) -> None:
    assert paths(event_of(ABOUT), plain(data, type=type_)) == [path]


def test_a_contact_may_arrive_as_a_callback() -> None:
    data = {"channel": "phone", "external_id": "c1", "callback_at_ms": 60_000}
    event = parsed(interaction, plain(data)).event
    assert isinstance(event, InteractionReceived)
    assert event.callback_at_ms == 60_000
    assert paths(interaction, plain(data | {"callback_at_ms": 40_000_000_000})) == ["$.callback_at_ms"]


def test_a_posting_is_taken_whole_or_not_at_all() -> None:
    good, bad = plain({"channel": "x", "external_id": "1"}), plain({"channel": "x"})
    assert len(parse_all(Posting(events=(good, good)), CALLER, interaction)) == 2
    with pytest.raises(Problem) as caught:
        parse_all(Posting(events=(good, bad, bad)), CALLER, interaction)
    assert caught.value.errors == (FieldError("$.external_id", "is required (or the header Idempotency-Key)"),) * 2
