from __future__ import annotations

import msgspec

from producers.web import events
from producers.web.chat import ChatRow
from runtime.records import header
from schemas.interactions import ContactPoint
from schemas.topics import INTERACTIONS, MESSAGES

ROW = ChatRow(digest=b"d" * 32, workspace="shop", number=2, queue="orders", language="zh-CN")


def test_a_contact_is_one_of_the_adapter_web() -> None:
    contact = events.contact_of(ROW, "web-1", "i_before", 5)
    assert (contact.adapter, contact.instance, contact.channel, contact.queue) == ("web", "web-1", "web_chat", "orders")
    assert (contact.interaction_id, contact.external_id) == (ROW.interaction(2), ROW.external_id(2))
    assert contact.linked_to == "i_before"
    assert contact.contact_points == (ContactPoint(kind="session", value=ROW.chat_id),)


def test_who_signed_in_is_known_by_the_account() -> None:
    row = msgspec.structs.replace(ROW, account="li88", customer_name="Li")
    contact = events.contact_of(row, "web-1", None, 5)
    assert contact.contact_points == (ContactPoint(kind="web_account", value="li88"),)
    assert contact.customer_name == "Li"
    assert b"li88" in (events.account_output(row).value or b"")


def test_what_is_said_again_has_the_same_id() -> None:
    first, again = (events.received_output(events.contact_of(ROW, "web-1", None, now), None) for now in (1, 2))
    assert header(first.headers, "ce_id") == header(again.headers, "ce_id")
    assert events.left_output("shop", "i") == events.left_output("shop", "i")
    assert header(first.headers, "ce_id") != header(events.left_output("shop", "i").headers, "ce_id")


def test_contacts_are_keyed_by_workspace_and_messages_by_contact() -> None:
    contact = events.received_output(events.contact_of(ROW, "web-1", None, 1), None)
    message = events.message_output(events.message_of(ROW, "m_1", "hello", "text/plain", (), 1), None)
    assert (contact.topic, contact.key) == (INTERACTIONS.name, b"shop")
    assert (message.topic, message.key) == (MESSAGES.name, ROW.interaction(2).encode())
