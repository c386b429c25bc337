from __future__ import annotations

import pytest

from deploy.demo.findings import History


@pytest.mark.parametrize(("missing", "without_end", "whole"), [(0, 0, True), (1, 0, False), (0, 1, False)])
def test_a_history_is_whole_when_no_contact_and_no_end_is_missing(missing: int, without_end: int, whole: bool) -> None:
    assert History(rows=5, lag_p99_ms=None, missing=missing, without_end=without_end).is_whole is whole
