from __future__ import annotations

from typing import Any

import pytest

from producers.admin.fields import read_table
from producers.admin.problems import Problems
from producers.admin.sections import DOCUMENT
from schemas.configuration import (
    ChannelSettings,
    OverflowRule,
    OverflowSettings,
    QueueSettings,
    ServiceLevel,
    StepSettings,
    TierSettings,
)
from schemas.vocabulary import Strategy


def read(document: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    problems = Problems()
    values = read_table(problems, DOCUMENT, document, "")
    return values, [str(problem) for problem in problems.found]


def test_every_key_of_a_queue_has_its_place_in_routing() -> None:
    queue = {
        "hours": "shop",
        "class": 1,
        "service_level": {"within": "20s", "goal": "90%", "formula": "answered_within_over_offered"},
        "short_abandon": "5s",
        "max_waiting": 200,
        "wrap_up": "45s",
        "strategy": "most_skilled",
        "steps": [{"at": "10s", "require": {"mandarin": 3}, "max_rank": 1, "relax": True, "overflow_to": "sales"}],
        "overflow": {"when_closed": {"end": "closed"}, "when_full": {"overflow_to": "sales"}, "when_no_agents": "stay"},
        "expire_after": "1h",
        "title": "Service",
    }
    values, problems = read({"queues": {"service": queue}})
    assert problems == []
    assert values["queues"]["service"] == QueueSettings(
        hours="shop",
        class_=1,
        service_level=ServiceLevel(within_ms=20_000, goal_percent=90),
        short_abandon_ms=5_000,
        max_waiting=200,
        wrap_up_ms=45_000,
        strategy=Strategy.MOST_SKILLED,
        steps=(StepSettings(at_ms=10_000, require={"mandarin": 3}, max_rank=1, relax=True, overflow_to="sales"),),
        overflow=OverflowSettings(when_full=OverflowRule(overflow_to="sales"), when_no_agents=OverflowRule()),
        expire_after_ms=3_600_000,
    )


def test_a_tier_may_have_a_service_level_of_its_own() -> None:
    values, problems = read({"tiers": {"vip": {"head_start": "120s", "service_level": {"within": "10s"}}}})
    assert problems == []
    assert values["tiers"] == {"vip": TierSettings(head_start_ms=120_000, service_level_within_ms=10_000)}


def test_work_of_all_channels_but_phone_and_in_store_goes_back_when_its_agent_is_lost() -> None:
    values, _ = read(
        {"channels": {"phone": {}, "in_store": None, "email": {}, "fax": {"requeue_on_disconnect": False}}}
    )
    assert {name: channel.requeue_on_disconnect for name, channel in values["channels"].items()} == {
        "phone": False,
        "in_store": False,
        "email": True,
        "fax": False,
    }


def test_what_a_channel_leaves_out_is_as_for_phone() -> None:
    values, _ = read({"channels": {"phone": None}})
    assert values["channels"]["phone"] == ChannelSettings()


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"queues": {"a": {"strategy": "best"}}}, "queues.a.strategy: must be one of longest_idle,"),
        (
            {"queues": {"a": {"overflow": {"when_full": "go"}}}},
            "queues.a.overflow.when_full: must be stay, {end: WORD}",
        ),
        ({"queues": {"a": {"steps": [{"require": {"x": 6}}]}}}, "queues.a.steps[0].require.x: must be a whole number"),
        ({"statuses": {"lunch": {}}}, 'statuses.lunch: "routable" is missing'),
        ({"agents": {"ana": {"title": "Ana", "skils": {}}}}, 'agents.ana.skils: no such key; did you mean "skills"?'),
        ({"tiers": {"vip": {"service_level": {}}}}, 'tiers.vip.service_level: "within" is missing'),
        ({"setings": {}}, 'setings: no such key; did you mean "settings"?'),
        ({"skills": ["a", "a"]}, 'skills[1]: "a" stands twice'),
        ({"agents": {"ana": 3}}, "agents.ana: must be a mapping"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(document: dict[str, Any], problem: str) -> None:
    _, problems = read(document)
    assert [found for found in problems if found.startswith(problem)], problems
