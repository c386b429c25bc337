from __future__ import annotations

from collections import Counter

from deploy.simulation.draws import between, one_of, share, shuffled


def test_the_same_words_draw_the_same_number_and_others_another() -> None:
    assert share("seed", "a", 1) == share("seed", "a", 1)
    assert len({share("seed", "a", number) for number in range(1_000)}) == 1_000


def test_draws_lie_evenly_between_their_bounds() -> None:
    drawn = [between(2, 4, "seed", number) for number in range(2_000)]
    assert 2 <= min(drawn) < 2.1
    assert 3.9 < max(drawn) < 4
    assert 2.9 < sum(drawn) / len(drawn) < 3.1


def test_an_option_that_stands_twice_is_drawn_twice_as_often() -> None:
    drawn = Counter(one_of(("a", "a", "b"), "seed", number) for number in range(3_000))
    assert 1.7 < drawn["a"] / drawn["b"] < 2.3


def test_a_shuffle_keeps_everything_and_depends_on_its_words() -> None:
    options = list(range(20))
    assert sorted(shuffled(options, "seed", 1)) == options
    assert shuffled(options, "seed", 1) == shuffled(options, "seed", 1)
    assert shuffled(options, "seed", 1) != shuffled(options, "seed", 2)
