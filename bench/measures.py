"""What came of a benchmark: medians and spreads of measurements taken A/B/A, beside a target. Pure.

A repeat measures ours, the peer, and ours again; its ratio is the mean of the two over the peer's, so that a machine
that slowly grows busier favours neither.
"""

from __future__ import annotations

import enum
import statistics
from collections.abc import Sequence

import msgspec


class Sense(enum.StrEnum):
    """Which side of the target is good."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Target(msgspec.Struct, frozen=True):
    """What the ratio of ours to the peer's must reach; `aim` is the next goal after `first`."""

    sense: Sense
    first: float
    aim: float | None = None


class Repeat(msgspec.Struct, frozen=True):
    """One A/B/A: ours before and after the peer."""

    before: float
    peer: float
    after: float

    @property
    def ours(self) -> float:
        return (self.before + self.after) / 2

    @property
    def ratio(self) -> float:
        return self.ours / self.peer


class Series(msgspec.Struct, frozen=True):
    """All repeats of one benchmark; `target` None = reported only. `note` says what a reader must know."""

    name: str
    unit: str
    repeats: tuple[Repeat, ...]
    target: Target | None = None
    note: str = ""


class Machine(msgspec.Struct, frozen=True):
    """Where it was measured."""

    cpu: str
    versions: dict[str, str]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the report. `spread` is (highest - lowest) / median of the repeats' ratios, None for a single one.
    `met` is about `target`, None where there is none.
    """

    name: str
    unit: str
    ours: float
    peer: float
    ratio: float
    target: float | None
    met: bool | None
    spread: float | None
    cpu: str
    versions: dict[str, str]
    sense: Sense | None
    aim: float | None
    repeats: int
    note: str


def summarise(series: Series, machine: Machine) -> Result:
    """Medians of the repeats, and of their ratios.

    Raises:
        ValueError: there is no repeat.
    """
    if not series.repeats:
        raise ValueError(f"{series.name} was never measured")
    ratios = [one.ratio for one in series.repeats]
    ratio = statistics.median(ratios)
    target = series.target
    return Result(
        name=series.name,
        unit=series.unit,
        ours=statistics.median(one.ours for one in series.repeats),
        peer=statistics.median(one.peer for one in series.repeats),
        ratio=ratio,
        target=target.first if target else None,
        met=is_met(ratio, target) if target else None,
        spread=spread(ratios),
        cpu=machine.cpu,
        versions=machine.versions,
        sense=target.sense if target else None,
        aim=target.aim if target else None,
        repeats=len(ratios),
        note=series.note,
    )


def is_met(ratio: float, target: Target) -> bool:
    """Whether the first target is reached."""
    return ratio >= target.first if target.sense is Sense.AT_LEAST else ratio <= target.first


def spread(values: Sequence[float]) -> float | None:
    """How far the values lie apart, as a share of their median; None for fewer than two."""
    if len(values) < 2:
        return None
    return (max(values) - min(values)) / statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed (nearest rank).

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]
