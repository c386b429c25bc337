from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.console.watch_layout import AGENTS, FIGURES, GAP, Column, fitting, shares

FIRST = {
    "name",
    "waiting",
    "longest",
    "arrived",
    "offered",
    "answered",
    "abandoned",
    "service_level",
    "goal",
    "asa",
    "aht",
}
"""What every terminal of 80 columns must show."""


def keys(columns: list[Column]) -> list[str]:
    return [column.key for column in columns]


def used(columns: list[Column]) -> int:
    return sum(column.width for column in columns) + GAP * (len(columns) - 1)


def test_eighty_columns_have_all_that_was_promised() -> None:
    chosen = fitting(FIGURES, [0] * len(FIGURES), 80)
    assert set(keys(chosen)) >= FIRST
    assert used(chosen) <= 80


def test_columns_go_by_importance_and_stand_in_their_order() -> None:
    columns = (Column("a", 4, 0), Column("b", 4, 2), Column("c", 4, 1))
    assert keys(fitting(columns, [0, 0, 0], 14)) == ["a", "b", "c"]
    assert keys(fitting(columns, [0, 0, 0], 13)) == ["a", "c"]


def test_a_column_is_as_wide_as_its_title() -> None:
    columns = (Column("a", 4, 0), Column("b", 4, 1))
    assert [column.width for column in fitting(columns, [0, 9], 14)] == [4, 9]
    assert keys(fitting(columns, [0, 11], 15)) == ["a"]


@given(width=st.integers(20, 300), titles=st.integers(0, 14))
@pytest.mark.parametrize("columns", [FIGURES, AGENTS])
def test_what_is_chosen_fits_however_wide_the_terminal(columns: tuple[Column, ...], width: int, titles: int) -> None:
    chosen = fitting(columns, [titles] * len(columns), width)
    always = [column for column in columns if column.importance == 0]
    least = sum(max(column.width, titles) for column in always) + GAP * (len(always) - 1)
    assert set(keys(chosen)) >= {column.key for column in always}
    assert used(chosen) <= max(width, least)


def test_all_of_the_first_section_is_shown_before_the_others_get_more_than_some() -> None:
    assert shares([2, 3, 1], 100) == [2, 3, 1]
    assert shares([5, 12, 4, 4], 14) == [5, 3, 3, 0]
    assert shares([5, 12, 4, 4], 16) == [5, 3, 3, 1]
    assert shares([5, 12, 4, 4], 20) == [5, 5, 3, 3]
    assert shares([9, 9, 9], 12) == [7, 3, 0]
    assert shares([9, 0, 9], 7) == [6, 0, 0]
    assert shares([9, 9], 1) == [0, 0]
    assert shares([9], -3) == [0]


@given(wanted=st.lists(st.integers(0, 40), max_size=6), rows=st.integers(-5, 120))
def test_no_more_rows_are_given_than_there_are(wanted: list[int], rows: int) -> None:
    given_rows = shares(wanted, rows)
    assert sum(count + 1 for count in given_rows if count) <= max(0, rows)
    assert all(count <= asked for count, asked in zip(given_rows, wanted, strict=True))
    if sum(count + 1 for count in wanted if count) <= rows:
        assert given_rows == wanted
