"""Records of a topic to rows of a table: what the writers share. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, get_type_hints

from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.marked_writer import Row, Rows
from runtime.records import Record
from runtime.storable import storable

_NUMBERS: Final = (int, int | None)


def check_ids(ids: Mapping[str, str], most_characters: int) -> None:
    """Raises Invalid for the first that no table could hold as an id."""
    for name, text in ids.items():
        if not 0 < len(text) <= most_characters or not text.isprintable():
            raise Invalid(f"{name}: not an id")


def texts(value: object, names: Iterable[str]) -> dict[str, str | None]:
    """Fields of a value as texts that PostgreSQL can hold, by their names."""
    return {name: storable(getattr(value, name)) for name in names}


def rows_of(
    batch: Sequence[Record],
    read: Callable[[Record], Row | None],
    identity: Callable[[Row], Hashable],
    replaces: Callable[[Row, Row], bool] | None = None,
) -> Rows[Row]:
    """Reads every record, and never raises for one that `read` calls Invalid; None is no row.

    Of several rows of one identity the first is kept, or any that `replaces` it.
    """
    rows: dict[Hashable, Row] = {}
    dead: list[DeadLetter] = []
    for record in batch:
        try:
            row = read(record)
        except Invalid as error:
            dead.append(DeadLetter(record, error.reason))
            continue
        if row is not None:
            known = rows.setdefault(identity(row), row)
            if replaces is not None and replaces(row, known):
                rows[identity(row)] = row
    return Rows(list(rows.values()), dead)


def column_types(row: type[NamedTuple], json: frozenset[str] = frozenset()) -> dict[str, str]:
    """The columns that the fields of a row are, in their order, each with its type; `json` names texts that hold JSON."""
    hints = get_type_hints(row)
    return {name: "jsonb" if name in json else "bigint" if hints[name] in _NUMBERS else "text" for name in row._fields}


def insertion(table: str, types: Mapping[str, str], conflict: str = "DO NOTHING") -> str:
    """The statement that puts rows in, given as an array a column, `$1` the first. Names are the program's own words."""
    arrays = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(types.values(), 1))
    return f"INSERT INTO {table} ({', '.join(types)}) SELECT * FROM unnest({arrays}) ON CONFLICT {conflict}"  # noqa: S608 - See above.
