"""How long customers are ready to wait, from what a log shows of it. Pure.

Who hung up had exactly the patience that was recorded; of who was answered it is only known that it was longer. The
estimator of Kaplan and Meier (JASA 53, 1958) uses both.
"""

from __future__ import annotations

import bisect
import operator
from collections import Counter
from collections.abc import Iterable

import msgspec


class Seen(msgspec.Struct, frozen=True):
    """One wait: `gave_up` False = it was cut short by an answer."""

    waited_s: int
    gave_up: bool


class Survival(msgspec.Struct, frozen=True):
    """`times_s` rising, and beside each the share of customers whose patience is longer."""

    times_s: tuple[int, ...]
    longer: tuple[float, ...]

    def beyond(self, waited_s: int) -> float:
        """The share whose patience is longer than `waited_s`."""
        passed = bisect.bisect_right(self.times_s, waited_s)
        return self.longer[passed - 1] if passed else 1.0

    def draw(self, waited_s: int, chance: float) -> int | None:
        """A patience of somebody who has waited so long already, for a `chance` in [0, 1); None = longer than was ever
        seen.
        """
        wanted = self.beyond(waited_s) * (1.0 - chance)
        later = bisect.bisect_right(self.times_s, waited_s)
        found = bisect.bisect_right(self.longer, -wanted, lo=later, key=operator.neg)
        return self.times_s[found] if found < len(self.times_s) else None


def survival(seen: Iterable[Seen]) -> Survival:
    """The estimate. Who is answered in the second in which somebody gives up counts as still waiting then."""
    waits = tuple(seen)
    ends = Counter(one.waited_s for one in waits)
    given_up = Counter(one.waited_s for one in waits if one.gave_up)
    at_risk, share = len(waits), 1.0
    times, longer = [], []
    for time_s in sorted(ends):
        if given_up[time_s]:
            share *= 1.0 - given_up[time_s] / at_risk
            times.append(time_s)
            longer.append(share)
        at_risk -= ends[time_s]
    return Survival(tuple(times), tuple(longer))
