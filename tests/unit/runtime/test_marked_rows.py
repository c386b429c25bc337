from __future__ import annotations

from typing import NamedTuple

import pytest

from runtime.errors import Invalid
from runtime.marked_rows import check_ids, column_types, insertion, rows_of
from runtime.records import Record


class WordRow(NamedTuple):
    word: str
    number: int
    more: str | None
    size: int | None


def a_record(value: str, offset: int = 0) -> Record:
    return Record("words", 0, offset, 0, None, value.encode(), ())


def read(record: Record) -> WordRow | None:
    text = (record.value or b"").decode()
    if text == "bad":
        raise Invalid("planted")
    return WordRow(text, record.offset, None, None) if text else None


def test_of_what_comes_twice_the_first_is_kept_and_what_is_invalid_says_why() -> None:
    batch = [a_record("a", 1), a_record("bad", 2), a_record("", 3), a_record("a", 4), a_record("b", 5)]
    found = rows_of(batch, read, lambda row: row.word)
    assert [(row.word, row.number) for row in found.rows] == [("a", 1), ("b", 5)]
    assert [(letter.record.offset, letter.reason) for letter in found.dead] == [(2, "planted")]


def test_a_row_that_replaces_another_takes_its_place() -> None:
    batch = [a_record("a", 1), a_record("b", 2), a_record("a", 4), a_record("a", 3)]
    found = rows_of(batch, read, lambda row: row.word, lambda row, known: row.number > known.number)
    assert [(row.word, row.number) for row in found.rows] == [("a", 4), ("b", 2)]


@pytest.mark.parametrize("text", ["", "x" * 11, "a\nb", "\x00"])
def test_what_no_table_could_hold_is_no_id(text: str) -> None:
    check_ids({"first": "x" * 10}, 10)
    with pytest.raises(Invalid, match="second: not an id"):
        check_ids({"first": "a", "second": text}, 10)


def test_a_statement_has_an_array_a_column_of_its_type() -> None:
    types = column_types(WordRow, frozenset({"more"}))
    assert types == {"word": "text", "number": "bigint", "more": "jsonb", "size": "bigint"}
    assert insertion("words", types) == (
        "INSERT INTO words (word, number, more, size)"
        " SELECT * FROM unnest($1::text[], $2::bigint[], $3::jsonb[], $4::bigint[]) ON CONFLICT DO NOTHING"
    )
