"""The engine and queueing theory: each wait on a sample path, long-run means, and agents of two skills.

Seeds are fixed, so that a failure is the engine's: the intervals are of 99 %, and with these seeds they hold.
"""

from __future__ import annotations

import random
import statistics

import pytest

from bench.queueing import Load, batch_means, expected, path, waits
from bench.theory import LOADS, TALK_S, routed
from deploy.backtest.center import run
from deploy.backtest.people import CHANNEL, Caller, Shift
from schemas.configuration import AgentSettings, ChannelSettings, QueueSettings, RoutingConfiguration

ROUTED = 4_000
CALLS = 200_000
SEED = 1


@pytest.mark.long
@pytest.mark.parametrize("name", LOADS)
def test_each_wait_equals_the_recursion_s_to_the_millisecond(name: str) -> None:
    load = LOADS[name]
    visits = path(load, ROUTED, SEED)
    assert routed(visits, load.agents) == waits(visits, load.agents)


@pytest.mark.long
@pytest.mark.parametrize("name", LOADS)
def test_the_recursion_s_means_lie_within_their_intervals_of_erlang_s(name: str) -> None:
    load = LOADS[name]
    found = waits(path(load, CALLS, SEED), load.agents)
    theory = expected(load)
    assert batch_means([one.waited_ms / 1000 for one in found]).holds(theory.mean_wait_s)
    if load.patience_s is not None:
        assert batch_means([float(not one.answered) for one in found]).holds(theory.gives_up)


def test_a_load_that_is_not_the_path_s_is_told_from_it() -> None:
    load = LOADS["c-5-80"]
    heavier = Load(agents=5, calls_per_s=load.calls_per_s * 1.05, talk_s=TALK_S)
    found = batch_means([one.waited_ms / 1000 for one in waits(path(heavier, CALLS, SEED), 5)])
    assert not found.holds(expected(load).mean_wait_s)


TYPES = 6
AGENTS_OF_A_TYPE = 5
POOL_CALLS = 3_000
POOL_SEEDS = range(4)


def a_pool(skills: int) -> RoutingConfiguration:
    """Agents of so many skills each: their own type first, then those that follow it."""
    return RoutingConfiguration(
        channels={CHANNEL: ChannelSettings(auto_accept=True, wrap_up_ms=0)},
        queues={f"type-{one}": QueueSettings() for one in range(TYPES)},
        agents={
            f"agent-{own}-{number}": AgentSettings(
                queues={f"type-{(own + more) % TYPES}": 1 + min(more, 1) for more in range(skills)}
            )
            for own in range(TYPES)
            for number in range(AGENTS_OF_A_TYPE)
        },
    )


def mean_wait_s(skills: int, seed: int) -> float:
    """Of calls of all types, as many of each, that keep the agents nine tenths busy."""
    configuration = a_pool(skills)
    load = Load(agents=30, calls_per_s=0.9 * 30 / TALK_S, talk_s=TALK_S)
    chance = random.Random(seed)
    callers = [
        Caller(
            call_id=f"c{number}",
            at_ms=visit.at_ms,
            service_ms=visit.talk_ms,
            queue=f"type-{chance.randrange(TYPES)}",
        )
        for number, visit in enumerate(path(load, POOL_CALLS, seed))
    ]
    outcomes = run(configuration, callers, [Shift(agent, 0, None) for agent in configuration.agents]).outcomes
    return statistics.fmean((one.waited_ms or 0) / 1000 for one in outcomes.values())


@pytest.mark.long
def test_agents_of_two_skills_are_nearly_as_good_as_agents_of_all() -> None:
    """R. Wallace and W. Whitt, "A staffing algorithm for call centers with skill-based routing", Manufacturing & Service
    Operations Management 7 (2005) 276-294: two skills for each agent, well spread, bring most of what full pooling brings.

    Here the second skill saves more than 85 % of the mean wait that all six save, on each path (about 90 %).
    """
    for seed in POOL_SEEDS:
        one, two, six = (mean_wait_s(skills, seed) for skills in (1, 2, 6))
        assert six <= two < one
        assert (one - two) / (one - six) > 0.85
