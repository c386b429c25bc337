"""Benchmark `expected-wait`: how far estimates are off what then happened, beside the usual formula; in virtual time."""

from __future__ import annotations

from typing import Final

from bench.measures import Repeat, Sense, Series, Target
from bench.services import Note
from bench.waits import SITUATIONS, Calibration, Situation, calibrate

UNIT: Final = "mean error / mean wait"
TARGET: Final = Target(Sense.AT_MOST, 1.1)
FULL: Final = 5
QUICK: Final = 1


def measure(repeats: int, note: Note) -> list[Series]:
    """Every situation, each repeat with a seed of its own. There is nothing to disturb, so ours is measured once."""
    return [_series(situation, repeats, note) for situation in SITUATIONS]


def _series(situation: Situation, repeats: int, note: Note) -> Series:
    found: list[Repeat] = []
    for seed in range(1, repeats + 1):
        ours, peer = calibrate(situation, seed)
        note(f"{situation.name}, seed {seed}: {described(ours)}; peer: {described(peer)}")
        found.append(Repeat(ours.error, peer.error, ours.error))
    name = "expected-wait: " + situation.name
    return Series(name, UNIT, tuple(found), TARGET, "peer: place x mean handling time / agents on queue")


def described(found: Calibration) -> str:
    """The figures in words."""
    within = "" if found.within is None else f", {found.within:.0%} within the stated range"
    return (
        f"{found.told} of {found.asked} told, mean wait {found.mean_wait_s:.0f} s, bias {found.bias:+.0%},"
        f" mean error {found.error:.0%}{within}"
    )
