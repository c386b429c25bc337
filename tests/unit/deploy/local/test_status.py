"""When a stack runs, and when it is well."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.status import STARTS_WITHIN_MS, Condition, ProcessStatus, StackStatus, look, paired


def a_status(*conditions: Condition, supervised: bool = True) -> StackStatus:
    found = tuple(
        ProcessStatus(name=f"p{number}", condition=one, pid=None if one is Condition.DOWN else 100 + number)
        for number, one in enumerate(conditions)
    )
    return StackStatus(data_dir="/data", supervised=supervised, processes=found)


@pytest.mark.parametrize(
    ("status", "runs", "well"),
    [
        (a_status(Condition.READY, Condition.READY), True, True),
        (a_status(Condition.READY, Condition.DOWN), True, True),
        (a_status(Condition.READY, Condition.STANDING_BY), True, True),
        (a_status(Condition.READY, Condition.STARTING), True, True),
        (a_status(Condition.READY, Condition.NOT_READY), True, False),
        (a_status(Condition.READY, supervised=False), True, False),
        (a_status(Condition.DOWN, Condition.DOWN), False, False),
        (a_status(), False, False),
    ],
    ids=[
        "all ready",
        "one not asked for",
        "one stands by",
        "one starts",
        "one not ready",
        "unwatched",
        "nothing runs",
        "never started",
    ],
)
def test_a_stack_is_well_when_it_is_watched_and_all_that_runs_is_ready(
    status: StackStatus, runs: bool, well: bool
) -> None:
    assert (status.runs, status.well) == (runs, well)


def a_pair(routing: Condition, standby: Condition, up_ms: int = 1_000) -> tuple[Condition, ...]:
    """What is made of how the two are."""
    found = (
        ProcessStatus(name="routing", condition=routing, pid=1, up_ms=up_ms),
        ProcessStatus(name="routing_standby", condition=standby, pid=2, up_ms=up_ms),
    )
    return tuple(one.condition for one in paired(found))


def test_one_of_a_pair_may_start_while_the_other_works() -> None:
    ready, unready, standing_by = Condition.READY, Condition.NOT_READY, Condition.STANDING_BY
    assert a_pair(ready, standing_by) == (ready, standing_by)
    assert a_pair(ready, unready) == (ready, Condition.STARTING)
    assert a_pair(unready, ready) == (Condition.STARTING, ready)
    assert a_pair(ready, unready, STARTS_WITHIN_MS) == (ready, unready), "it has had its time"


def test_a_pair_of_which_none_works_is_not_well() -> None:
    unready, standing_by = Condition.NOT_READY, Condition.STANDING_BY
    assert a_pair(unready, unready) == (unready, unready)
    assert a_pair(unready, standing_by) == (unready, standing_by)


def test_a_folder_that_never_held_a_stack_has_no_processes(tmp_path: Path) -> None:
    assert look(tmp_path / "none", {}) == StackStatus(data_dir=str(tmp_path / "none"), supervised=False, processes=())
