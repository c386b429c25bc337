"""A scenario's workspace as a configuration."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.configuration import AgentSettings, OverflowRule, RoutingConfiguration, ServiceLevel
from streams.routing.scenario_document import Unreadable, configuration, duration_ms


@pytest.mark.parametrize(
    ("text", "ms"), [("90s", 90_000), ("1h30m", 5_400_000), ("250ms", 250), (0, 0), ("0s", 0), ("2d", 172_800_000)]
)
def test_durations_carry_their_unit(text: str | int, ms: int) -> None:
    assert duration_ms(text, "x") == ms


@pytest.mark.parametrize("text", [5, "5", "five", "", None, True, "1.5s"])
def test_what_has_no_unit_is_no_duration(text: Any) -> None:
    with pytest.raises(Unreadable, match="settings"):
        duration_ms(text, "settings.reoffer_after")


def test_an_empty_workspace_is_the_empty_configuration() -> None:
    assert configuration({}) == RoutingConfiguration()


def test_settings_may_stand_at_the_top_level() -> None:
    inside = configuration({"settings": {"reoffer_after": "7s", "rank_first": True, "default_queue": "a"}})
    outside = configuration({"reoffer_after": "7s", "rank_first": True, "default_queue": "a"})
    assert inside == outside
    assert inside.settings.reoffer_after_ms == 7_000


def test_everything_of_a_document_can_be_written() -> None:
    found = configuration(
        {
            "workspace": "bookcity",
            "statuses": {"lunch": {"routable": False}},
            "tiers": {"vip": {"head_start": "120s", "service_level": {"within": "10s"}}},
            "channels": {"phone": {}, "email": {"units": 20, "interrupted_by": ["phone"]}},
            "queues": {
                "service": {
                    "class": 2,
                    "service_level": {"within": "20s", "goal": "80%"},
                    "steps": [{"at": "10s", "require": {"mandarin": 3}, "head_start": "5s"}],
                    "overflow": {"when_full": {"overflow_to": "sales"}, "when_no_agents": "stay"},
                }
            },
            "agents": {"ana": {"queues": {"service": 1}, "max": {"email": 2}, "wrap_up": "9s"}, "bo": None},
        }
    )
    service = found.queues["service"]
    assert service.class_ == 2
    assert service.service_level == ServiceLevel(within_ms=20_000)
    assert (service.steps[0].at_ms, service.steps[0].head_start_ms) == (10_000, 5_000)
    assert service.overflow.when_full == OverflowRule(overflow_to="sales")
    assert found.tiers["vip"].service_level_within_ms == 10_000
    assert (found.channels["phone"].requeue_on_disconnect, found.channels["email"].requeue_on_disconnect) == (
        False,
        True,
    )
    assert found.agents["bo"] == AgentSettings()
    assert found.agents["ana"].wrap_up_ms == 9_000


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"queues": {"a": {"steps": [{}, {"att": "5s"}]}}}, r"queues\.a\.steps\[1\]\.att"),
        ({"queues": {"a": {"overflow": {"when_late": "stay"}}}}, r"queues\.a\.overflow\.when_late"),
        ({"queues": ["a"]}, "queues: not a mapping"),
        ({"channels": {"sms": {"units": "many"}}}, r"channels\.sms"),
        ({"queue": {}}, r"workspace\.queue"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(document: dict[str, Any], path: str) -> None:
    with pytest.raises(Unreadable, match=path):
        configuration(document)
