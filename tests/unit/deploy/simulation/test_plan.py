from __future__ import annotations

from itertools import islice

from deploy.simulation.contacts import contacts
from deploy.simulation.plan import Arrival, Plan, Shift, all_day, at_rate

STREAM = list(islice(contacts("seed", "bookcity", ()), 400))


def test_contacts_at_a_rate_come_in_their_order_and_stop_in_time() -> None:
    arrivals = list(at_rate(STREAM, 10, 20))
    assert 180 < len(arrivals) < 220
    dues = [one.due_ms for one in arrivals]
    assert dues == sorted(dues)
    assert dues[-1] < 20_000
    assert arrivals == list(at_rate(STREAM, 10, 20))


def test_without_an_end_all_of_them_come() -> None:
    assert [one.contact for one in at_rate(STREAM, 10, None)] == STREAM


def test_a_plan_knows_its_agents_and_its_length() -> None:
    shifts = (Shift("bo", 0, 10), Shift("ana", 5, None), Shift("bo", 20, 30))
    plan = Plan(arrivals=(Arrival(7, STREAM[0]), Arrival(9, STREAM[1])), shifts=shifts)
    assert (plan.agents, plan.length_ms) == (("ana", "bo"), 9)
    assert Plan(arrivals=(), shifts=()).length_ms == 0
    assert all_day(("ana",)) == (Shift("ana", 0, None),)
