"""Two policies on the same callers: how far their figures lie apart, and how sure that is. Pure.

Both run with the same seeds, so that each seed's callers are the same for both (common random numbers) and only the
policies differ. The interval is Student's, of the paired differences over the seeds: it covers what the seeds draw, which
is the patience and the service times that the log does not have, and nothing else.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from deploy.backtest.figures import Compared, Figures

MEASURES: Final = ("abandoned_percent", "mean_wait_answered_s", "within_20s", "within_60s", "longest_wait_s")
GROUPED: Final = ("abandoned_percent", "mean_wait_answered_s")
GROUPS: Final = ("type", "priority")
STUDENT_95_PERCENT: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""Quantiles that 95 % lie within, on both sides, for 1 to 30 degrees of freedom; above, the last is a little too wide."""
CANNOT_KNOW: Final = (
    "the interval covers only what the seeds draw (patience and service times that the log does not have): another month has other calls, and its difference may be another",
    "agents and callers stay as they were: nobody works faster or slower, comes at other times, takes more pauses, calls again or is content because of a policy",
    "who was answered in the record never showed how long he would have waited; a policy that makes such callers wait longer leans on the estimate more",
    "skills are those that agents have shown, all at one level: what they could learn, or do better than others, is not in the log",
    "priority and customer are known only of callers who waited: what a policy does for one group is told for those alone",
)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One figure under both policies, means over the seeds; `difference` is second less first, between `low` and `high`
    with 95 % confidence.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All figures, those of the groups, and on how many days callers waited less under the second, or more."""

    seeds: int
    whole: dict[str, Difference]
    by: dict[str, dict[str, dict[str, Difference]]]
    days_less: int
    days_more: int
    cannot_know: tuple[str, ...] = CANNOT_KNOW


def compare(pairs: Sequence[tuple[Compared, Compared]]) -> Comparison:
    """The comparison of runs by pairs, one pair for each seed. A figure that some run does not have is left out.

    Raises:
        ValueError: there are fewer than two pairs.
    """
    if len(pairs) < 2:
        raise ValueError("a comparison wants at least two seeds")
    by: dict[str, dict[str, dict[str, Difference]]] = {}
    for group in GROUPS:
        names = pairs[0][0].by[group]
        by[group] = {
            name: dict(_differences([(a.by[group][name].here, b.by[group][name].here) for a, b in pairs], GROUPED))
            for name in names
        }
    waits = [dict(_differences([(a.by["day"][day].here, b.by["day"][day].here) for a, b in pairs], GROUPED[1:]))
             for day in pairs[0][0].by["day"]]  # fmt: skip
    changes = [one.difference for day in waits for one in day.values()]
    return Comparison(
        seeds=len(pairs),
        whole=dict(_differences([(a.whole.here, b.whole.here) for a, b in pairs], MEASURES)),
        by=by,
        days_less=sum(change < 0 for change in changes),
        days_more=sum(change > 0 for change in changes),
    )


def paired(first: Sequence[float], second: Sequence[float]) -> Difference:
    """The difference of two figures that were measured together."""
    apart = [b - a for a, b in zip(first, second, strict=True)]
    mean = statistics.fmean(apart)
    freedom = min(len(apart) - 1, len(STUDENT_95_PERCENT))
    half = STUDENT_95_PERCENT[freedom - 1] * statistics.stdev(apart) / math.sqrt(len(apart))
    rounded = [
        round(one, 3) for one in (statistics.fmean(first), statistics.fmean(second), mean, mean - half, mean + half)
    ]
    return Difference(first=rounded[0], second=rounded[1], difference=rounded[2], low=rounded[3], high=rounded[4])


def lines(comparison: Comparison) -> Iterator[str]:
    """The comparison for a terminal."""
    yield f"two policies, {comparison.seeds} seeds, the same callers for both (second less first, 95 % interval)"
    yield from _table(comparison.whole, "")
    for group, names in comparison.by.items():
        for name, differences in names.items():
            yield from _table(differences, f"{group} {name}: ")
    yield (
        f"the mean wait was shorter under the second on {comparison.days_less} days, longer on {comparison.days_more}"
    )
    yield "what this comparison cannot know:"
    yield from (f"  - {one}" for one in comparison.cannot_know)


def _table(differences: Mapping[str, Difference], prefix: str) -> Iterator[str]:
    for name, one in differences.items():
        clear = "" if one.is_clear else "  (not told apart)"
        yield (
            f"  {prefix + name:<44}{one.first:>10.2f}{one.second:>10.2f}{one.difference:>+10.2f}"
            f"  [{one.low:+.2f}, {one.high:+.2f}]{clear}"
        )


def _differences(pairs: Sequence[tuple[Figures, Figures]], measures: Sequence[str]) -> Iterator[tuple[str, Difference]]:
    for measure in measures:
        first = [getattr(one, measure) for one, _ in pairs]
        second = [getattr(one, measure) for _, one in pairs]
        if None not in first and None not in second:
            yield measure, paired(first, second)
