"""Benchmark `theory`: the engine beside a Kiefer-Wolfowitz recursion on one sample path, and that beside Erlang's formulas.

Two lines for each load. First, how many waits of the engine equal the recursion's to the millisecond: all must, or the run breaks. Then how far
the recursion's mean lies from Erlang's, against half of its own confidence interval (batch means, 99 %): not farther.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bench.measures import Repeat, Sense, Series, Target
from bench.queueing import Load, Visit, Wait, batch_means, expected, path, waits
from bench.services import Note
from deploy.backtest.center import run
from deploy.backtest.people import CHANNEL, Caller, Shift
from schemas.configuration import AgentSettings, ChannelSettings, QueueSettings, RoutingConfiguration
from schemas.vocabulary import LegState

QUEUE: Final = "calls"
TALK_S: Final = 180.0
ALL: Final = Target(Sense.AT_LEAST, 1.0)
WITHIN: Final = Target(Sense.AT_MOST, 1.0)


class Effort(msgspec.Struct, frozen=True):
    """How much is measured: the engine takes the first `routed` of a path's `calls`."""

    repeats: int
    calls: int
    routed: int


FULL: Final = Effort(repeats=5, calls=500_000, routed=25_000)
QUICK: Final = Effort(repeats=1, calls=300_000, routed=10_000)


def load(agents: int, occupancy: float, patience_s: float | None = None) -> Load:
    """So many agents with so much offered to each."""
    return Load(agents=agents, calls_per_s=occupancy * agents / TALK_S, talk_s=TALK_S, patience_s=patience_s)


LOADS: Final[dict[str, Load]] = {
    "c-1-70": load(1, 0.7),
    "c-5-80": load(5, 0.8),
    "c-20-90": load(20, 0.9),
    "c-50-95": load(50, 0.95),
    "a-5-80": load(5, 0.8, 120.0),
    "a-20-100": load(20, 1.0, 300.0),
    "a-50-120": load(50, 1.2, 60.0),
}
"""Erlang C and A; agents; offered load of each agent in per cent."""


def center(agents: int) -> RoutingConfiguration:
    """One queue, so many agents, no wrap-up, offers accepted at once."""
    return RoutingConfiguration(
        channels={CHANNEL: ChannelSettings(auto_accept=True, wrap_up_ms=0)},
        queues={QUEUE: QueueSettings()},
        agents={f"agent-{number}": AgentSettings(queues={QUEUE: 1}) for number in range(agents)},
    )


def routed(visits: list[Visit], agents: int) -> list[Wait]:
    """The waits of a path through the engine."""
    configuration = center(agents)
    callers = [
        Caller(
            call_id=f"call-{number}",
            at_ms=visit.at_ms,
            service_ms=visit.talk_ms,
            patience_ms=visit.patience_ms,
            queue=QUEUE,
        )
        for number, visit in enumerate(visits)
    ]
    outcomes = run(configuration, callers, [Shift(agent, 0, None) for agent in configuration.agents]).outcomes
    return [
        Wait(outcome.waited_ms or 0, answered=outcome.state is not LegState.ABANDONED) for outcome in outcomes.values()
    ]


def equal_waits(name: str, ours: list[Wait], recursion: list[Wait]) -> int:
    """How many waits are equal, which is all of them. Raises RuntimeError at the first that is not."""
    for number, (one, other) in enumerate(zip(ours, recursion, strict=False)):
        if one != other:
            raise RuntimeError(f"theory-{name}: call {number} is {one} in the engine and {other} in the recursion")
    return len(ours)


def measure(effort: Effort, note: Note) -> list[Series]:
    """Both lines of every load; each repeat has a path of its own."""
    return [one for name, of in LOADS.items() for one in _measure(name, of, effort, note)]


def _measure(name: str, of: Load, effort: Effort, note: Note) -> list[Series]:
    equal, near = [], []
    theory_s = expected(of).mean_wait_s
    for seed in range(1, effort.repeats + 1):
        visits = path(of, effort.calls, seed)
        recursion = waits(visits, of.agents)
        ours = routed(visits[: effort.routed], of.agents)
        same = equal_waits(name, ours, recursion)
        found = batch_means([one.waited_ms / 1000 for one in recursion])
        off_s = abs(found.mean - theory_s)
        equal.append(Repeat(same, effort.routed, same))
        near.append(Repeat(off_s, found.half, off_s))
        note(
            f"theory-{name} {seed}/{effort.repeats}: {same:,} of {effort.routed:,} waits equal; mean wait"
            f" {found.mean:.3f} s +- {found.half:.3f}, Erlang's {theory_s:.3f}"
        )
    which = "A" if of.patience_s is not None else "C"
    return [
        Series(f"theory-{name}", "waits equal", tuple(equal), ALL, "peer: the recursion's waits on the same path"),
        Series(
            f"theory-{name}-mean",
            "s from Erlang's",
            tuple(near),
            WITHIN,
            f"peer: half of the 99 % interval of the recursion's mean; Erlang {which}: {theory_s:.3f} s",
        ),
    ]
