"""What can go wrong says what to do."""

from __future__ import annotations

from deploy.local.errors import StackError


def test_an_error_reads_as_its_problem_and_keeps_the_advice_apart() -> None:
    error = StackError("the disk is full", "Make room.")
    assert (str(error), error.problem, error.advice) == ("the disk is full", "the disk is full", "Make room.")
