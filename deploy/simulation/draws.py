"""Chance that repeats: a number follows from the seed and from what is drawn, not from what was drawn before it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, TypeVar

_RANGE: Final = 1 << 64
T = TypeVar("T")


def share(*what: object) -> float:
    """A number in [0, 1) for this draw; the same for the same words."""
    text = "\x1f".join(str(word) for word in what).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") / _RANGE


def one_of(options: Sequence[T], *what: object) -> T:
    """One of the options, each as likely as it stands there often."""
    return options[int(share(*what) * len(options))]


def between(low: float, high: float, *what: object) -> float:
    """A number in [low, high)."""
    return low + (high - low) * share(*what)


def shuffled(options: Sequence[T], *what: object) -> list[T]:
    """All of the options in an order of this draw."""
    order = sorted(range(len(options)), key=lambda index: share(*what, index))
    return [options[index] for index in order]
