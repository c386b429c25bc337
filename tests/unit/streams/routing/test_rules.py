"""Each difference between two versions of the rules: until which version it was one way, and since when the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from streams.routing import rules

SINCE: list[tuple[Callable[[int], bool], int]] = [
    (rules.says_interventions, 2),
]


@pytest.mark.parametrize(("done", "since"), SINCE)
def test_a_difference_holds_from_its_version_on(done: Callable[[int], bool], since: int) -> None:
    versions = range(rules.FIRST_VERSION, rules.ENGINE_VERSION + 1)
    assert [version for version in versions if done(version)] == list(range(since, rules.ENGINE_VERSION + 1))
