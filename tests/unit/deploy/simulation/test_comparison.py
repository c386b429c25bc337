from __future__ import annotations

from deploy.simulation.bank_log import BankCall, Outcome
from deploy.simulation.comparison import Lived, Wait, compare, figures
from deploy.simulation.ends import Experience
from tests.support.bank_rows import DAY


def a_call(waited_s: int, *, answered: bool = True, type_: str = "PS", hour: int = 10, priority: int = 0) -> BankCall:
    return BankCall(
        call_id="1",
        day=DAY,
        asked_s=hour * 3_600 + 5,
        queued=waited_s > 0,
        waited_s=waited_s,
        outcome=Outcome.AGENT if answered else Outcome.HANG,
        type=type_,
        priority=priority,
    )


def test_a_worked_example() -> None:
    """Five ask: answered after 0, 20, 61 and 30 s, one hangs up after 90 s."""
    waits = [Wait(True, 0), Wait(True, 20), Wait(True, 61), Wait(True, 30), Wait(False, 90)]
    found = figures(waits)
    assert (found.asked, found.answered, found.hung_up) == (5, 4, 1)
    assert (found.mean_wait_s, found.median_wait_s, found.longest_s) == (27.75, 25.0, 90)
    assert (found.within_20_s, found.within_60_s) == (40.0, 60.0)


def test_of_nobody_nothing_is_said() -> None:
    found = figures([])
    assert (found.asked, found.mean_wait_s, found.within_20_s, found.longest_s) == (0, None, None, None)
    alone = figures([Wait(False, 3)])
    assert (alone.hung_up, alone.median_wait_s, alone.within_20_s, alone.longest_s) == (1, None, 0.0, 3)


def test_ours_are_scaled_back_and_stand_beside_the_bank_s_by_type_hour_and_priority() -> None:
    lived = [
        Lived(a_call(30), Experience(True, 100.0)),
        Lived(a_call(45, answered=False, type_="NE", hour=11, priority=2), Experience(True, 500.0)),
        Lived(a_call(10, hour=11), Experience(False, 1_000.0)),
    ]
    found = compare(lived, 60)
    assert (found.whole.bank.answered, found.whole.ours.answered) == (2, 2)
    assert (found.whole.bank.mean_wait_s, found.whole.ours.mean_wait_s) == (20.0, 18.0)
    assert found.whole.ours.longest_s == 60.0
    assert {name: pair.bank.asked for name, pair in found.by_type.items()} == {"NE": 1, "PS": 2}
    assert {name: pair.ours.hung_up for name, pair in found.by_hour.items()} == {"10": 0, "11": 1}
    assert found.by_priority["2"].ours.mean_wait_s == 30.0
    assert found.unknown == 0


def test_a_call_whose_end_is_not_known_is_counted_apart() -> None:
    found = compare([Lived(a_call(30), Experience(False, None)), Lived(a_call(0), Experience(True, 1.0))], 60)
    assert (found.unknown, found.whole.bank.asked, found.whole.ours.asked) == (1, 1, 1)
