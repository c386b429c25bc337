"""Records that a gateway appends: presence and commands by workspace, messages by interaction."""

from __future__ import annotations

from runtime.events import to_output
from runtime.records import Output
from schemas.inputs import RoutingInput
from schemas.messages import MessagePosted
from schemas.topics import MESSAGES, ROUTING_INPUTS


def input_output(event: RoutingInput, source: str, event_id: str, traceparent: str | None = None) -> Output:
    """An input for the workspace's routing log."""
    workspace = event.workspace
    return to_output(
        event,
        ROUTING_INPUTS,
        key=workspace,
        event_id=event_id,
        source=source,
        subject=workspace,
        traceparent=traceparent,
    )


def message_output(message: MessagePosted, source: str, traceparent: str | None = None) -> Output:
    """A message; its event's id is its own, so that a repetition is seen to be one."""
    return to_output(
        message,
        MESSAGES,
        key=message.interaction_id,
        event_id=message.message_id,
        source=source,
        subject=message.interaction_id,
        traceparent=traceparent,
    )
