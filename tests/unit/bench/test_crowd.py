from __future__ import annotations

from bench.crowd import Crowd, Person, Size, Wish, Wishes, people
from bench.peers.naive_router import NaiveRouter, may_take
from bench.peers.skip_locked import lane_of, lanes_of
from bench.workload import LIVE_BATCH
from streams.routing import invariants


def test_each_step_takes_one_contact_all_the_way_and_as_many_wait_as_before() -> None:
    crowd = Crowd(Size(waiting=200, agents=20))
    world = crowd.engine.world
    before = (world.ended, len(world.interactions))
    for _ in range(50):
        crowd.step()
    assert (world.ended, len(world.interactions)) == (before[0] + 50, before[1])
    invariants.check(world)


def test_live_work_is_handed_on_in_small_batches_and_takes_contacts_all_the_way_too() -> None:
    crowd = Crowd(Size(waiting=200, agents=20))
    world = crowd.engine.world
    before = (world.ended, len(world.interactions))
    handed_on: list[bytes] = []
    done = sum(crowd.live_step(handed_on.append) for _ in range(10))
    assert done == 10 * LIVE_BATCH
    assert (world.ended, len(world.interactions)) == (before[0] + done, before[1])
    ended = [line for batch in handed_on for line in batch.splitlines() if line.startswith(b'{"type":"leg.ended"')]
    assert len(ended) == done
    invariants.check(world)


def test_every_contact_can_be_taken_by_somebody() -> None:
    staff = people(10)
    wishes = Wishes(staff)
    asked = [wishes.next() for _ in range(200)]
    assert [wish for wish in asked if not any(may_take(person, wish) for person in staff)] == []


def test_lanes_are_what_an_agent_may_take_and_no_two_wishes_share_one() -> None:
    person = Person((3, 5, 7), {1: 2, 9: 4})
    wishes = [Wish(queue, skill) for queue in range(10) for skill in (None, *range(12))]
    lanes = {lane_of(wish) for wish in wishes}
    assert len(lanes) == len(wishes)
    assert {lane_of(wish) for wish in wishes if may_take(person, wish)} == set(lanes_of(person))


def test_the_naive_router_ends_one_contact_a_step() -> None:
    router = NaiveRouter(Size(waiting=30, agents=5))
    contacts = router.contacts
    first = {contact.number for contact in contacts}
    for _ in range(10):
        router.step()
    assert len(contacts) == len(first)
    assert len(first - {contact.number for contact in contacts}) == 10
