from __future__ import annotations

from producers.http.bodies import EVENT_BODIES, NewInteraction, NewMessage
from producers.http.examples import CALL, CHAT, COUNTER, EVENTS, MESSAGE, cloud_event
from runtime.validation import errors_in


def test_every_example_is_valid() -> None:
    assert [errors_in(example, NewInteraction, "$") for example in (CHAT, CALL, COUNTER)] == [[], [], []]
    assert errors_in(MESSAGE, NewMessage, "$") == []
    assert set(EVENTS) == set(EVENT_BODIES)
    assert [errors_in(data, EVENT_BODIES[type_], "$") for type_, data in EVENTS.items()] == [[]] * len(EVENTS)


def test_as_a_cloud_event_the_external_id_is_the_events_id() -> None:
    event = cloud_event("interaction.received", CHAT)
    assert event["id"] == CHAT["external_id"]
    assert "external_id" not in event["data"]
