"""Who may take a kind of work, who of them is free, and who is best."""

from __future__ import annotations

import pytest

from schemas.configuration import AgentSettings
from schemas.vocabulary import PassedOver, Strategy
from streams.routing.audiences import Audience, AudienceKey, unfit
from streams.routing.model import Agent

FITS = AgentSettings(queues={"service": 2}, skills={"mandarin": 3}, site="tianhe")


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (AudienceKey("service"), None),
        (AudienceKey("service", (("mandarin", 3),)), None),
        (AudienceKey("service", (("mandarin", 4),)), PassedOver.LEVEL_TOO_LOW),
        (AudienceKey("service", (("refunds", 1),)), PassedOver.LACKS_SKILL),
        (AudienceKey("service", max_rank=1), PassedOver.RANK),
        (AudienceKey("service", min_rank=3), PassedOver.RANK),
        (AudienceKey("service", site="beijing_road"), PassedOver.OTHER_SITE),
        (AudienceKey("service", only="bo"), PassedOver.NOT_PREFERRED),
        (AudienceKey("service", (("refunds", 1),), max_rank=1, anyhow=True), None),
    ],
)
def test_the_configuration_alone_decides_who_belongs(key: AudienceKey, reason: PassedOver | None) -> None:
    assert unfit(key, "ana", FITS) is reason


def an_agent(name: str, rank: int = 1, *, idle_since_ms: int = 0, take: int = 1) -> Agent:
    agent = Agent(name, AgentSettings(queues={"service": rank}, skills={"mandarin": rank}), idle_since_ms)
    agent.code = agent.code_now = agent.take = take
    return agent


def best(audience: Audience, bit: int = 1) -> str | None:
    entry = audience.pop_best(bit)
    return None if entry is None else entry[4]


def test_rank_goes_before_idle_time_and_idle_time_before_the_id() -> None:
    audience = Audience(AudienceKey("service"), 0, Strategy.LONGEST_IDLE)
    for agent in (an_agent("d", 2), an_agent("c", idle_since_ms=5), an_agent("b"), an_agent("a")):
        audience.consider(agent)
    assert [best(audience) for _ in range(5)] == ["a", "b", "c", "d", None]


def test_only_who_has_room_for_the_channel_is_found() -> None:
    audience = Audience(AudienceKey("service"), 0, Strategy.LONGEST_IDLE)
    audience.consider(an_agent("calls", take=0b01))
    audience.consider(an_agent("all", take=0b11, idle_since_ms=9))
    assert best(audience, 0b10) == "all"
    assert best(audience, 0b10) is None
    assert best(audience, 0b01) == "calls"


def test_an_agent_who_changed_is_not_found_where_he_stood() -> None:
    audience = Audience(AudienceKey("service"), 0, Strategy.LONGEST_IDLE)
    agent = an_agent("ana")
    audience.consider(agent)
    agent.turn += 1
    assert best(audience) is None
    audience.note(agent, agent.code)
    assert best(audience) == "ana"


def test_counts_follow_what_members_are() -> None:
    audience = Audience(AudienceKey("service", max_rank=1), 0, Strategy.LONGEST_IDLE)
    ana = an_agent("ana")
    for agent in (ana, an_agent("bo", 2)):
        audience.consider(agent)
    assert (audience.serving, audience.static, audience.on_queue) == (2, {PassedOver.RANK: 1}, 1)
    audience.note(ana, ana.code)
    ana.code = -1
    assert (audience.counts, audience.on_queue) == ({-1: 1}, 0)


def test_who_changed_several_times_is_counted_once_by_what_he_is_when_somebody_asks() -> None:
    audience = Audience(AudienceKey("service"), 0, Strategy.LONGEST_IDLE)
    ana = an_agent("ana")
    audience.consider(ana)
    for code in (-1, 3, 2):
        audience.note(ana, ana.code)
        ana.code, ana.take = code, max(0, code)
        ana.turn += 1
    assert (audience.counts, audience.on_queue) == ({2: 1}, 1)
    assert (best(audience, 2), best(audience, 2)) == ("ana", None)


def test_who_is_being_matched_stands_nowhere() -> None:
    audience = Audience(AudienceKey("service"), 0, Strategy.LONGEST_IDLE)
    ana = an_agent("ana")
    ana.loose = True
    audience.consider(ana)
    audience.note(ana, ana.code)
    assert best(audience) is None
    ana.loose = False
    audience.note(ana, ana.code)
    assert best(audience) == "ana"


@pytest.mark.parametrize(
    ("strategy", "winner"),
    [
        (Strategy.LONGEST_IDLE, "ana"),
        (Strategy.MOST_SKILLED, "bo"),
        (Strategy.LEAST_LOADED, "cy"),
        (Strategy.ROUND_ROBIN, "di"),
        (Strategy.FEWEST_HANDLED, "ed"),
    ],
)
def test_each_strategy_has_its_own_best(strategy: Strategy, winner: str) -> None:
    audience = Audience(AudienceKey("service", (("mandarin", 1),)), 0, strategy)
    for at, name in enumerate(("ana", "bo", "cy", "di", "ed")):
        agent = Agent(name, AgentSettings(queues={"service": 1}, skills={"mandarin": 5 if name == "bo" else 1}), at)
        agent.take = agent.code = 1
        agent.load_per_million = 0 if name == "cy" else 5
        agent.last_offered = {} if name == "di" else {"service": 4}
        agent.handled = {} if name == "ed" else {"service": 4}
        audience.consider(agent)
    assert best(audience) == winner
