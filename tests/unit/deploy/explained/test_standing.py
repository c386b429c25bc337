"""A workspace as it was, read by a person."""

from __future__ import annotations

import pytest

from deploy.console.words import Language
from deploy.explained.standing import LONGEST_LINE, standing
from deploy.explained.words import Words
from deploy.moments import Place
from deploy.states import NotYet, state
from tests.support.engine_driver import Driver, a_configuration
from tests.support.listed_log import listed


def a_morning() -> Driver:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive("one")
    driver.attend(2_000)
    driver.accept("one")
    driver.arrive("two")
    driver.attend(5_000)
    return driver


async def test_queues_offers_and_agents_are_listed() -> None:
    text = "\n".join(standing(await state(listed(a_morning())), Words(Language.ENGLISH)))
    assert "service: open, 1 waiting, 0 ringing, longest 5 s" in text
    assert "two: queued, has waited 5 s" in text
    assert "ana: available / interacting, for 5 s, 100 of 100 units, in hand: one (connected)" in text
    assert "bo: offline / off queue, for" in text


async def test_a_routing_status_is_said_as_on_every_screen_and_not_as_a_reason() -> None:
    text = "\n".join(standing(await state(listed(a_morning())), Words(Language.CHINESE)))
    assert "bo：离线 / 未在队列，已" in text
    assert "手上：one（已接通）" in text


async def test_an_earlier_moment_shows_what_was_then() -> None:
    log = listed(a_morning())
    before = await state(log, lambda _zone: 1_001_000)
    text = "\n".join(standing(before, Words(Language.CHINESE)))
    assert "one -> ana，已响铃 1 秒，还剩 19 秒" in text
    assert "two" not in text
    assert before.offers[0].why is not None


async def test_a_decisions_number_is_the_state_right_after_it() -> None:
    log = listed(a_morning())
    for one in log.said:
        assert (await state(log, Place(one.epoch, one.seq))).seq == one.seq


async def test_what_has_not_come_is_said() -> None:
    log = listed(a_morning())
    with pytest.raises(NotYet, match="ends at decision"):
        await state(log, Place(1, 999))
    with pytest.raises(NotYet, match="nothing had been decided"):
        await state(log, lambda _zone: 5)


async def test_a_long_line_is_cut_and_an_empty_workspace_says_so() -> None:
    driver = Driver(a_configuration())
    for number in range(LONGEST_LINE + 3):
        driver.arrive(f"contact-{number}")
    text = "\n".join(standing(await state(listed(driver)), Words(Language.ENGLISH)))
    assert "and 3 more" in text
    assert text.count("(none)") == 2
