"""The error classes of a stage. There are four, and the fourth is everything else: the process ends and is restarted.

A stage raises one of these from `handle` only before it has changed its state for that batch, as the same records are
handed to it again.
"""

from __future__ import annotations


class Invalid(Exception):
    """A record that can never be processed: it goes to its dead letters with `reason` and its original bytes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Backpressure(Exception):
    """Not now: the partition is paused and the same batch handed over again later, without limit."""


class Transient(Exception):
    """Failed, but may succeed when repeated: the batch is handed over again after a growing pause, up to a cap; then
    the process ends.
    """


class LogBroken(Exception):
    """A log cannot be continued: it was truncated, recreated, or lost records that were still needed. Never healed by
    a reset; the process ends and says which log and offsets.
    """
