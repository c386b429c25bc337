"""States that are kept on the way through logs: bounded, those used longest ago go first, restored as they were."""

from __future__ import annotations

import pytest

from streams.routing.checkpoints import Checkpoints, checkpoint
from streams.routing.engine import Engine
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration


def an_engine(contacts: int) -> Engine:
    driver = Driver(a_configuration("ana"))
    for number in range(contacts):
        driver.arrive(f"contact-{number}")
    return driver.engine


def test_what_is_kept_is_given_back_whole() -> None:
    engine = an_engine(3)
    kept = Checkpoints(1_000_000)
    kept.keep(checkpoint(engine, 7))
    assert Engine.restore(kept.take(WORKSPACE, 7).chunks).fingerprint() == engine.fingerprint()
    assert kept.take(WORKSPACE, 7).manifest.next_offset == 7


def test_a_workspaces_places_are_named_newest_first() -> None:
    kept = Checkpoints(1_000_000)
    for offset in (5, 9, 7):
        kept.keep(checkpoint(an_engine(1), offset))
    assert kept.places(WORKSPACE) == [9, 7, 5]
    assert kept.places("elsewhere") == []
    assert kept.has(WORKSPACE, 9)
    assert not kept.has(WORKSPACE, 8)


def test_one_of_the_same_place_is_kept_once() -> None:
    kept = Checkpoints(1_000_000)
    kept.keep(checkpoint(an_engine(1), 5))
    size = kept.size_bytes
    kept.keep(checkpoint(an_engine(1), 5))
    assert kept.size_bytes == size > 0


def test_those_used_longest_ago_make_room() -> None:
    one = checkpoint(an_engine(50), 1)
    probe = Checkpoints(10_000_000)
    probe.keep(one)
    kept = Checkpoints(2 * probe.size_bytes + probe.size_bytes // 2)
    for offset in (1, 2):
        kept.keep(checkpoint(an_engine(50), offset))
    kept.take(WORKSPACE, 1)
    kept.keep(checkpoint(an_engine(50), 3))
    assert kept.places(WORKSPACE) == [3, 1]
    with pytest.raises(KeyError):
        kept.take(WORKSPACE, 2)


def test_what_is_larger_than_all_room_is_not_kept() -> None:
    kept = Checkpoints(10)
    kept.keep(checkpoint(an_engine(1), 1))
    assert (kept.places(WORKSPACE), kept.size_bytes) == ([], 0)
