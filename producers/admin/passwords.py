"""Passwords: argon2id, off the event loop, the same work for a user who does not exist; and how often one may try."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from runtime.clock import Clock
from runtime.ids import random_secret

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 1_000
_PARALLEL: Final = 2


class WeakPassword(Exception):
    """A password that is too short or too long; the message says the limits."""


class Passwords:
    """Hashes and checks passwords with argon2's own defaults (RFC 9106, 64 MiB); at most two at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._slots = asyncio.Semaphore(_PARALLEL)
        self._nobody = self._hasher.hash(random_secret())

    async def hash(self, password: str) -> str:
        """Raises WeakPassword."""
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise WeakPassword(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters")
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, known_hash: str | None, password: str) -> bool:
        """Whether the password is right; None = no such user: the same work, and False."""
        if len(password) > MAX_LENGTH:
            return False
        async with self._slots:
            right = await asyncio.to_thread(self._matches, known_hash or self._nobody, password)
        return right and known_hash is not None

    def _matches(self, known_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(known_hash, password)
        except (VerificationError, InvalidHashError):
            return False


class Pace(msgspec.Struct, frozen=True):
    """`burst` attempts at once, then one each `refill_s`."""

    burst: int
    refill_s: float


USER_PACE: Final = Pace(burst=5, refill_s=10.0)
ADDRESS_PACE: Final = Pace(burst=50, refill_s=1.0)


class Attempts:
    """Token buckets by name; an attempt that succeeded is given back. At most `capacity` names are remembered."""

    def __init__(self, pace: Pace, clock: Clock, capacity: int = 100_000) -> None:
        self._pace = pace
        self._clock = clock
        self._capacity = capacity
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float | None:
        """Counts an attempt: None when it is allowed, else the seconds after which the next one is."""
        now = self._clock.monotonic()
        level = self._level(name, now)
        if level < 1:
            return (1 - level) * self._pace.refill_s
        self._set(name, now, level - 1)
        return None

    def give_back(self, name: str) -> None:
        """The attempt was a good one."""
        now = self._clock.monotonic()
        self._set(name, now, min(self._pace.burst, self._level(name, now) + 1))

    def _level(self, name: str, now: float) -> float:
        at, level = self._levels.get(name, (now, float(self._pace.burst)))
        return min(self._pace.burst, level + (now - at) / self._pace.refill_s)

    def _set(self, name: str, now: float, level: float) -> None:
        self._levels[name] = (now, level)
        self._levels.move_to_end(name)
        if len(self._levels) > self._capacity:
            self._levels.popitem(last=False)
