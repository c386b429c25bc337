"""Estimates against what then happened, with bounds for the seeds that are used: docs/expected-wait.md has the figures."""

from __future__ import annotations

import pytest

from bench.waits import SITUATIONS, Situation, calibrate


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.name)
def test_waits_are_told_without_much_bias_and_lie_within_the_stated_range(situation: Situation) -> None:
    ours, peer = calibrate(situation, seed=1)
    print(situation.name, ours, "peer:", peer)
    assert ours.asked > 150
    assert ours.told >= 0.95 * ours.asked
    assert abs(ours.bias) < 0.12
    assert ours.error < 0.45
    assert ours.within is not None
    assert 0.7 <= ours.within <= 0.95
    assert ours.error < 1.1 * peer.error
