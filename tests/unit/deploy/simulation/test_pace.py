from __future__ import annotations

import pytest

from deploy.simulation.pace import LONGEST_HANDLE_MS, pace_for


@pytest.mark.parametrize("rate", [0.5, 2, 20, 100])
def test_the_agents_keep_up_with_the_rate(rate: float) -> None:
    pace = pace_for(rate, agents=12)
    assert (pace.think_ms + pace.handle_ms + pace.wrap_up_ms) * rate < 12 * 1000 / 2


def test_people_do_not_talk_longer_because_few_call() -> None:
    assert pace_for(0.01, agents=12).handle_ms == LONGEST_HANDLE_MS
