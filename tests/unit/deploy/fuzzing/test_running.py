from __future__ import annotations

from deploy.fuzzing.running import fuzz
from deploy.fuzzing.shrinking import outcome_of_any
from streams.routing import capacity
from tests.support.planting import planted


def ignored(*_: int) -> None:
    """Progress that nobody watches."""


def test_lives_follow_each_other_until_there_are_enough_steps() -> None:
    shown: list[tuple[int, int]] = []
    found, log = fuzz(3, 1_500, lambda: True, lambda steps, lives: shown.append((steps, lives)))
    assert 1_500 <= found.steps < 1_600
    assert found.breach is None
    assert log == []
    assert shown[-1] == (found.steps, found.lives)


def test_the_same_seed_gives_the_same_lives() -> None:
    assert fuzz(4, 500, lambda: True, ignored) == fuzz(4, 500, lambda: True, ignored)


def test_it_ends_when_the_time_is_up() -> None:
    found, _ = fuzz(3, 1_000_000, lambda: False, ignored)
    assert found.steps == 0


def test_a_breach_names_its_step_and_leaves_a_small_log() -> None:
    with planted(capacity, "units_against", lambda *_: 0):
        found, log = fuzz(1, 20_000, lambda: True, ignored)
        again = outcome_of_any(log)
    assert found.breach is not None
    assert found.breach.inputs == len(log) < 20
    assert again is not None
    assert again.promise == found.breach.promise
