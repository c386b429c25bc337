"""Randomness: ids that must not be guessed or derived, and secrets."""

from __future__ import annotations

import secrets
from typing import Final

_ID_BYTES: Final = 15


def random_id(prefix: str) -> str:
    """A new id such as `c_4f0e...`: 120 random bits in hexadecimal after the prefix."""
    return f"{prefix}_{secrets.token_hex(_ID_BYTES)}"


def random_secret(byte_count: int = 32) -> str:
    """A new secret for a URL-safe place: a key, a password, a one-time ticket."""
    return secrets.token_urlsafe(byte_count)


def jitter(seconds: float) -> float:
    """`seconds` moved by up to a quarter either way, so that many who wait do not come back at once."""
    return seconds * (0.75 + secrets.randbelow(1000) / 2000)
