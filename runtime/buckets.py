"""Token buckets: how much a key may do. Time is handed in, in seconds of a clock that never goes back."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Final

import msgspec

_REMEMBERED: Final = 10_000


class RatePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`per_s` events a second in the long run, `burst` at once."""

    per_s: int
    burst: int


class _Bucket(msgspec.Struct):
    tokens: float
    at_s: float


class Buckets:
    """One bucket a key; those used longest ago are forgotten, which only ever fills them."""

    def __init__(self, policy: RatePolicy) -> None:
        self._policy = policy
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, count: int, now_s: float) -> int | None:
        """Takes `count` tokens; None = taken, else whole seconds after which they would be there (at least 1).

        More than the burst at once is taken when the bucket is full, and owed.
        """
        bucket = self._bucket(key, now_s)
        wanted = min(count, self._policy.burst)
        if bucket.tokens < wanted:
            return max(1, math.ceil((wanted - bucket.tokens) / self._policy.per_s))
        bucket.tokens -= count
        return None

    def _bucket(self, key: str, now_s: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(self._policy.burst), now_s)
            if len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        grown = bucket.tokens + (now_s - bucket.at_s) * self._policy.per_s
        bucket.tokens = min(float(self._policy.burst), grown)
        bucket.at_s = now_s
        return bucket
