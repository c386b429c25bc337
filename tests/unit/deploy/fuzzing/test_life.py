from __future__ import annotations

from typing import Any

import pytest

from deploy.fuzzing.life import Breach, Life, Watched, replay
from deploy.fuzzing.words import WORKSPACE
from schemas.inputs import TimeAdvanced
from streams.routing import capacity, snapshot
from tests.support.planting import planted

TICK = TimeAdvanced(workspace=WORKSPACE)


def several_lives(steps: int) -> None:
    for seed in range(5):
        Life(f"{seed}/0").run(steps)


def test_a_life_goes_on_for_so_many_inputs() -> None:
    life = Life("1/0")
    life.run(400)
    assert 400 <= len(life.log) < 450
    assert life.decisions > 200


def test_a_life_ends_early_when_it_is_told_to() -> None:
    life = Life("1/0")
    life.run(10_000, goes_on=lambda: len(life.log) < 100)
    assert 100 <= len(life.log) < 150


def test_a_fault_of_the_engine_is_a_breach() -> None:
    with planted(capacity, "units_against", lambda *_: 0), pytest.raises(Breach, match="within_capacity") as found:
        several_lives(600)
    assert found.value.offset > 0


def test_an_error_of_the_engine_is_a_breach() -> None:
    watched = Watched()
    watched.apply((0, 1, TICK))
    with pytest.raises(Breach, match="ValueError"):
        watched.apply((0, 1, TICK))


def test_a_snapshot_that_forgets_is_found() -> None:
    real = snapshot._agents

    def forgetful(w: Any, records: Any) -> None:
        real(w, records)
        for agent in w.agents.values():
            agent.idle_since_ms = 0

    with planted(snapshot, "_agents", forgetful), pytest.raises(Breach, match="restored_is_the_same"):
        several_lives(900)


def test_a_snapshot_that_cannot_be_restored_is_a_breach() -> None:
    def torn(w: Any, records: Any) -> None:
        raise KeyError(records)

    watched = Watched()
    watched.apply((0, 1, TICK))
    with planted(snapshot, "_agents", torn), pytest.raises(Breach, match="restored_is_the_same"):
        watched.divide()


def test_a_failure_of_the_restored_engine_alone_is_a_breach() -> None:
    class Failing:
        def apply(self, event: Any, *, offset: int, stamp_ms: int) -> None:
            raise KeyError(offset)

    watched = Watched()
    watched.divide()
    watched._twin = Failing()  # type: ignore[assignment]
    with pytest.raises(Breach, match="restored_goes_on_the_same, at input 0: only the restored engine fails"):
        watched.apply((0, 1, TICK))


def test_a_failure_of_the_replaying_engine_alone_is_a_breach() -> None:
    with pytest.raises(Breach, match="replay_gives_the_same_bytes, at input 0: only the replaying engine fails"):
        replay([(0, 1, TICK), (0, 1, TICK)], "", "")


def test_a_twin_takes_over() -> None:
    watched = Watched()
    watched.divide()
    first = watched.engine
    watched.apply((0, 1, TICK))
    was_divided = watched.is_divided
    watched.join()
    assert watched.engine is not first
    assert (was_divided, watched.is_divided) == (True, False)


def test_a_replay_that_says_something_else_is_a_breach() -> None:
    life = Life("2/0")
    life.run(120)
    with pytest.raises(Breach, match="replay_gives_the_same_bytes"):
        replay(life.log, "something else", "")
