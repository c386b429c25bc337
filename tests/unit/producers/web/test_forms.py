from __future__ import annotations

from typing import Any

import msgspec
import pytest

from producers.web.forms import Asked, Opened, callback_form, message_form
from producers.web.problems import Kind
from runtime.problems import Problem
from schemas.interactions import ContactPoint

KEY = "a-random-key-of-the-page"


def asked(key: str | None = KEY) -> Asked:
    return Asked(workspace="shop", instance="web-1", key=key, region="CN", now_ms=5)


def a_message(key: str | None = KEY, **fields: Any) -> Opened:
    form = {"text": "hello", "email": "Li@Example.com", **fields}
    return message_form(asked(key), msgspec.json.encode(form))


def errors_of(body: Any, key: str | None = KEY) -> set[str]:
    with pytest.raises(Problem) as refused:
        message_form(asked(key), msgspec.json.encode(body))
    assert refused.value.kind is Kind.INVALID
    return {error.path for error in refused.value.errors}


def test_a_message_opens_a_contact_with_that_message() -> None:
    opened = a_message(subject="Opening hours", queue="orders", phone="138 0013 8000")
    assert (opened.contact.channel, opened.contact.queue, opened.contact.subject) == (
        "web_form",
        "orders",
        "Opening hours",
    )
    assert opened.contact.contact_points == (
        ContactPoint(kind="email", value="li@example.com"),
        ContactPoint(kind="phone", value="+8613800138000"),
    )
    assert opened.message is not None
    assert (opened.message.text, opened.message.interaction_id) == ("hello", opened.contact.interaction_id)


def test_a_wish_to_be_called_opens_a_callback_to_the_number() -> None:
    opened = callback_form(asked(), b'{"phone": "13800138000", "reason": "offer"}')
    assert (opened.contact.channel, opened.contact.subject, opened.message) == ("callback", "offer", None)
    assert opened.contact.contact_points == (ContactPoint(kind="phone", value="+8613800138000"),)


def test_a_wish_to_be_called_at_a_time_says_so_and_any_other_is_for_now() -> None:
    later = callback_form(asked(), b'{"phone": "13800138000", "at_ms": 600000}')
    now = callback_form(asked(), b'{"phone": "13800138000"}')
    assert (later.contact.callback_at_ms, now.contact.callback_at_ms) == (600_000, 5)


def test_a_time_more_than_a_year_ahead_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        callback_form(asked(), b'{"phone": "13800138000", "at_ms": 99999999999}')
    assert [error.path for error in refused.value.errors] == ["$.at_ms"]


def test_the_same_key_and_content_is_the_same_contact_and_nothing_else_is() -> None:
    ids = [one.contact.interaction_id for one in (a_message(), a_message(), a_message(text="x"), a_message("b" * 16))]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_every_error_has_its_path() -> None:
    body = {"text": "", "email": "nobody", "colour": "red", "queue": "no such name"}
    assert errors_of(body, "short") == {f"header {'Idempotency-Key'}", "$.text", "$.colour", "$.queue"}
    assert errors_of({"text": "x", "email": "nobody", "phone": "abc"}, None) == {
        "header Idempotency-Key",
        "$.email",
        "$.phone",
    }


def test_somebody_who_cannot_be_answered_is_told() -> None:
    assert errors_of({"text": "hello"}) == {"$.email"}


def test_what_is_not_json_is_malformed() -> None:
    with pytest.raises(Problem) as refused:
        callback_form(asked(), b"phone=1")
    assert refused.value.kind is Kind.MALFORMED


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        callback_form(asked(), b'{"phone": "abc"}')
    assert [error.path for error in refused.value.errors] == ["$.phone"]
