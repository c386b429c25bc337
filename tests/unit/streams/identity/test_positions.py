from __future__ import annotations

import pytest

from runtime.errors import LogBroken
from runtime.stage import LogRange
from streams.identity.positions import Positions


def opened(sent: int = 0, end: int = 0, mark: int | None = 0, first: int = 0) -> Positions:
    positions = Positions(sent, LogRange(first, end))
    positions.learn(mark)
    return positions


def test_settled_batches_move_both_positions() -> None:
    positions = opened()
    positions.acknowledged(5, settled=True)
    assert (positions.sent, positions.stored, positions.unwritten) == (5, 5, 5)
    positions.written(5)
    assert positions.unwritten is None


def test_a_batch_sent_unidentified_stops_the_stored_one_until_the_late_pass_has_told() -> None:
    positions = opened()
    positions.acknowledged(5, settled=False)
    positions.acknowledged(9, settled=True)
    assert (positions.sent, positions.stored, positions.backlog) == (9, 0, 9)
    assert positions.late_range(4) == (0, 4)
    positions.late_acknowledged(4)
    assert positions.late_range(100) == (4, 9)
    positions.late_acknowledged(9)
    positions.acknowledged(12, settled=True)
    assert (positions.stored, positions.late_range(100)) == (12, None)


def test_what_may_have_been_sent_before_goes_through_the_late_pass() -> None:
    positions = opened(sent=3, end=8, mark=3)
    positions.acknowledged(6, settled=True)
    assert positions.late_range(100) == (3, 6)
    positions.late_acknowledged(6)
    positions.acknowledged(10, settled=True)
    assert positions.late_range(100) == (6, 10)
    positions.late_acknowledged(10)
    positions.acknowledged(11, settled=True)
    assert positions.stored == 11


def test_a_mark_ahead_of_the_group_waits_for_it() -> None:
    positions = opened(sent=2, end=6, mark=5)
    positions.acknowledged(4, settled=True)
    assert (positions.stored, positions.late_range(9)) == (5, None)
    positions.acknowledged(7, settled=True)
    assert positions.late_range(9) == (5, 7)


def test_an_unknown_mark_stops_the_late_pass_and_nothing_else() -> None:
    positions = Positions(0, LogRange(0, 0))
    positions.acknowledged(5, settled=True)
    assert (positions.sent, positions.stored, positions.late_range(9), positions.unwritten) == (5, None, None, None)
    assert positions.backlog == 0
    positions.learn(None)
    assert positions.late_range(9) == (0, 5)


def test_no_mark_at_all_begins_with_what_the_log_still_has() -> None:
    positions = opened(sent=7, end=9, mark=None, first=4)
    assert positions.late_range(9) == (4, 7)


@pytest.mark.parametrize(("mark", "says"), [(10, "ends at 9"), (3, "starts at 4")])
def test_a_mark_outside_the_log_is_an_error(mark: int, says: str) -> None:
    with pytest.raises(LogBroken, match=says):
        opened(sent=7, end=9, mark=mark, first=4)
