from __future__ import annotations

import pytest

from runtime.contact_points import NormalPoint
from schemas.interactions import InteractionReceived
from streams.identity.model import Interaction, Place
from streams.identity.rows import MAX_NAME, arrival, changed, customers_name, named, with_points
from tests.support.identity_builders import a_change, an_arrival

PHONE = NormalPoint("phone", "+8613800138000")
MAIL = NormalPoint("email", "li@example.com")


def a_row(offset: int = 5, language: str | None = None, attributes: dict[str, str] | None = None) -> Interaction:
    return arrival(an_arrival(language=language, attributes=attributes), Place(2, offset), (PHONE,))


def test_an_arrival_becomes_a_row_that_remembers_its_record() -> None:
    row = a_row()
    assert (row.log_partition, row.first_offset, row.changed_offset, row.customer_id) == (2, 5, 5, None)
    assert (row.channel, row.adapter, row.external_id) == ("web_chat", "web", "x-i_1")


def test_a_newer_change_wins_and_leaves_what_it_does_not_say() -> None:
    row = changed(a_row(5, "en", {"a": "1", "b": "1"}), a_change(attributes={"b": "2"}), 6, (MAIL,))
    assert (row.language, row.attributes, row.changed_offset) == ("en", {"a": "1", "b": "2"}, 6)
    assert row.contact_points == (PHONE, MAIL)


def test_an_older_change_only_fills_what_is_missing() -> None:
    newer = changed(a_row(5), a_change(language="yue", attributes={"b": "2"}), 9, ())
    row = changed(newer, a_change(language="en", attributes={"a": "1", "b": "1"}), 7, (MAIL,))
    assert (row.language, row.attributes, row.changed_offset) == ("yue", {"a": "1", "b": "2"}, 9)
    assert MAIL in row.contact_points


def test_folding_the_same_change_twice_changes_nothing() -> None:
    change = a_change(language="yue", attributes={"b": "2"})
    once = changed(a_row(5, "en"), change, 9, (MAIL,))
    assert changed(once, change, 9, (MAIL,)) == once


def test_contact_points_are_a_set_that_keeps_its_order() -> None:
    assert with_points(a_row(), (MAIL, PHONE)) == (PHONE, MAIL)


@pytest.mark.parametrize(("given", "kept"), [(None, None), ("  ", None), (" Li ", "Li"), ("L\x00i", "L\ufffdi")])
def test_a_name_is_kept_readable_or_not_at_all(given: str | None, kept: str | None) -> None:
    event = an_arrival(name=given)
    assert isinstance(event, InteractionReceived)
    assert named(event) == kept


def test_a_customers_name_is_cut_to_what_administration_allows_and_the_contact_keeps_all() -> None:
    event = an_arrival(name="李" * (MAX_NAME - 1) + " 明")
    assert customers_name(event) == "李" * (MAX_NAME - 1)
    assert arrival(event, Place(0, 1), ()).customer_name == event.customer_name
    assert customers_name(an_arrival(name=None)) is None
