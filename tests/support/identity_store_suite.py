"""What every identity store must do: run against the twin in memory and against PostgreSQL.

A subclass gives `store`, a fresh one, and `bench`, by which a test sees and disturbs the tables from outside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from schemas.vocabulary import CustomerKind
from streams.identity.model import Customer, Interaction, Outcome
from streams.identity.store import IdentityStore, Mark
from tests.support.identity_builders import a_change, a_contact, an_arrival


class Bench(Protocol):
    """The tables from outside."""

    async def add_customer(self, customer: Customer, *keys: str) -> None:
        """What administration does: a customer with linked contact points (`kind:value`, normal spelling)."""
        ...

    async def unlink(self, key: str) -> None: ...

    async def merge(self, merged_id: str, survivor_id: str) -> None: ...

    async def unmerge(self, merged_id: str) -> None: ...

    async def interaction(self, interaction_id: str) -> Interaction | None: ...

    async def customer_ids(self) -> set[str]: ...

    async def links(self) -> dict[str, str]:
        """Contact point to customer."""
        ...

    async def history(self) -> list[tuple[str, str]]:
        """(contact point, action), oldest first."""
        ...

    async def suggestions(self) -> set[tuple[str, str]]: ...

    def race_once(self, customer: Customer, *keys: str) -> None:
        """Lets another writer's `add_customer` come between the next look-up and its commit."""
        ...


def a_customer(customer_id: str, **fields: object) -> Customer:
    return Customer(workspace="books", customer_id=customer_id, created_ms=1, **fields)  # type: ignore[arg-type]


class IdentityStoreSuite:
    """The tests."""

    async def test_a_new_contact_point_makes_a_customer_with_a_name(self, store: IdentityStore, bench: Bench) -> None:
        [outcome] = await store.settle([a_contact(an_arrival("i_1", "phone:13800138000", name="Li"))], None)
        customer = _customer(outcome)
        assert (outcome.created, customer.name, customer.kind) == (True, "Li", CustomerKind.PERSON)
        assert await bench.links() == {"phone:+8613800138000": customer.customer_id}
        assert await bench.history() == [("phone:+8613800138000", "linked")]

    async def test_a_known_contact_point_brings_all_that_routing_needs(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        known = a_customer(
            "c_vip",
            kind=CustomerKind.ORGANISATION,
            name="School 7",
            card_type="vip",
            tier="gold",
            language="yue",
            owner="ana",
            preferred_agent="bo",
            do_not_contact=True,
        )
        await bench.add_customer(known, "card:VIP1", "phone:+8613800138000")
        [outcome] = await store.settle([a_contact(an_arrival("i_1", "card:vip-1"))], None)
        assert outcome.customer == known
        assert (outcome.created, outcome.linked, outcome.duplicate) == (False, (), False)

    async def test_without_contact_points_nobody_is_made(self, store: IdentityStore, bench: Bench) -> None:
        [outcome] = await store.settle([a_contact(an_arrival("i_1", "phone:anonymous"))], None)
        assert outcome == Outcome()
        assert await bench.customer_ids() == set()
        row = await bench.interaction("i_1")
        assert row is not None
        assert [point.error for point in row.contact_points] == ["not_a_phone"]

    async def test_one_batch_sees_its_own_customers(self, store: IdentityStore, bench: Bench) -> None:
        contacts = [
            a_contact(an_arrival("i_1", "email:li@example.com"), 0),
            a_contact(an_arrival("i_2", "email:LI@example.com", "phone:13800138000"), 1),
            a_contact(a_change("i_1", "card:1234"), 2),
        ]
        outcomes = await store.settle(contacts, None)
        assert len({_customer(it).customer_id for it in outcomes}) == 1
        assert [it.created for it in outcomes] == [True, False, False]
        assert set(await bench.links()) == {"email:li@example.com", "phone:+8613800138000", "card:1234"}

    async def test_the_same_record_again_says_the_same_again(self, store: IdentityStore, bench: Bench) -> None:
        contact = a_contact(an_arrival("i_1", "email:li@example.com", name="Li"), 7)
        first = await store.settle([contact], None)
        assert await store.settle([contact], None) == first
        assert len(await bench.history()) == 1

    async def test_a_later_arrival_of_the_same_interaction_is_a_duplicate(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        await store.settle([a_contact(an_arrival("i_1", "email:li@example.com"), 7)], None)
        [outcome] = await store.settle([a_contact(an_arrival("i_1", "email:other@example.com"), 8)], None)
        assert outcome == Outcome(duplicate=True)
        assert len(await bench.customer_ids()) == 1

    async def test_an_earlier_arrival_that_is_read_late_becomes_the_first(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        later, earlier = (a_contact(an_arrival("i_1", "email:li@example.com"), offset) for offset in (8, 7))
        await store.settle([later], None)
        [outcome] = await store.settle([earlier], None)
        assert not outcome.duplicate
        row = await bench.interaction("i_1")
        assert row is not None
        assert row.first_offset == 7
        [again] = await store.settle([later], None)
        assert again.duplicate

    async def test_contact_points_of_two_customers_choose_the_stronger_and_suggest_a_merge(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        await bench.add_customer(a_customer("c_card"), "card:1234")
        await bench.add_customer(a_customer("c_phone"), "phone:+8613800138000")
        [outcome] = await store.settle([a_contact(an_arrival("i_1", "phone:13800138000", "card:1234"))], None)
        assert _customer(outcome).customer_id == "c_card"
        assert await bench.suggestions() == {("c_card", "c_phone")}
        assert (await bench.links())["phone:+8613800138000"] == "c_phone"

    async def test_a_change_keeps_what_was_said_and_adds(self, store: IdentityStore, bench: Bench) -> None:
        arrival = an_arrival("i_1", "phone:13800138000", language="en", attributes={"page": "/a"})
        await store.settle([a_contact(arrival, 1)], None)
        change = a_change("i_1", "email:li@example.com", language="yue", attributes={"cart": "3"})
        [outcome] = await store.settle([a_contact(change, 2)], None)
        row = await bench.interaction("i_1")
        assert row is not None
        assert (row.language, row.attributes, row.changed_offset) == ("yue", {"page": "/a", "cart": "3"}, 2)
        assert [point.key for point in row.contact_points] == ["phone:+8613800138000", "email:li@example.com"]
        assert row.customer_id == _customer(outcome).customer_id
        assert [link.value for link in outcome.linked] == ["li@example.com"]

    async def test_a_change_of_an_interaction_that_has_not_arrived_says_nothing(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        await bench.add_customer(a_customer("c_card"), "card:1234")
        [known, unknown] = await store.settle(
            [a_contact(a_change("i_9", "card:1234")), a_contact(a_change("i_8", "card:9999"))], None
        )
        assert known == unknown == Outcome()
        assert await bench.interaction("i_9") is None
        assert await bench.customer_ids() == {"c_card"}

    async def test_a_change_before_its_arrival_says_nothing_even_when_read_again(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        change, arrival = a_contact(a_change("i_1", "card:1234"), 3), a_contact(an_arrival("i_1"), 4)
        assert await store.settle([change, arrival], None) == [Outcome(), Outcome()]
        assert await store.settle([change], None) == [Outcome()]
        row = await bench.interaction("i_1")
        assert row is not None
        assert (row.contact_points, await bench.links()) == ((), {})

    async def test_what_a_person_unlinked_stays_unlinked_when_read_again(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        contact = a_contact(an_arrival("i_1", "email:li@example.com"), 7)
        [first] = await store.settle([contact], None)
        await bench.unlink("email:li@example.com")
        [again] = await store.settle([contact], None)
        assert _customer(again).customer_id == _customer(first).customer_id
        assert await bench.links() == {}

    async def test_a_live_merge_leads_to_the_survivor(self, store: IdentityStore, bench: Bench) -> None:
        await bench.add_customer(a_customer("c_old"), "card:1111")
        await bench.add_customer(a_customer("c_new", tier="gold"), "card:2222")
        await bench.merge("c_old", "c_new")
        [outcome] = await store.settle([a_contact(an_arrival("i_1", "card:1111"))], None)
        assert (_customer(outcome).customer_id, _customer(outcome).tier) == ("c_new", "gold")

    async def test_a_chain_of_merges_leads_to_its_end_and_what_the_survivor_does_not_say_is_filled(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        await bench.add_customer(a_customer("c_a", tier="gold", language="yue"), "card:1111")
        await bench.add_customer(a_customer("c_b", language="en", do_not_contact=True), "card:2222")
        await bench.add_customer(a_customer("c_c", preferred_agent="bo"), "card:3333")
        await bench.merge("c_a", "c_b")
        await bench.merge("c_b", "c_c")
        [outcome] = await store.settle([a_contact(an_arrival("i_1", "card:1111"))], None)
        found = _customer(outcome)
        assert (found.customer_id, found.tier, found.language) == ("c_c", "gold", "en")
        assert (found.preferred_agent, found.do_not_contact) == ("bo", True)

    async def test_an_interaction_keeps_the_customer_of_its_day_while_routing_is_told_the_survivor(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        await bench.add_customer(a_customer("c_old"), "card:1111")
        await bench.add_customer(a_customer("c_new", tier="gold"), "card:2222")
        await store.settle([a_contact(an_arrival("i_1", "card:1111"), 1)], None)
        await bench.merge("c_old", "c_new")
        for change in (a_change("i_1", "card:1111"), a_change("i_1", attributes={"cart": "3"})):
            [outcome] = await store.settle([a_contact(change, 2)], None)
            assert (_customer(outcome).customer_id, _customer(outcome).tier) == ("c_new", "gold")
            row = await bench.interaction("i_1")
            assert row is not None
            assert row.customer_id == "c_old"
        await bench.unmerge("c_old")
        [outcome] = await store.settle([a_contact(a_change("i_1", "card:1111"), 3)], None)
        assert (_customer(outcome).customer_id, _customer(outcome).tier) == ("c_old", None)

    async def test_a_merge_in_the_middle_of_traffic_and_undone_holds_for_the_contacts_in_between(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        await bench.add_customer(a_customer("c_old"), "card:1111")
        await bench.add_customer(a_customer("c_new"), "card:2222")
        seen = []
        for number in range(9):
            if number == 3:
                await bench.merge("c_old", "c_new")
            if number == 6:
                await bench.unmerge("c_old")
            [outcome] = await store.settle([a_contact(an_arrival(f"i_{number}", "card:1111"), number)], None)
            seen.append(_customer(outcome).customer_id)
        assert seen == ["c_old"] * 3 + ["c_new"] * 3 + ["c_old"] * 3

    async def test_who_loses_a_race_for_a_contact_point_takes_the_winners_customer(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        bench.race_once(a_customer("c_first"), "email:li@example.com")
        contacts = [
            a_contact(an_arrival("i_1", "email:li@example.com"), 1),
            a_contact(an_arrival("i_2", "card:7777"), 2),
        ]
        outcomes = await store.settle(contacts, Mark(0, 1))
        assert _customer(outcomes[0]).customer_id == "c_first"
        assert not outcomes[0].created
        row = await bench.interaction("i_1")
        assert row is not None
        assert row.customer_id == "c_first"
        assert await bench.customer_ids() == {"c_first", _customer(outcomes[1]).customer_id}

    async def test_many_at_once_make_one_customer_of_one_contact_point(
        self, store: IdentityStore, bench: Bench
    ) -> None:
        batches = [[a_contact(an_arrival(f"i_{n}", "email:li@example.com"), n)] for n in range(8)]
        answers: Sequence[Sequence[Outcome]] = await asyncio.gather(*(store.settle(batch, None) for batch in batches))
        assert len({_customer(outcome).customer_id for [outcome] in answers}) == 1
        assert len(await bench.customer_ids()) == 1

    async def test_workspaces_do_not_know_each_others_customers(self, store: IdentityStore, bench: Bench) -> None:
        outcomes = await store.settle(
            [
                a_contact(an_arrival("i_1", "email:li@example.com", workspace="books"), 1),
                a_contact(an_arrival("i_1", "email:li@example.com", workspace="bank"), 2),
            ],
            None,
        )
        assert [it.created for it in outcomes] == [True, True]
        assert len({_customer(it).customer_id for it in outcomes}) == 2

    async def test_a_mark_moves_with_the_rows_and_never_back(self, store: IdentityStore, bench: Bench) -> None:
        assert await store.mark_of(3) is None
        await store.settle([a_contact(an_arrival("i_1"), 5)], Mark(3, 5))
        assert await store.mark_of(3) == 5
        await store.move_mark(Mark(3, 9))
        await store.move_mark(Mark(3, 8))
        assert (await store.mark_of(3), await store.mark_of(4)) == (9, None)

    async def test_text_that_a_database_cannot_hold_is_kept_readable(self, store: IdentityStore, bench: Bench) -> None:
        arrival = an_arrival("i_1", "session:a\x00b", name="Li\x00", attributes={"k\x00": "v\x00"})
        await store.settle([a_contact(arrival)], None)
        row = await bench.interaction("i_1")
        assert row is not None
        assert (row.customer_name, row.attributes) == ("Li\ufffd", {"k\ufffd": "v\ufffd"})

    async def test_a_name_too_long_for_an_index_stops_nobody(self, store: IdentityStore, bench: Bench) -> None:
        name = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(1_024))
        [outcome] = await store.settle([a_contact(an_arrival("i_1", "phone:13800138000", name=name))], None)
        row = await bench.interaction("i_1")
        assert row is not None
        assert row.customer_name == name
        assert outcome.customer is not None
        assert outcome.customer.name == name[:200]

    async def test_a_large_batch_is_settled_in_order(self, store: IdentityStore, bench: Bench) -> None:
        contacts = [a_contact(an_arrival(f"i_{n}", f"phone:138{n % 300:08d}"), n) for n in range(500)]
        outcomes = await store.settle(contacts, Mark(0, 0))
        assert [it.created for it in outcomes] == [n < 300 for n in range(500)]
        assert len(await bench.links()) == 300


def _customer(outcome: Outcome) -> Customer:
    assert outcome.customer is not None
    return outcome.customer
