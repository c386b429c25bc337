"""Life after life of one seed, until there are enough steps, the time is up, or a promise is broken."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec

from deploy.fuzzing.life import Breach, Life, Line
from deploy.fuzzing.shrinking import shrink

LENGTHS = (100, 400, 1_500, 4_000)
"""How many inputs a life has: short ones meet beginnings, long ones what comes of age."""
GoesOn = Callable[[], bool]
Progress = Callable[[int, int], None]
"""Is told steps and lives so far."""


class Broken(msgspec.Struct, frozen=True):
    """The promise that broke, in which life at which input, and the smallest log found that breaks it."""

    promise: str
    detail: str
    life: int
    step: int
    inputs: int


class Fuzzed(msgspec.Struct, frozen=True):
    """What was run. `breach` None = every promise held at every step."""

    seed: int
    lives: int
    steps: int
    decisions: int
    breach: Broken | None = None


def fuzz(
    seed: int, steps: int, goes_on: GoesOn, progress: Progress, shrinks: GoesOn = lambda: True
) -> tuple[Fuzzed, list[Line]]:
    """Run about `steps` inputs; beside the result the minimised log of a breach (else none).

    `goes_on` is asked before every deed, `shrinks` while the log of a breach is made smaller.
    """
    lengths = random.Random(f"{seed}/lengths")
    done = decisions = lives = 0
    while done < steps and goes_on():
        life = Life(f"{seed}/{lives}")
        try:
            life.run(min(lengths.choice(LENGTHS), steps - done), goes_on)
        except Breach as breach:
            small = shrink(life.log, breach, shrinks)
            broken = Broken(breach.promise, breach.detail, lives, len(life.log) - 1, len(small))
            done, decisions = done + len(life.log), decisions + life.decisions
            return Fuzzed(seed, lives + 1, done, decisions, broken), small
        done, decisions, lives = done + len(life.log), decisions + life.decisions, lives + 1
        progress(done, lives)
    return Fuzzed(seed, lives, done, decisions), []
