from __future__ import annotations

import random

import msgspec
import pytest

from deploy.fuzzing.companies import alter, draw
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    OverflowRule,
    OverflowSettings,
    QueueSettings,
    RoutingConfiguration,
    RoutingSettings,
    StepSettings,
    TierSettings,
)
from schemas.event import Value

COMPANIES = [draw(random.Random(seed)) for seed in range(120)]


def parts_of(kind: type[Value]) -> list[Value]:
    """Every part of a kind in the companies."""
    found: list[Value] = []
    pile: list[object] = list(COMPANIES)
    while pile:
        one = pile.pop()
        if isinstance(one, kind):
            found.append(one)
        if isinstance(one, Value):
            pile.extend(getattr(one, name) for name in one.__struct_fields__)
        elif isinstance(one, dict):
            pile.extend(one.values())
        elif isinstance(one, tuple):
            pile.extend(one)
    return found


@pytest.mark.parametrize(
    "kind",
    [RoutingConfiguration, RoutingSettings, TierSettings, ChannelSettings, QueueSettings, OverflowSettings, OverflowRule,
     StepSettings, AgentSettings],
)  # fmt: skip
def test_every_key_has_several_values(kind: type[Value]) -> None:
    parts = parts_of(kind)
    fixed = [
        name
        for name in kind.__struct_fields__
        if len({msgspec.json.encode(getattr(one, name)) for one in parts}) < 2
        and not (kind is RoutingConfiguration and name in ("skills", "sites"))
    ]
    assert fixed == []


def test_the_same_chance_gives_the_same_company() -> None:
    assert draw(random.Random(7)) == COMPANIES[7]


def test_a_company_changes_in_part_or_in_whole() -> None:
    company = COMPANIES[0]
    others = [alter(random.Random(seed), company) for seed in range(40)]
    changed = {
        tuple(name for name in company.__struct_fields__ if getattr(one, name) != getattr(company, name))
        for one in others
    }
    assert {("agents",), ("queues",), ("settings",)} <= changed
    assert max(map(len, changed)) >= 4
