from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime.buckets import Buckets, RatePolicy


def test_a_burst_is_taken_at_once_and_then_what_flows_in() -> None:
    buckets = Buckets(RatePolicy(per_s=2, burst=3))
    assert [buckets.take("k", 1, 0.0) for _ in range(4)] == [None, None, None, 1]
    assert buckets.take("k", 1, 0.4) == 1
    assert buckets.take("k", 1, 0.5) is None


def test_who_asks_for_much_is_told_how_long_to_wait() -> None:
    buckets = Buckets(RatePolicy(per_s=10, burst=100))
    assert buckets.take("k", 100, 0.0) is None
    assert buckets.take("k", 50, 0.0) == 5


def test_keys_do_not_share_a_bucket() -> None:
    buckets = Buckets(RatePolicy(per_s=1, burst=1))
    assert [buckets.take("a", 1, 0.0), buckets.take("b", 1, 0.0)] == [None, None]


def test_more_than_a_burst_is_taken_from_a_full_bucket_and_owed() -> None:
    buckets = Buckets(RatePolicy(per_s=1, burst=10))
    assert buckets.take("k", 30, 0.0) is None
    assert buckets.take("k", 1, 20.0) == 1
    assert buckets.take("k", 1, 21.0) is None


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 5)), max_size=60))
def test_never_more_is_taken_than_the_burst_and_what_flowed_in(asked: list[tuple[float, int]]) -> None:
    policy = RatePolicy(per_s=3, burst=5)
    buckets, now_s, taken = Buckets(policy), 0.0, 0
    for pause_s, count in asked:
        now_s += pause_s
        taken += count if buckets.take("k", count, now_s) is None else 0
        assert taken <= policy.burst + policy.per_s * now_s + 1e-6
