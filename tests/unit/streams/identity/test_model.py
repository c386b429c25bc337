from __future__ import annotations

from streams.identity.model import Customer, InteractionKey, Link, Place
from tests.support.identity_builders import a_change, a_contact


def test_a_row_knows_the_record_that_made_it() -> None:
    customer = Customer(workspace="books", customer_id="c_1", created_ms=1, log_partition=2, log_offset=7)
    link = Link(
        workspace="books", kind="card", value="1", customer_id="c_1", linked_ms=1, log_partition=2, log_offset=7
    )
    for made in (customer, link):
        assert made.made_at(Place(2, 7))
        assert not made.made_at(Place(2, 8))
        assert not made.made_at(Place(1, 7))


def test_what_administration_made_no_record_made() -> None:
    assert not Customer(workspace="books", customer_id="c_1", created_ms=1).made_at(Place(0, 0))


def test_a_contact_is_of_its_interaction() -> None:
    assert a_contact(a_change("i_1", workspace="books")).key == InteractionKey("books", "i_1")
