from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.admin.durations import LIMIT_MS, duration_ms, percent, written


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [("0s", 0), ("250ms", 250), ("90s", 90_000), ("5m", 300_000), ("1h30m", 5_400_000), ("2d", 172_800_000)],
)
def test_a_duration_is_read_in_milliseconds(text: str, expected_ms: int) -> None:
    assert duration_ms(text) == expected_ms


@pytest.mark.parametrize("text", ["", "90", "s", "1.5h", "-5s", "90 s", "30m1h", "5s5s", "1h30", "٣s", "401d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|unit"):
        duration_ms(text)


@given(st.integers(min_value=0, max_value=LIMIT_MS))
def test_what_is_written_is_read_back(total_ms: int) -> None:
    assert duration_ms(written(total_ms)) == total_ms


@pytest.mark.parametrize(("text", "expected"), [("80%", 80), ("0%", 0), ("100%", 100), ("80 %", 80)])
def test_a_share_is_read_in_percent(text: str, expected: int) -> None:
    assert percent(text) == expected


@pytest.mark.parametrize("text", ["80", "101%", "-1%", "0.8", ""])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="80%"):
        percent(text)
