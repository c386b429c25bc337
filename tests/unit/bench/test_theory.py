from __future__ import annotations

import pytest

from bench.queueing import path, waits
from bench.theory import LOADS, Effort, center, equal_waits, load, measure, routed


def test_a_load_is_so_many_erlangs_for_each_agent() -> None:
    assert load(20, 0.9).offered == pytest.approx(18.0)


def test_a_center_is_one_queue_whose_agents_take_every_offer_at_once() -> None:
    found = center(3)
    assert (len(found.queues), len(found.agents), found.channels["phone"].auto_accept) == (1, 3, True)


def test_each_load_has_a_line_of_equal_waits_and_one_of_its_mean() -> None:
    said: list[str] = []
    found = measure(Effort(repeats=1, calls=400, routed=100), said.append)
    assert [one.name for one in found][:2] == ["theory-c-1-70", "theory-c-1-70-mean"]
    assert len(found) == 2 * len(LOADS) == 2 * len(said)
    assert all(one.repeats[0].ratio == 1.0 for one in found[::2])


def test_a_wait_that_differs_breaks_the_run_and_is_named() -> None:
    visits = path(LOADS["c-5-80"], 300, 1)
    with pytest.raises(RuntimeError, match=r"theory-x: call \d+ is Wait"):
        equal_waits("x", routed(visits, 5), waits(visits, 4))
    assert equal_waits("x", routed(visits, 5), waits(visits, 5)) == 300
