"""When a stack runs, and when it is well."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.status import Condition, ProcessStatus, StackStatus, look


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
        (a_status(Condition.READY, Condition.NOT_READY), True, False),
        (a_status(Condition.READY, supervised=False), True, False),
        (a_status(Condition.DOWN, Condition.DOWN), False, False),
        (a_status(), False, False),
    ],
    ids=["all ready", "one not asked for", "one not ready", "unwatched", "nothing runs", "never started"],
)
def test_a_stack_is_well_when_it_is_watched_and_all_that_runs_is_ready(
    status: StackStatus, runs: bool, well: bool
) -> None:
    assert (status.runs, status.well) == (runs, well)


def test_a_folder_that_never_held_a_stack_has_no_processes(tmp_path: Path) -> None:
    assert look(tmp_path / "none", {}) == StackStatus(data_dir=str(tmp_path / "none"), supervised=False, processes=())
