"""What can go wrong with the stack, each with what to do about it."""

from __future__ import annotations


class StackError(Exception):
    """The stack cannot be brought up or down; `advice` says what to do, in one sentence."""

    def __init__(self, problem: str, advice: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice
