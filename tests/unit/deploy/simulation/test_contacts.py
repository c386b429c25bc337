from __future__ import annotations

from collections import Counter
from itertools import islice

import msgspec
import yaml

from deploy.simulation.bookcity import CUSTOMERS, DOCUMENT
from deploy.simulation.contacts import ADAPTERS, CHANNELS, CHAT, MAIL, PHONE, STORE, Contact, contacts, known_customers
from producers.http.bodies import NewInteraction
from schemas.ids import interaction_id

KNOWN = known_customers(CUSTOMERS.read_text(encoding="utf-8"))


def first(count: int, seed: str = "seed") -> list[Contact]:
    return list(islice(contacts(seed, "bookcity", KNOWN), count))


def test_the_same_seed_gives_the_same_contacts_and_another_seed_other_ids() -> None:
    assert first(40) == first(40)
    assert not {one.interaction_id for one in first(40)} & {one.interaction_id for one in first(40, "other")}


def test_each_twenty_have_the_mix_one_twice_one_cut_one_that_leaves_one_called_back_and_they_are_four() -> None:
    for begin in range(0, 200, 20):
        block = first(200)[begin : begin + 20]
        assert Counter(one.channel for one in block) == {PHONE: 7, CHAT: 6, MAIL: 4, STORE: 3}
        marked = [[one for one in block if mark(one)] for mark in (is_twice, is_cut, leaves, calls_back)]
        assert [len(one) for one in marked] == [1, 1, 1, 1]
        assert len({one.number for found in marked for one in found}) == 4
        assert marked[2][0].channel in (PHONE, CHAT)
        assert marked[3][0].channel == PHONE


def calls_back(contact: Contact) -> bool:
    return contact.calls_back_after_ms is not None


def test_of_those_called_back_some_keep_their_place_and_some_name_a_time() -> None:
    found = [one for one in first(400) if calls_back(one)]
    assert 3 < sum(one.called_in_ms is None for one in found) < 17
    assert all(1_000 <= one.called_in_ms <= 3_000 for one in found if one.called_in_ms is not None)
    assert all(one.called_in_ms is None for one in first(400) if not calls_back(one))


def is_twice(contact: Contact) -> bool:
    return contact.twice


def is_cut(contact: Contact) -> bool:
    return contact.cut


def leaves(contact: Contact) -> bool:
    return contact.leaves_after_ms is not None


def test_every_contact_is_what_the_http_interface_takes_under_the_id_that_it_will_have() -> None:
    for contact in first(200):
        body = msgspec.convert(contact.data, NewInteraction)
        assert contact.interaction_id == interaction_id("bookcity", ADAPTERS[contact.channel], body.external_id or "")
        assert body.confirms_connection is (contact.channel == PHONE)
        assert (body.site is not None) is (contact.channel == STORE)


def test_somebody_in_the_book_city_can_do_what_each_contact_asks_for_without_ana() -> None:
    agents = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["agents"]
    for contact in first(400):
        fitting = [
            name
            for name, agent in agents.items()
            if name != "ana"
            and contact.data["queue"] in agent["queues"]
            and all(
                agent["skills"].get(skill, 0) >= level for skill, level in contact.data.get("requirements", {}).items()
            )
        ]
        assert fitting, contact


def test_known_and_new_customers_contact_the_house_from_all_four_counters() -> None:
    found = first(400)
    on_file = {value for one in KNOWN for value in one.points.values()}
    known = sum(one.data["contact_points"][0]["value"] in on_file for one in found)
    assert 160 < known < 320
    assert {one.data["site"] for one in found if one.channel == STORE} == {"tianhe", "beijing_road", "panyu", "haizhu"}
    assert {one.channel for one in found} == set(CHANNELS)


def test_customers_without_any_contact_point_are_left_out() -> None:
    found = known_customers("card,phone,email,web_account\n1,,,\n,,,\n,a;b,,\n")
    assert [one.points for one in found] == [{"card": "1"}, {"phone": "a"}]
