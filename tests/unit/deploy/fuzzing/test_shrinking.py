from __future__ import annotations

import itertools
from collections.abc import Sequence

from deploy.fuzzing import life as lives
from deploy.fuzzing.life import Breach, Life, Line
from deploy.fuzzing.shrinking import outcome, outcome_of_any, reduced, shrink
from deploy.fuzzing.words import WORKSPACE
from schemas.inputs import TimeAdvanced
from streams.routing import capacity
from tests.support.planting import planted

LOG: list[Line] = [(offset, offset, TimeAdvanced(workspace=WORKSPACE)) for offset in range(200)]


def breaks_with(*needed: int) -> tuple[list[int], list[Line]]:
    """What was tried, and the reduced log of something that breaks as soon as all the `needed` inputs have come."""
    tried: list[int] = []

    def fails(log: Sequence[Line]) -> Breach | None:
        tried.append(len(log))
        offsets = [offset for offset, _, _ in log]
        return Breach("planted", max(needed), "") if set(needed) <= set(offsets) else None

    return tried, reduced(LOG, fails, lambda: True)


def test_only_what_is_needed_is_left() -> None:
    tried, left = breaks_with(3, 77, 150)
    assert [offset for offset, _, _ in left] == [3, 77, 150]
    assert len(tried) < 120


def test_a_log_that_does_not_break_stays_whole() -> None:
    assert reduced(LOG, lambda _: None, lambda: True) == LOG


def test_shrinking_ends_when_it_is_told_to() -> None:
    left = reduced(LOG, lambda log: Breach("planted", 150, ""), lambda: False)
    assert len(left) == 151


def test_a_breach_of_a_replay_is_made_small_and_found_again() -> None:
    real, said = lives.encoded, itertools.count()
    with planted(lives, "encoded", lambda decisions: real(decisions) + str(next(said)).encode()):
        small = shrink(LOG, Breach(lives.OF_REPLAYED[0], 199, ""), lambda: True)
        again = outcome_of_any(small)
    assert len(small) == 1
    assert again is not None
    assert again.promise == lives.OF_REPLAYED[0]


def broken() -> tuple[Life, Breach]:
    for seed in range(9):
        life = Life(f"{seed}/0")
        try:
            life.run(600)
        except Breach as breach:
            return life, breach
    raise AssertionError("nothing broke")


def test_a_real_breach_is_made_small_and_breaks_again() -> None:
    with planted(capacity, "units_against", lambda *_: 0):
        life, found = broken()
        small = shrink(life.log, found, lambda: True)
        again = outcome_of_any(small)
    assert again is not None
    assert again.promise == found.promise
    assert len(small) < 20
    assert outcome(small) is None
