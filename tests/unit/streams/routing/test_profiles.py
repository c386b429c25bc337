"""Attributes kept once: numbered, counted, forgotten."""

from __future__ import annotations

import msgspec
import pytest

from schemas.configuration import ChannelSettings, RoutingConfiguration
from schemas.vocabulary import Direction
from streams.routing.model import Profile
from streams.routing.policy import Channels
from streams.routing.profiles import Profiles

CHANNELS = Channels(RoutingConfiguration(channels={"phone": ChannelSettings(), "sms": ChannelSettings()}))


def a_profile(channel: str = "phone", **more: object) -> Profile:
    plain = Profile(channel, "line", "line-1", None, None, None, 5, (), None, None, Direction.INBOUND, False, False)
    return msgspec.structs.replace(plain, **more)


def test_equal_attributes_share_a_number() -> None:
    profiles = Profiles()
    first = profiles.take(a_profile(), CHANNELS)
    assert profiles.take(a_profile(), CHANNELS) == first
    assert profiles.take(a_profile(tier="vip"), CHANNELS) != first
    assert profiles.uses[first] == 2


def test_the_lowest_free_number_is_used_again() -> None:
    profiles = Profiles()
    numbers = [profiles.take(a_profile(tier=tier), CHANNELS) for tier in ("a", "b", "c")]
    profiles.release(numbers[1])
    profiles.release(numbers[0])
    with pytest.raises(LookupError):
        profiles[numbers[0]]
    assert profiles.take(a_profile(tier="d"), CHANNELS) == numbers[0]
    assert profiles.take(a_profile(tier="b"), CHANNELS) == numbers[1]


def test_channel_numbers_follow_the_configuration() -> None:
    profiles = Profiles()
    number = profiles.take(a_profile("sms"), CHANNELS)
    assert profiles.channel_numbers[number] == CHANNELS.number("sms")
    fewer = Channels(RoutingConfiguration(channels={"phone": ChannelSettings()}))
    profiles.renumber(fewer)
    assert profiles.channel_numbers[number] == fewer.other
