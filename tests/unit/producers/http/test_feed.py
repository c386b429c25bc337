from __future__ import annotations

import msgspec

from producers.http.feed import MARK_LENGTH, marks_in, shown
from runtime.records import Record
from schemas import ids
from schemas.codec import encode
from schemas.decisions import AgentChanged, InputHeld, LegQueued
from schemas.envelope import Envelope, to_headers
from schemas.event import Event, wire_type
from schemas.messages import Author, MessagePosted
from schemas.topics import MESSAGES, ROUTING_DECISIONS
from schemas.values import AgentValue, LegValue, QueueValue
from schemas.vocabulary import AgentCause, LegKind, LegState, RoutingStatus

MARK = ids.adapter_mark("bookcity", "web")
OWN = ids.interaction_id("bookcity", "web", "c1")
FOREIGN = ids.interaction_id("bookcity", "phone", "c1")
ANA = AgentValue(
    agent_id="ana",
    status="available",
    routing_status=RoutingStatus.INTERACTING,
    since_ms=1,
    legs=(ids.leg_id(FOREIGN, 1), ids.leg_id(OWN, 1)),
)


def a_leg(interaction: str) -> LegValue:
    return LegValue(
        leg_id=ids.leg_id(interaction, 1),
        interaction_id=interaction,
        number=1,
        kind=LegKind.MAIN,
        state=LegState.QUEUED,
        since_ms=1,
    )


def a_record(event: Event, key: str = "bookcity", version: int = 1) -> Record:
    topic = MESSAGES if isinstance(event, MessagePosted) else ROUTING_DECISIONS
    headers = to_headers(Envelope(id="1", source="/x", type=wire_type(event), version=version))
    return Record(topic.name, 0, 7, 0, key.encode(), encode(event), headers)


def a_message(interaction: str = OWN, author: Author = Author.AGENT) -> Record:
    message = MessagePosted(
        workspace="bookcity", interaction_id=interaction, message_id="m_1", author=author, sent_at_ms=1_500, text="您好"
    )
    return a_record(message, interaction)


def queued(interaction: str = OWN, workspace: str = "bookcity") -> Record:
    leg, queue = a_leg(interaction), QueueValue(queue="orders")
    return a_record(
        LegQueued(workspace=workspace, epoch=1, seq=3, cause=9, at_ms=1_500, leg=leg, agent=ANA, queue=queue)
    )


def test_a_mark_is_as_long_as_the_ids_say() -> None:
    assert len(MARK) == MARK_LENGTH


def test_every_adapter_that_a_record_names_is_found_so_that_none_is_left_out() -> None:
    both = {ids.adapter_mark("bookcity", name).encode() for name in ("web", "phone")}
    assert marks_in(queued(FOREIGN)) == both
    assert marks_in(a_message()) == {MARK.encode()}
    assert marks_in(msgspec.structs.replace(a_message(), key=None)) == set()


def test_a_decision_is_shown_as_a_cloud_event_without_the_agents_other_work() -> None:
    event = msgspec.json.decode(shown(queued(), "bookcity", MARK) or b"")
    leg = event["data"].pop("leg")
    assert leg["interaction_id"] == OWN
    assert event == {
        "specversion": "1.0",
        "id": "bookcity/1/3",
        "source": "/workspaces/bookcity/routing",
        "type": "leg.queued",
        "subject": OWN,
        "time": "1970-01-01T00:00:01.500Z",
        "data": {"epoch": 1, "seq": 3, "at_ms": 1_500, "interaction_id": OWN},
    }


def test_what_an_agent_wrote_is_shown_and_what_others_wrote_is_not() -> None:
    event = msgspec.json.decode(shown(a_message(), "bookcity", MARK) or b"")
    assert (event["type"], event["subject"], event["data"]["text"]) == ("message.posted", OWN, "您好")
    assert shown(a_message(author=Author.CUSTOMER), "bookcity", MARK) is None
    assert shown(a_message(FOREIGN), "bookcity", MARK) is None


def test_a_decision_that_names_only_the_interaction_is_shown_too() -> None:
    held = a_record(InputHeld(workspace="bookcity", epoch=1, seq=1, cause=1, at_ms=1, interaction_id=OWN))
    assert shown(held, "bookcity", MARK) is not None


def test_decisions_on_others_are_not_shown_even_where_an_own_id_stands_in_them() -> None:
    assert shown(queued(FOREIGN), "bookcity", MARK) is None
    changed = AgentChanged(
        workspace="bookcity", epoch=1, seq=1, cause=1, at_ms=1, agent=ANA, because=AgentCause.WORK_CHANGED
    )
    assert shown(a_record(changed), "bookcity", MARK) is None
    assert shown(queued(workspace="bank"), "bookcity", MARK) is None


def test_what_cannot_be_read_is_passed_over() -> None:
    assert shown(msgspec.structs.replace(queued(), value=b"{"), "bookcity", MARK) is None
    assert shown(msgspec.structs.replace(queued(), value=None), "bookcity", MARK) is None
    assert shown(msgspec.structs.replace(queued(), headers=()), "bookcity", MARK) is None
