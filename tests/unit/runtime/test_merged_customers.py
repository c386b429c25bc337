from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime.merged_customers import first_said, survivor_of


def test_who_is_not_merged_is_read_as_themselves() -> None:
    assert survivor_of({}, "a") == "a"
    assert survivor_of({"b": "c"}, "a") == "a"


def test_a_chain_is_followed_to_its_end() -> None:
    assert survivor_of({"a": "b", "b": "c"}, "a") == "c"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12), st.randoms())
def test_in_whatever_order_merges_are_undone_nobody_is_left_merged(
    pairs: list[tuple[int, int]], chance: object
) -> None:
    live: dict[str, str] = {}
    for merged, survivor in pairs:
        below, above = f"c{merged}", f"c{survivor}"
        if below != above and below not in live and above not in live:
            live[below] = above
    undone = sorted(live)
    chance.shuffle(undone)  # type: ignore[attr-defined]  # Hypothesis' own Random.
    for one in undone:
        del live[one]
        assert survivor_of(live, one) == one
    assert all(survivor_of(live, f"c{number}") == f"c{number}" for number in range(6))


def test_the_first_who_says_something_is_believed() -> None:
    assert first_said([None, "vip", "gold"]) == "vip"
    assert first_said([None, None]) is None
    assert first_said([]) is None
