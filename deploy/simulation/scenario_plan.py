"""A scenario as a plan: the same seed is the same arrivals, patience and handling times. Pure.

Each channel's arrivals are a Poisson process of its rate by hour, patience is exponential, handling evenly spread about
its mean. All times are divided by the speed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from deploy.simulation.contacts import Known, contact_of
from deploy.simulation.draws import between, share
from deploy.simulation.plan import Arrival, Plan, Shift
from deploy.simulation.scenario import HOUR_MS, Channel, Scenario

STEP_MS: Final = 60_000
"""Rates hold for whole minutes."""


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """One pass of a scenario; `run` is part of the contacts' ids, the seed decides everything else."""

    workspace: str
    speed: float
    seed: str
    run: str
    from_ms: int
    to_ms: int


def plan_of(scenario: Scenario, one: Pass, known: Sequence[Known]) -> Plan:
    """The plan of that part of the day."""
    begins_ms, ends_ms = max(one.from_ms, scenario.begins_ms), min(one.to_ms, scenario.ends_ms)
    due = sorted(
        (moment_ms, name, number)
        for name, channel in scenario.channels.items()
        for number, moment_ms in enumerate(_moments(name, channel, one.seed, begins_ms, ends_ms))
    )
    arrivals = (
        Arrival(
            round((moment_ms - begins_ms) / one.speed),
            _contact(scenario.channels[name], name, number, one, known),
        )
        for moment_ms, name, number in due
    )
    return Plan(arrivals=tuple(arrivals), shifts=tuple(_shifts(scenario, one.speed, begins_ms, ends_ms)))


def _moments(name: str, channel: Channel, seed: str, begins_ms: int, ends_ms: int) -> Iterator[int]:
    """When somebody comes: where the sum of the rate passes the next exponentially drawn sum."""
    passed, wanted, number = 0.0, _exponential(seed, name, "gap", 0), 0
    for from_ms in range(begins_ms, ends_ms, STEP_MS):
        per_ms = channel.rate_at(from_ms) / HOUR_MS
        length_ms = min(STEP_MS, ends_ms - from_ms)
        while per_ms and passed + per_ms * length_ms > wanted:
            yield from_ms + int((wanted - passed) / per_ms)
            number += 1
            wanted += _exponential(seed, name, "gap", number)
        passed += per_ms * length_ms


def _shifts(scenario: Scenario, speed: float, begins_ms: int, ends_ms: int) -> Iterator[Shift]:
    """Who is there at the end stays until all is done."""
    last_ms = min(ends_ms, max((one.to_ms for one in scenario.shifts if one.from_ms < ends_ms), default=ends_ms))
    for one in scenario.shifts:
        if one.to_ms <= begins_ms or one.from_ms >= ends_ms:
            continue
        from_ms = round(max(0, one.from_ms - begins_ms) / speed)
        to_ms = None if one.to_ms >= last_ms else round((one.to_ms - begins_ms) / speed)
        yield from (Shift(agent, from_ms, to_ms) for agent in one.agents)


def _contact(channel: Channel, name: str, number: int, one: Pass, known: Sequence[Known]) -> Any:
    drawn = contact_of(one.run, f"{name}-{number}", name, one.workspace, known, one.seed)
    patience_ms = None
    if channel.patience_ms is not None:
        patience_ms = round(channel.patience_ms * _exponential(one.seed, name, "patience", number) / one.speed)
    is_called = share(one.seed, name, "calls_back", number) < channel.calls_back
    low, high = 1 - channel.spread, 1 + channel.spread
    return msgspec.structs.replace(
        drawn,
        leaves_after_ms=None if is_called else patience_ms,
        calls_back_after_ms=patience_ms if is_called else None,
        called_in_ms=round(channel.called_in_ms * between(0.5, 1.5, one.seed, name, "called", number) / one.speed),
        talk_ms=round(channel.handling_ms * between(low, high, one.seed, name, "talk", number) / one.speed),
        customer_ends=share(one.seed, name, "ends", number) < channel.customer_ends,
    )


def _exponential(*what: object) -> float:
    """Of mean 1."""
    return -math.log(1.0 - share(*what))
