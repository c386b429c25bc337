"""Each difference between two versions of the rules: until which version it was one way, and since when the other."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from streams.routing import rules

SINCE: list[tuple[Callable[[int], bool], int]] = [
    (rules.says_interventions, 2),
    (rules.tells_places, 2),
    (rules.every_key_holds, 2),
    (rules.staying_looks_further, 2),
    (rules.remembers_who_declined, 2),
    (rules.place_is_kept_whole, 2),
    (rules.connecting_follows_its_channel, 2),
    (rules.change_looks_at_the_step_reached, 2),
    (rules.waiting_was_timed_on_entry, 2),
    (rules.keeps_configurations_in_order, 2),
    (rules.fits_returning_work, 2),
    (rules.tells_what_configurations_change, 2),
    (rules.ends_grace_with_the_status, 2),
    (rules.awaits_who_is_configured_again, 2),
    (rules.pauses_end_for_all_at_once, 3),
    (rules.steps_are_taken_by_rank, 3),
]


def test_every_difference_is_listed() -> None:
    predicates = {one for _, one in inspect.getmembers(rules, inspect.isfunction)}
    assert {done for done, _ in SINCE} == predicates


@pytest.mark.parametrize(("done", "since"), SINCE)
def test_a_difference_holds_from_its_version_on(done: Callable[[int], bool], since: int) -> None:
    versions = range(rules.FIRST_VERSION, rules.ENGINE_VERSION + 1)
    assert [version for version in versions if done(version)] == list(range(since, rules.ENGINE_VERSION + 1))
