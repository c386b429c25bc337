from __future__ import annotations

from streams.identity.model import Customer, InteractionKey, Known, Link, Outcome, PointKey
from streams.identity.settle import settle, wanted_interactions, wanted_points
from tests.support.identity_builders import a_change, a_contact, an_arrival, counted_ids


def known(*keys: str, customer_id: str = "c_known") -> Known:
    links = [
        Link(workspace="books", kind=kind, value=value, customer_id=customer_id, linked_ms=1)
        for kind, _, value in (key.partition(":") for key in keys)
    ]
    return Known(links=links, customers=[Customer(workspace="books", customer_id=customer_id, created_ms=1)])


def test_what_to_look_up_is_named_once_and_faulty_points_are_not() -> None:
    contacts = [
        a_contact(an_arrival("i_1", "phone:13800138000", "phone:none")),
        a_contact(a_change("i_1", "phone:+86 13800138000", "card:1234")),
    ]
    assert wanted_points(contacts) == [PointKey("books", "phone", "+8613800138000"), PointKey("books", "card", "1234")]
    assert wanted_interactions(contacts) == [InteractionKey("books", "i_1")]


def test_only_what_changed_is_written() -> None:
    contact = a_contact(an_arrival("i_1", "card:1234"), 3)
    first = settle(known("card:1234"), [contact], counted_ids())
    assert (len(first.writes.interactions), first.writes.customers, first.writes.links) == (1, [], [])
    again = Known(
        links=known("card:1234").links,
        customers=known("card:1234").customers,
        interactions=first.writes.interactions,
    )
    assert settle(again, [contact], counted_ids()).writes.interactions == []


def test_a_record_that_made_a_customer_says_so_again_and_its_successor_does_not() -> None:
    first, second = a_contact(an_arrival("i_1", "card:1234"), 3), a_contact(an_arrival("i_2", "card:1234"), 4)
    settled = settle(Known(), [first, second], counted_ids())
    assert [(it.created, len(it.linked)) for it in settled.outcomes] == [(True, 1), (False, 0)]
    stored = Known(
        links=settled.writes.links, customers=settled.writes.customers, interactions=settled.writes.interactions
    )
    assert settle(stored, [first, second], counted_ids("x")).outcomes == settled.outcomes


def test_an_anonymous_interaction_gets_its_customer_with_the_first_contact_point() -> None:
    settled = settle(
        Known(),
        [
            a_contact(an_arrival("i_1"), 1),
            a_contact(a_change("i_1", "card:1"), 2),
            a_contact(a_change("i_1", "card:1234"), 3),
        ],
        counted_ids(),
    )
    assert [it.customer.customer_id if it.customer else None for it in settled.outcomes] == [None, None, "c_1"]
    [row] = settled.writes.interactions
    assert row.customer_id == "c_1"


def test_a_stronger_contact_point_said_later_moves_the_interaction_and_suggests_a_merge() -> None:
    both = Known(
        links=[
            *known("phone:+8613800138000", customer_id="c_home").links,
            *known("card:1234", customer_id="c_li").links,
        ],
        customers=[*known(customer_id="c_home").customers, *known(customer_id="c_li").customers],
    )
    contacts = [a_contact(an_arrival("i_1", "phone:13800138000"), 1), a_contact(a_change("i_1", "card:1234"), 2)]
    settled = settle(both, contacts, counted_ids())
    assert [it.customer.customer_id if it.customer else None for it in settled.outcomes] == ["c_home", "c_li"]
    [suggestion] = settled.writes.suggestions
    assert (suggestion.customer_id, suggestion.other_id, suggestion.interaction_id) == ("c_li", "c_home", "i_1")


def test_a_duplicate_touches_nothing() -> None:
    contacts = [a_contact(an_arrival("i_1", "card:1234"), 1), a_contact(an_arrival("i_1", "card:9999"), 2)]
    settled = settle(Known(), contacts, counted_ids())
    assert settled.outcomes[1] == Outcome(duplicate=True)
    assert [link.value for link in settled.writes.links] == ["1234"]


def test_new_customers_have_the_random_ids_that_were_handed_in() -> None:
    ids = iter(["c_x", "c_y"])
    contacts = [a_contact(an_arrival(f"i_{n}", f"card:{n}000"), n) for n in range(2)]
    settled = settle(Known(), contacts, lambda: next(ids))
    assert [it.customer_id for it in settled.writes.customers] == ["c_x", "c_y"]
