"""Configurations drawn at random: few agents, queues and skills, so that everything meets everything; every key used."""

from __future__ import annotations

import random
from typing import TypeVar

from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    OverflowRule,
    OverflowSettings,
    QueueSettings,
    RoutingConfiguration,
    RoutingSettings,
    ServiceLevel,
    StatusSettings,
    StepSettings,
    TierSettings,
)
from schemas.vocabulary import Strategy

AGENTS = ("ana", "bo", "cy", "dee", "eli", "fay")
QUEUES = ("service", "sales", "mail", "night")
CHANNELS = ("phone", "web_chat", "email", "in_store")
UNNAMED = ("fax",)
SKILLS = ("mandarin", "refunds")
TIERS = ("vip", "gold")
SITES = ("tianhe", "beijing_road")
STATUSES = ("lunch", "busy")
T = TypeVar("T")


def draw(chance: random.Random) -> RoutingConfiguration:
    """A company. Agents and queues come and go between two draws; a channel may be left out."""
    agents = [name for name in AGENTS if chance.random() < 0.8] or ["ana"]
    queues = [name for name in QUEUES if chance.random() < 0.85] or ["service"]
    return RoutingConfiguration(
        settings=_settings(chance, queues),
        skills=SKILLS,
        statuses={"lunch": StatusSettings(routable=False), "busy": StatusSettings(routable=chance.random() < 0.9)},
        tiers={
            "vip": TierSettings(head_start_ms=chance.choice([7_000, 30_000]), service_level_within_ms=10_000),
            **({"gold": TierSettings(head_start_ms=2_000)} if chance.random() < 0.5 else {}),
        },
        sites=SITES,
        channels={name: _channel(chance, name) for name in CHANNELS if chance.random() < 0.8},
        queues={name: _queue(chance, queues) for name in queues},
        agents={name: _agent(chance, queues) for name in agents},
    )


def alter(chance: random.Random, configuration: RoutingConfiguration) -> RoutingConfiguration:
    """The next version: another company, or this one with one part drawn anew."""
    import msgspec

    other = draw(chance)
    part = chance.choice(["all", "settings", "channels", "queues", "agents", "agents", "one_agent", "one_queue"])
    if part == "all":
        return other
    if part == "one_agent":
        name = chance.choice(AGENTS)
        return msgspec.structs.replace(configuration, agents=_swapped(configuration.agents, other.agents, name))
    if part == "one_queue":
        name = chance.choice(QUEUES)
        return msgspec.structs.replace(configuration, queues=_swapped(configuration.queues, other.queues, name))
    return msgspec.structs.replace(configuration, **{part: getattr(other, part)})


def _swapped(mine: dict[str, T], others: dict[str, T], name: str) -> dict[str, T]:
    rest = {key: value for key, value in mine.items() if key != name}
    return {**rest, name: others[name]} if name in others else rest


def _settings(chance: random.Random, queues: list[str]) -> RoutingSettings:
    return RoutingSettings(
        priority_step_ms=chance.choice([3_000, 60_000]),
        rank_first=chance.random() < 0.3,
        reoffer_after_ms=chance.choice([0, 6_000, 20_000]),
        reoffer_pause_ms=chance.choice([0, 2_000, 30_000]),
        resume_within_ms=chance.choice([0, 10_000, 60_000]),
        reconnect_grace_ms=chance.choice([0, 4_000]),
        connect_timeout_ms=chance.choice([1_000, 3_000]),
        not_responding_for_ms=chance.choice([None, 5_000]),
        default_queue=chance.choice([None, *queues, *queues]),
        time_zone=chance.choice([None, "Asia/Shanghai"]),
    )


def _channel(chance: random.Random, name: str) -> ChannelSettings:
    return ChannelSettings(
        units={"phone": 100, "in_store": 100}.get(name, chance.choice([20, 25, 40])),
        offer_timeout_ms=chance.choice([1_000, 3_000, 5_000]),
        wrap_up_ms=chance.choice([0, 0, 1_000, 4_000]),
        wrap_up_holds_units=chance.random() < 0.7,
        auto_accept=chance.random() < 0.15,
        interrupted_by=tuple(
            other for other in CHANNELS if other != name and name not in ("phone", "in_store") and chance.random() < 0.4
        ),
        hold_frees_units=chance.random() < 0.4,
        requeue_on_disconnect=chance.random() < 0.5,
    )


def _queue(chance: random.Random, queues: list[str]) -> QueueSettings:
    return QueueSettings(
        class_=chance.choice([0, 0, 0, 1]),
        hours=chance.choice([None, "shop"]),
        service_level=chance.choice([None, ServiceLevel(within_ms=20_000)]),
        short_abandon_ms=chance.choice([0, 5_000]),
        max_waiting=chance.choice([None, None, None, 1, 4]),
        wrap_up_ms=chance.choice([None, None, 0, 2_000]),
        strategy=chance.choice(list(Strategy)),
        steps=_steps(chance, queues),
        overflow=OverflowSettings(
            when_closed=_rule(chance, queues, "closed"),
            when_full=_rule(chance, queues, "full"),
            when_no_agents=_rule(chance, queues, "no_agents"),
        ),
        expire_after_ms=chance.choice([None, None, 12_000, 40_000]),
    )


def _rule(chance: random.Random, queues: list[str], word: str) -> OverflowRule:
    to = OverflowRule(overflow_to=chance.choice(queues))
    return chance.choice([OverflowRule(), OverflowRule(), OverflowRule(), OverflowRule(end=word), to])


def _steps(chance: random.Random, queues: list[str]) -> tuple[StepSettings, ...]:
    moments = sorted(chance.sample([0, 1_000, 4_000, 9_000, 15_000], chance.choice([0, 1, 2, 3, 4])))
    steps = [_step(chance, at_ms, queues) for at_ms in moments]
    return tuple(steps)


def _step(chance: random.Random, at_ms: int, queues: list[str]) -> StepSettings:
    return StepSettings(
        at_ms=at_ms,
        preferred=chance.random() < 0.25,
        require=chance.choice([None, None, {}, {"mandarin": 1}, {"mandarin": 2, "refunds": 1}]),
        relax=chance.choice([None, None, True, False]),
        min_rank=chance.choice([None, None, None, 2]),
        max_rank=chance.choice([None, None, 1, 2]),
        ignore_rank=chance.choice([None, None, True]),
        same_site=chance.choice([None, None, True, False]),
        head_start_ms=chance.choice([None, None, 0, 5_000, 20_000]),
        overflow_to=chance.choice(queues) if chance.random() < 0.12 else None,
    )


def _agent(chance: random.Random, queues: list[str]) -> AgentSettings:
    return AgentSettings(
        team=chance.choice([None, "t1"]),
        site=chance.choice([None, *SITES]),
        skills={skill: chance.randint(1, 3) for skill in SKILLS if chance.random() < 0.6},
        queues={name: chance.randint(1, 3) for name in queues if chance.random() < 0.7},
        capacity=chance.choice([40, 100, 120, 200, 300]),
        max={name: chance.choice([1, 1, 2]) for name in CHANNELS if chance.random() < 0.35},
        wrap_up_ms=chance.choice([None, None, 0, 3_000]),
    )
