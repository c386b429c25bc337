from __future__ import annotations

from runtime.frame_limits import REASON_BYTES, FrameLimits, close_reason, paid_until

LIMITS = FrameLimits(frame_every_ms=50, burst=3)


def test_a_burst_may_come_at_once_and_then_one_frame_at_a_time() -> None:
    until_ms = 0
    for _ in range(LIMITS.burst):
        paid = paid_until(LIMITS, until_ms, 1_000)
        assert paid is not None
        until_ms = paid
    assert paid_until(LIMITS, until_ms, 1_000) is None
    assert paid_until(LIMITS, until_ms, 1_049) is None
    assert paid_until(LIMITS, until_ms, 1_050) == until_ms + 50


def test_who_was_silent_saves_no_more_than_a_burst() -> None:
    assert paid_until(LIMITS, 0, 60_000) == 60_050


def test_a_reason_fits_into_a_close_frame_whole_signs_only() -> None:
    assert close_reason("short") == "short"
    assert close_reason("太长" * 100) == "太长" * (REASON_BYTES // 6)
    assert close_reason("\ud800") == "?"
