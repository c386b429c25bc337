from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.query.masking import masked


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", "+8613800138000", "***8000"),
        ("phone", "110", "***"),
        ("email", "li@example.com", "l***@example.com"),
        ("email", "l@example.com", "***"),
        ("email", "nonsense", "***"),
        ("card", "60012345", "***2345"),
        ("card", "6001", "***"),
        ("web_account", "li.lei.1990", "***"),
        ("loyalty", "1234567890", "***"),
    ],
)
def test_enough_is_left_to_compare_and_no_more(kind: str, value: str, shown: str) -> None:
    assert masked(kind, value) == shown


@given(st.sampled_from(["phone", "card"]), st.text("0123456789", min_size=1, max_size=20))
def test_at_least_half_of_a_number_is_hidden(kind: str, value: str) -> None:
    assert len(masked(kind, value).replace("*", "")) <= len(value) / 2
