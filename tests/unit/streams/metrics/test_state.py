from __future__ import annotations

import pytest

from schemas.metrics import Dimension
from schemas.vocabulary import RoutingStatus
from streams.metrics.kept import Cell, Kept, KeptQueue, Kind
from streams.metrics.state import State
from streams.metrics.tally import Tally

ORDERS = (Dimension.QUEUE, "orders")


def tallied(**amounts: int) -> Tally:
    tally = Tally()
    tally.add([ORDERS], **amounts)
    return tally


def test_a_cell_that_is_ahead_is_not_counted_again() -> None:
    state = State("shop")
    state.count(tallied(offered=1), 0, (1, 5))
    state.count(tallied(offered=1), 0, (1, 4))
    state.count(tallied(offered=1), 0, (1, 5))
    assert state.cell(ORDERS, 0) == Cell(place=(1, 5), counts={"offered": 1})


def test_the_day_is_the_sum_of_its_intervals_and_grows_with_them() -> None:
    state = State("shop")
    for starts_ms, place in ((0, 1), (900_000, 2), (1_800_000, 3)):
        state.count(tallied(offered=1), starts_ms, (1, place))
    assert state.day(ORDERS, 900_000).counts == {"offered": 2}
    state.count(tallied(offered=4), 900_000, (1, 4))
    state.count(tallied(offered=9), 0, (1, 5))
    assert state.day(ORDERS, 900_000).counts == {"offered": 6}
    assert state.day(ORDERS, 0).counts == {"offered": 16}


def test_a_queues_cell_says_the_threshold_in_force() -> None:
    state = State("shop")
    state.set_queue("orders", KeptQueue(place=(1, 1), within_ms=20_000), (1, 1))
    state.count(tallied(offered=1), 0, (1, 2))
    found = state.cell(ORDERS, 0)
    assert found is not None
    assert found.within_ms == 20_000


def test_nothing_is_counted_below_the_floor() -> None:
    state = State("shop")
    state.drop_cells_before(900_000)
    state.count(tallied(offered=1), 0, (1, 1))
    assert state.cells == {}


def test_the_state_is_whole_when_it_has_reached_whatever_is_ahead() -> None:
    state = State("shop")
    state.put(Kind.CELL, ("queue", "orders", 0), Kept(cell=Cell(place=(1, 3), status_ms={RoutingStatus.IDLE: 4})))
    assert not state.is_whole()
    assert state.cell(ORDERS, 0) is not None


def test_a_record_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="holds nothing"):
        State("shop").put(Kind.HEAD, (), Kept())
