"""Units and limits: the arithmetic of room."""

from __future__ import annotations

import pytest

from schemas.configuration import ChannelSettings, RoutingConfiguration
from streams.routing.capacity import Capacity, Load, units_against, units_in_use
from streams.routing.policy import Channels

CHANNELS = Channels(
    RoutingConfiguration(
        channels={
            "email": ChannelSettings(units=20, interrupted_by=("phone", "web_chat")),
            "phone": ChannelSettings(units=100),
            "web_chat": ChannelSettings(units=25, interrupted_by=("phone",)),
        }
    )
)
EMAIL, PHONE, CHAT = (CHANNELS.number(name) for name in ("email", "phone", "web_chat"))


def load(*channels: int) -> Load:
    return tuple((channel, True) for channel in channels)


def test_a_mail_in_hand_lets_a_call_in_and_not_the_reverse() -> None:
    assert units_against(CHANNELS, load(EMAIL), PHONE) == 0
    assert units_against(CHANNELS, load(PHONE), EMAIL) == 100


def test_another_mail_is_checked_against_call_and_mail() -> None:
    assert units_against(CHANNELS, load(EMAIL, PHONE), EMAIL) == 120


def test_interrupted_work_counts_nothing_while_the_interruption_lasts() -> None:
    assert units_in_use(CHANNELS, load(EMAIL, PHONE)) == 100
    assert units_in_use(CHANNELS, load(EMAIL)) == 20


def test_a_held_call_that_frees_its_units_interrupts_nothing() -> None:
    assert units_in_use(CHANNELS, ((EMAIL, True), (PHONE, False))) == 20


@pytest.mark.parametrize(
    ("held", "capacity", "limits", "fits", "takes"),
    [
        (load(), 100, {}, {EMAIL, PHONE, CHAT}, {EMAIL, PHONE, CHAT}),
        (load(CHAT, CHAT, CHAT), 100, {}, {EMAIL, PHONE, CHAT}, {EMAIL, PHONE, CHAT}),
        (load(CHAT, CHAT, CHAT, CHAT), 100, {}, {PHONE}, {PHONE}),
        (load(CHAT), 100, {"web_chat": 1}, {EMAIL, PHONE, CHAT}, {EMAIL, PHONE}),
        (load(PHONE), 120, {}, {EMAIL}, {EMAIL}),
        (load(PHONE), 119, {}, set(), set()),
    ],
)
def test_room_is_what_fits_the_capacity_and_the_limits(
    held: Load, capacity: int, limits: dict[str, int], fits: set[int], takes: set[int]
) -> None:
    named = (1 << EMAIL) | (1 << PHONE) | (1 << CHAT)
    found = Capacity(CHANNELS, []).room_of(held, capacity, limits)
    assert found[0] & named == sum(1 << channel for channel in fits)
    assert found[1] & named == sum(1 << channel for channel in takes)
