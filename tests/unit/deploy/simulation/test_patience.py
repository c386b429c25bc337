from __future__ import annotations

import pytest

from deploy.simulation.patience import Seen, survival


def test_where_nobody_is_answered_the_estimate_is_the_share_that_is_left() -> None:
    found = survival(Seen(waited_s, True) for waited_s in (10, 20, 20, 40))
    assert [found.beyond(waited_s) for waited_s in (0, 10, 19, 20, 40)] == [1.0, 0.75, 0.75, 0.25, 0.0]


def test_who_was_answered_counts_as_long_as_that_one_was_seen_to_wait() -> None:
    """A worked example: 6 at risk at 10 s, one gives up; two are answered at 15 s; 3 are at risk at 20 s."""
    waits = [Seen(10, True), Seen(15, False), Seen(15, False), Seen(20, True), Seen(25, False), Seen(30, True)]
    found = survival(waits)
    assert found.times_s == (10, 20, 30)
    assert found.longer == pytest.approx((5 / 6, 5 / 6 * 2 / 3, 0.0))


def test_an_answer_in_the_second_of_a_giving_up_is_still_at_risk_then() -> None:
    assert survival([Seen(10, True), Seen(10, False)]).longer == (0.5,)


def test_a_patience_is_longer_than_what_was_already_waited_and_repeats() -> None:
    found = survival(Seen(waited_s, True) for waited_s in range(1, 101))
    drawn = [found.draw(50, number / 100) for number in range(100)]
    assert all(one is not None and one > 50 for one in drawn)
    assert set(drawn) == set(range(51, 101))
    assert found.draw(50, 0.51) == found.draw(50, 0.51) == 76


def test_beyond_the_longest_that_was_seen_nothing_is_known() -> None:
    found = survival([Seen(10, True), Seen(20, False)])
    assert found.draw(10, 0.0) is None
    assert found.draw(0, 0.9) is None
    assert survival([]).draw(0, 0.3) is None
