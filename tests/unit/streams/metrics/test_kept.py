from __future__ import annotations

from streams.metrics.kept import Stay


def test_a_stay_counts_for_a_service_level_where_there_is_a_threshold_were_it_of_no_time() -> None:
    assert [Stay(1_000, within_ms, 5_000).aims for within_ms in (None, 0, 20_000)] == [0, 1, 1]
