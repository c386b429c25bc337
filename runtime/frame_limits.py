"""What a socket may ask for, whoever serves it: frames at a pace; and how a close says why. Pure: time is handed in."""

from __future__ import annotations

from typing import Final

import msgspec

REASON_BYTES: Final = 120
"""Of a close frame; the protocol allows 123."""


class FrameLimits(msgspec.Struct, frozen=True, kw_only=True):
    """One frame each `frame_every_ms` on average, `burst` at once."""

    frame_every_ms: int
    burst: int


def paid_until(limits: FrameLimits, until_ms: int, now_ms: int) -> int | None:
    """One number keeps the pace: the moment up to which frames have been paid for. It moves on with each frame; None =
    this one came too early.
    """
    after_ms = max(until_ms, now_ms) + limits.frame_every_ms
    return None if after_ms - now_ms > limits.frame_every_ms * limits.burst else after_ms


def close_reason(text: str) -> str:
    """As much of the text as a close frame holds."""
    return text.encode(errors="replace")[:REASON_BYTES].decode(errors="ignore")
