from __future__ import annotations

from deploy.simulation.bank_columns import COLUMNS, cells, header, row


def test_cells_stand_between_tabs_or_commas_or_semicolons_without_what_is_around_them() -> None:
    assert cells('a, b\t"c" \r\n') == ["a, b", "c"]
    assert cells("a, b,") == ["a", "b", ""]
    assert cells("a;b") == ["a", "b"]


def test_a_header_is_known_by_its_names_and_gives_their_order_where_it_has_all() -> None:
    turned = [name.title().replace("_", " ") for name in reversed(COLUMNS)]
    assert header(turned) == tuple(reversed(COLUMNS))
    assert header([*turned, "Remark"]) == (*reversed(COLUMNS), "")
    assert header(["line", *COLUMNS[1:]]) == COLUMNS
    assert header(["OUTCOME", "x"]) is None


def test_a_row_has_as_many_cells_as_there_are_columns_but_for_empty_ones_at_its_end() -> None:
    assert row(["1", "2", "", ""], ("a", "b")) == {"a": "1", "b": "2"}
    assert row(["1", ""], ("a", "b")) == {"a": "1", "b": ""}
    assert row(["1"], ("a", "b")) is None
    assert row(["1", "2", "3"], ("a", "b")) is None
