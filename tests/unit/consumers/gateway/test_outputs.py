from __future__ import annotations

from consumers.gateway.outputs import input_output, message_output
from runtime.records import header
from schemas import codec
from schemas.inputs import LogOut
from schemas.messages import Author, MessagePosted
from schemas.topics import MESSAGES, ROUTING_INPUTS


def test_a_command_goes_to_its_workspace_under_its_own_id() -> None:
    command = LogOut(workspace="shop", command_id="k_1", actor="u", agent_id="ana")
    output = input_output(command, "/gateways/one", "k_1", "00-a-b-01")
    assert (output.topic, output.key) == (ROUTING_INPUTS.name, b"shop")
    assert codec.decode(ROUTING_INPUTS, output.value or b"") == command
    assert header(output.headers, "ce_id") == b"k_1"
    assert header(output.headers, "ce_traceparent") == b"00-a-b-01"


def test_a_message_goes_to_its_interaction_under_the_message_s_id() -> None:
    message = MessagePosted(
        workspace="shop", interaction_id="i1", message_id="m_1", author=Author.AGENT, sent_at_ms=1, text="hello"
    )
    output = message_output(message, "/gateways/one")
    assert (output.topic, output.key) == (MESSAGES.name, b"i1")
    assert header(output.headers, "ce_id") == b"m_1"
