"""When a dead process is started again."""

from __future__ import annotations

import pytest

from deploy.local.restarts import RestartPolicy

POLICY = RestartPolicy(first_ms=200, longest_ms=1_000, stable_ms=30_000)


@pytest.mark.parametrize(("failures", "delay_ms"), [(2, 200), (3, 400), (4, 800), (5, 1_000), (5_000, 1_000)])
def test_each_further_failure_waits_longer_up_to_a_limit(failures: int, delay_ms: int) -> None:
    assert POLICY.delay_ms(failures) == delay_ms


def test_the_first_failure_costs_no_waiting() -> None:
    assert POLICY.delay_ms(POLICY.failures_after(0, lived_ms=5)) == 0


def test_a_process_that_lived_long_enough_begins_afresh() -> None:
    assert POLICY.failures_after(7, lived_ms=30_000) == 1


def test_a_process_that_died_young_adds_to_its_failures() -> None:
    assert POLICY.failures_after(7, lived_ms=29_999) == 8
