"""The versions of the rules, and every difference between them, in one place.

A log is applied by the rules of version 1 until an `EngineUpgraded` in it says otherwise, so that it gives the same
decisions for ever. What behaves differently from some version on asks a predicate of this file, named after what is
done since, and nowhere compares versions itself. docs/replay.md tells how a behaviour is changed.
"""

from __future__ import annotations

from typing import Final

FIRST_VERSION: Final = 1
"""The rules of a log that names none."""

ENGINE_VERSION: Final = 2
"""The newest rules that this program knows."""


def says_interventions(version: int) -> bool:
    """The answer to a supervisor's command says who, what and why: the audit and customers' histories read it there."""
    return version >= 2
