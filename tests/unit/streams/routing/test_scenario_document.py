"""A scenario's workspace as a configuration."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.configuration import AgentSettings, OverflowRule, RoutingConfiguration, ServiceLevel
from streams.routing.scenario_document import Unreadable, configuration, duration_ms, normalised


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("90s", 90_000),
        ("1h30m", 5_400_000),
        ("250ms", 250),
        (0, 0),
        ("0s", 0),
        ("2d", 172_800_000),
        ("1.5s", 1_500),
        ("0.25m", 15_000),
    ],
)
def test_durations_carry_their_unit(text: str | int, ms: int) -> None:
    assert duration_ms(text, "x") == ms


@pytest.mark.parametrize("text", [5, "5", "five", "", None, True, "0.0001s", "-5s", 0.0])
def test_what_has_no_unit_is_no_duration(text: Any) -> None:
    with pytest.raises(Unreadable, match="settings"):
        duration_ms(text, "settings.reoffer_after")


def test_an_empty_workspace_is_the_empty_configuration() -> None:
    assert configuration({}) == RoutingConfiguration()


def test_settings_may_stand_at_the_top_level() -> None:
    queues: dict[str, Any] = {"a": {}}
    settings = {"reoffer_after": "7s", "rank_first": True, "default_queue": "a", "not_responding_for": None}
    inside = configuration({"settings": settings, "queues": queues})
    outside = configuration({**settings, "queues": queues})
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
                },
                "sales": None,
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
        ({"queue": {}}, r"workspace\.queue: unknown key; did you mean .queues.\?"),
        ({"queues": {"a": {"steps": [{"overflow_to": "b"}]}}}, r'queues\.a\.steps\[0\]\.overflow_to: no queue "b"'),
        ({"queues": {"a": {"overflow": {"when_full": {"overflow_to": "b"}}}}}, r"when_full\.overflow_to: no queue"),
        ({"queues": {"a": {}}, "agents": {"ana": {"queues": {"b": 1}}}}, r"agents\.ana\.queues\.b: no queue"),
        ({"default_queue": "b"}, r"settings\.default_queue: no queue"),
        ({"queues": {"a": {"steps": [{"at": "9s"}, {"at": "9s"}]}}}, r"queues\.a\.steps\[1\]\.at: must be later"),
        ({"queues": {"a": {"overflow": {"when_full": {"end": "busy"}}}}}, r"when_full\.end: 'busy' is none of"),
        ({"queues": {"a": {"overflow": {"when_full": "end"}}}}, "must be stay"),
        ({"queues": {"a": {"service_level": "20s"}}}, r"queues\.a\.service_level: not a mapping"),
        (
            {"queues": {"a": {"service_level": {"within": "20s", "goal": 80}}}},
            r"service_level\.goal: 80 is not a share",
        ),
        ({"tiers": {"vip": {"service_level": {"goal": "80%"}}}}, r"tiers\.vip\.service_level"),
        ({"skills": "mandarin"}, "skills: not a list"),
        ({"channels": {"phone": {"offer_timeout": "0s"}}}, r"channels\.phone\.offer_timeout: must last"),
        ({"connect_timeout": "0s"}, r"settings\.connect_timeout: must last"),
        ({"rank_first": True, "settings": {"rank_first": True}}, r"settings\.rank_first: stands at the top level, too"),
        ({"agents": {"ana": {"skills": {"mandarin": 6}}}}, r"agents\.ana\.skills\.mandarin: 6 is not 1 to 5"),
        ({"queues": {"a": {"steps": [{"require": {"m": 0}}]}}}, r"queues\.a\.steps\[0\]\.require\.m: 0 is not 1 to 5"),
        ({"channels": {"sms": {"units": -1}}}, r"channels\.sms\.units: -1 is less than 0"),
        ({"agents": {"ana": {"max": {"sms": -2}}}}, r"agents\.ana\.max\.sms: -2 is less than 0"),
        ({"agents": {"ana": {"capacity": "100"}}}, r"agents\.ana\.capacity: Expected `int`"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(document: dict[str, Any], path: str) -> None:
    with pytest.raises(Unreadable, match=path):
        configuration(document)


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(Unreadable) as found:
        configuration(
            {
                "quues": {},
                "queues": {"a": {"wrap_up": 5, "strategy": "alphabet"}},
                "agents": {"bo": {"rank": 1}, "cy": {"capacity": "much", "queues": {"a": "first"}}},
            }
        )
    assert [line.partition(":")[0] for line in str(found.value).splitlines()] == [
        "workspace.quues",
        "queues.a.wrap_up",
        "queues.a.strategy",
        "agents.bo.rank",
        "agents.cy.capacity",
        "agents.cy.queues.a",
    ]


def test_a_queue_that_was_removed_may_still_be_named_by_its_agents() -> None:
    document = {"queues": {"a": {}}, "agents": {"ana": {"queues": {"a": 1, "b": 2}}}}
    assert configuration(document, removed={"b"}).agents["ana"].queues == {"a": 1, "b": 2}


def test_a_patch_meets_the_settings_wherever_they_stand() -> None:
    assert normalised({"reoffer_after": "7s", "queues": {}}) == {"settings": {"reoffer_after": "7s"}, "queues": {}}
    assert normalised({"reoffer_after": None, "settings": {"rank_first": True}}) == {
        "settings": {"reoffer_after": None, "rank_first": True}
    }
