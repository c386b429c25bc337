from __future__ import annotations

import pytest

from bench.measures import Machine, Repeat, Sense, Series, Target, is_met, percentile, spread, summarise

MACHINE = Machine("2 x abacus", {"python": "3.11"})
HALF = Target(Sense.AT_LEAST, 0.5, 0.65)


def test_a_repeat_compares_the_mean_of_both_measurements_of_ours_with_the_peers() -> None:
    repeat = Repeat(before=4, peer=10, after=8)
    assert (repeat.ours, repeat.ratio) == (6, 0.6)


def test_a_result_has_medians_and_how_far_the_ratios_lie_apart() -> None:
    repeats = (Repeat(4, 10, 4), Repeat(5, 10, 5), Repeat(9, 10, 9))
    result = summarise(Series("pipeline", "inputs/s", repeats, HALF), MACHINE)
    assert (result.ours, result.peer, result.ratio) == (5, 10, 0.5)
    assert result.spread == pytest.approx(1.0)
    assert (result.target, result.aim, result.met, result.repeats) == (0.5, 0.65, True, 3)
    assert (result.cpu, result.versions) == ("2 x abacus", {"python": "3.11"})


def test_what_is_only_reported_has_no_target_and_no_verdict() -> None:
    result = summarise(Series("latency-1000", "ms p99", (Repeat(1, 1, 1),)), MACHINE)
    assert (result.target, result.met, result.spread) == (None, None, None)


def test_what_was_never_measured_has_no_result() -> None:
    with pytest.raises(ValueError, match="never measured"):
        summarise(Series("pipeline", "inputs/s", ()), MACHINE)


@pytest.mark.parametrize(
    ("sense", "ratio", "met"),
    [
        (Sense.AT_LEAST, 0.5, True),
        (Sense.AT_LEAST, 0.49, False),
        (Sense.AT_MOST, 1.5, True),
        (Sense.AT_MOST, 1.51, False),
    ],
)
def test_a_target_is_met_on_its_good_side_and_at_its_border(sense: Sense, ratio: float, met: bool) -> None:
    assert is_met(ratio, Target(sense, 0.5 if sense is Sense.AT_LEAST else 1.5)) is met


def test_one_value_has_no_spread() -> None:
    assert spread([3.0]) is None


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (99, 99), (100, 100), (1, 1)])
def test_a_percentile_is_the_value_that_so_many_do_not_exceed(percent: float, value: float) -> None:
    assert percentile([float(one) for one in range(100, 0, -1)], percent) == value


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 99)
