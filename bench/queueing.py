"""What queueing theory says of one queue and n equal agents, and what a sample path says. Pure.

Calls come as a Poisson process, talk exponentially long and, where they have a patience, are ready to wait exponentially
long. Moments of a path are whole milliseconds, as the engine's are; rates and means of formulas are in seconds.
"""

from __future__ import annotations

import heapq
import math
import random
import statistics
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

import msgspec

BATCHES: Final = 30
STUDENT_99_PERCENT: Final = 2.756
"""The quantile of Student's distribution for 29 degrees of freedom that 99 % lie within, on both sides."""
WARM_UP_SHARE: Final = 0.1
NEGLIGIBLE: Final = 1e-15


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """`calls_per_s` come to `agents`, talk `talk_s` on average; `patience_s` None = they wait as long as it takes."""

    agents: int
    calls_per_s: float
    talk_s: float
    patience_s: float | None = None

    @property
    def offered(self) -> float:
        """The offered load in Erlangs."""
        return self.calls_per_s * self.talk_s


class Visit(msgspec.Struct, frozen=True, gc=False):
    """One call of a path; `patience_ms` None = waits as long as it takes."""

    at_ms: int
    talk_ms: int
    patience_ms: int | None


class Wait(msgspec.Struct, frozen=True, gc=False):
    """How long a call waited, and whether it was answered."""

    waited_ms: int
    answered: bool


class Expected(msgspec.Struct, frozen=True):
    """In the long run: the mean wait of all who call, and the share that gives up."""

    mean_wait_s: float
    gives_up: float


class Interval(msgspec.Struct, frozen=True):
    """A mean, and half the width of its confidence interval."""

    mean: float
    half: float

    def holds(self, value: float) -> bool:
        """Whether the value lies in the interval."""
        return abs(value - self.mean) <= self.half


def path(load: Load, calls: int, seed: int) -> list[Visit]:
    """So many calls; the same seed gives the same."""
    chance = random.Random(seed)
    gaps = (chance.expovariate(load.calls_per_s) for _ in range(calls))
    patience_s = load.patience_s
    return [
        Visit(
            round(at_s * 1000),
            round(chance.expovariate(1 / load.talk_s) * 1000),
            None if patience_s is None else round(chance.expovariate(1 / patience_s) * 1000),
        )
        for at_s in list(accumulate(gaps))
    ]


def waits(visits: Iterable[Visit], agents: int) -> list[Wait]:
    """The waits of a path, first come first served, without a simulation of events.

    J. Kiefer and J. Wolfowitz, "On the theory of queues with many servers", Transactions of the American Mathematical
    Society 78 (1955) 1-18: the vector of moments at which agents become free, in order; who comes gets the first of them
    and puts it off by his talk. Who would wait longer than he is ready to leaves it as it is (F. Baccelli, P. Boyer and
    G. Hebuterne, "Single-server queues with impatient customers", Advances in Applied Probability 16 (1984) 887-905, whose
    argument holds for each agent). Who is answered at the very moment of giving up is answered.
    """
    free_ms = [0] * agents
    found = []
    for visit in visits:
        begins_ms = max(free_ms[0], visit.at_ms)
        waited_ms = begins_ms - visit.at_ms
        if visit.patience_ms is not None and waited_ms > visit.patience_ms:
            found.append(Wait(visit.patience_ms, answered=False))
        else:
            heapq.heapreplace(free_ms, begins_ms + visit.talk_ms)
            found.append(Wait(waited_ms, answered=True))
    return found


def erlang_b(offered: float, agents: int) -> float:
    """The share of calls lost where nobody waits, by its recursion in the number of agents (A. K. Erlang, 1917)."""
    lost = 1.0
    for n in range(1, agents + 1):
        lost = offered * lost / (n + offered * lost)
    return lost


def erlang_c(load: Load) -> Expected:
    """M/M/n: the share that waits is B / (1 - rho (1 - B)), the mean wait of all that share / (n mu - lambda).

    A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
    exchanges" (1917).

    Raises:
        ValueError: more comes than the agents can do.
    """
    occupancy = load.offered / load.agents
    if occupancy >= 1:
        raise ValueError(f"{load.offered} Erlangs for {load.agents} agents: the queue grows without end")
    lost = erlang_b(load.offered, load.agents)
    delayed = lost / (1 - occupancy * (1 - lost))
    return Expected(delayed / (load.agents / load.talk_s - load.calls_per_s), 0.0)


def erlang_a(load: Load) -> Expected:
    """M/M/n+M: a birth and death process whose deaths are min(k, n) mu + max(k - n, 0) theta. Who gives up is theta E[Q] /
    lambda of all; the mean wait of all is E[Q] / lambda, by Little.

    C. Palm, "Research on telephone traffic carried by full availability groups", Tele 1 (1957); O. Garnett, A. Mandelbaum
    and M. Reiman, "Designing a call center with impatient customers", Manufacturing & Service Operations Management 4
    (2002) 208-227.

    Raises:
        ValueError: callers have no patience to lose.
    """
    if load.patience_s is None:
        raise ValueError("callers wait as long as it takes")
    coming, ending, leaving = load.calls_per_s, 1 / load.talk_s, 1 / load.patience_s
    weight = whole = 1.0
    queue = 0.0
    k = 0
    while (
        k <= load.agents or weight > NEGLIGIBLE * whole or coming > load.agents * ending + (k - load.agents) * leaving
    ):
        k += 1
        weight *= coming / (min(k, load.agents) * ending + max(k - load.agents, 0) * leaving)
        whole += weight
        queue += max(k - load.agents, 0) * weight
    mean_queue = queue / whole
    return Expected(mean_queue / coming, leaving * mean_queue / coming)


def expected(load: Load) -> Expected:
    """Erlang A where callers have a patience, Erlang C where they have none."""
    return erlang_c(load) if load.patience_s is None else erlang_a(load)


def batch_means(values: Sequence[float]) -> Interval:
    """The mean and its 99 % interval, from the means of `BATCHES` batches of neighbours, which hardly depend on each other
    where batches are long; the first tenth, in which the center fills, is left out.

    B. Schmeiser, "Batch size effects in the analysis of simulation output", Operations Research 30 (1982) 556-568.

    Raises:
        ValueError: there are fewer values than batches.
    """
    settled = values[round(len(values) * WARM_UP_SHARE) :]
    size = len(settled) // BATCHES
    if not size:
        raise ValueError(f"{len(values)} values for {BATCHES} batches")
    means = [statistics.fmean(settled[at * size : (at + 1) * size]) for at in range(BATCHES)]
    return Interval(statistics.fmean(means), STUDENT_99_PERCENT * statistics.stdev(means) / math.sqrt(BATCHES))
