"""A configuration made ready: steps filled in, channels numbered, head starts added."""

from __future__ import annotations

from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    QueueSettings,
    RoutingConfiguration,
    StatusSettings,
    StepSettings,
    TierSettings,
)
from streams.routing.policy import Channels, Policy, Step, compile_queue, required, unnamed


def test_each_key_of_a_step_holds_until_a_later_step_names_it_again() -> None:
    steps = (
        StepSettings(at_ms=0, require={"mandarin": 3}, max_rank=1),
        StepSettings(at_ms=10, head_start_ms=60),
        StepSettings(at_ms=20, require={"mandarin": 2}, ignore_rank=True),
    )
    found = compile_queue("service", QueueSettings(steps=steps)).steps
    assert [step.require for step in found] == [(("mandarin", 3),), (("mandarin", 3),), (("mandarin", 2),)]
    assert [step.max_rank for step in found] == [1, 1, None]
    assert [step.head_start_ms for step in found] == [None, 60, 60]


def test_preferred_ends_with_its_step() -> None:
    steps = (StepSettings(at_ms=0, preferred=True), StepSettings(at_ms=10, max_rank=2))
    assert [step.preferred for step in compile_queue("service", QueueSettings(steps=steps)).steps] == [True, False]


def test_a_queue_whose_steps_begin_later_starts_with_everyone() -> None:
    found = compile_queue("service", QueueSettings(steps=(StepSettings(at_ms=10, max_rank=1),))).steps
    assert found == (Step(), Step(at_ms=10, max_rank=1))


def test_of_one_skill_the_higher_level_counts_unless_the_step_relaxes() -> None:
    asked = (("mandarin", 2), ("refunds", 1))
    assert required(asked, Step(require=(("mandarin", 3),))) == (("mandarin", 3), ("refunds", 1))
    assert required(asked, Step(require=(("mandarin", 1),))) == asked
    assert required(asked, Step(require=(("mandarin", 1),), relax=True)) == (("mandarin", 1),)


def test_head_starts_of_tier_and_priority_add_up() -> None:
    policy = Policy(RoutingConfiguration(tiers={"vip": TierSettings(head_start_ms=7)}), 1)
    assert policy.head_start_ms("vip", 5) == 7
    assert policy.head_start_ms(None, 4) == 60_000
    assert policy.head_start_ms("unknown", 7) == -120_000


def test_statuses_always_include_available_and_offline() -> None:
    policy = Policy(RoutingConfiguration(statuses={"lunch": StatusSettings(routable=False)}), 1)
    found = [policy.is_routable(status) for status in ("available", "offline", "lunch", "dancing")]
    assert found == [True, False, False, None]


def test_channels_that_nobody_names_share_phone_s_values_but_go_back_when_the_agent_is_lost() -> None:
    channels = Channels(RoutingConfiguration(channels={"email": ChannelSettings(units=20, interrupted_by=("phone",))}))
    assert channels.number("fax") == channels.number("sms") == channels.other
    assert channels.number("phone") != channels.other
    assert channels.of("fax").units == 100
    assert channels.of("fax").requeue_on_disconnect
    assert not unnamed("phone").requeue_on_disconnect
    assert not unnamed("in_store").requeue_on_disconnect


def test_wrap_up_is_the_agent_s_own_else_the_queue_s_else_the_channel_s() -> None:
    policy = Policy(
        RoutingConfiguration(
            queues={"long": QueueSettings(wrap_up_ms=45), "plain": QueueSettings()},
            agents={"bo": AgentSettings(wrap_up_ms=7), "ana": AgentSettings()},
        ),
        1,
    )
    assert policy.wrap_up_ms("bo", "long", "phone") == 7
    assert policy.wrap_up_ms("ana", "long", "phone") == 45
    assert policy.wrap_up_ms("ana", "plain", "phone") == 30_000
