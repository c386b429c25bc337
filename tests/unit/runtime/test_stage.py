from __future__ import annotations

import pytest

from runtime.errors import LogBroken
from runtime.records import TopicPartition
from runtime.stage import LogRange, continue_from

WHERE = TopicPartition("in", 2)


@pytest.mark.parametrize(
    ("committed", "offset"),
    [(None, 5), (5, 5), (7, 7), (9, 9)],
)
def test_a_stage_goes_on_where_the_group_left_it(committed: int | None, offset: int) -> None:
    assert continue_from(committed, LogRange(5, 9), where=WHERE) == offset


def test_a_stage_that_has_nothing_committed_may_start_elsewhere() -> None:
    assert continue_from(None, LogRange(5, 9), where=WHERE, start=8) == 8


@pytest.mark.parametrize(("committed", "reason"), [(10, "ends at 9"), (4, "starts at 5")])
def test_a_position_outside_the_log_is_an_error_that_names_it(committed: int, reason: str) -> None:
    with pytest.raises(LogBroken, match=f"in/2: committed {committed}, but the log {reason}"):
        continue_from(committed, LogRange(5, 9), where=WHERE)
