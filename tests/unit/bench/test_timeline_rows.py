from __future__ import annotations

from collections import Counter

from bench.timeline_rows import made

FROM_MS = 1_795_312_800_000


def test_the_rows_are_entries_of_their_own_one_in_ten_a_message_one_with_an_explanation() -> None:
    rows = made(2_000, FROM_MS)
    assert len({row.entry_id for row in rows}) == len(rows) == 2_000
    assert Counter(row.kind for row in rows)["message.posted"] == 200
    assert sum(row.explanation is not None for row in rows) == 200
    assert len({row.interaction_id for row in rows}) == 200


def test_they_are_in_the_order_of_a_log() -> None:
    rows = made(300, FROM_MS)
    assert [row.place for row in rows] == list(range(300))
    assert sorted(rows, key=lambda row: row.at_ms) == rows
    assert made(300, FROM_MS) == rows
