"""A CSV file of customers, read whole and checked line by line before anything is stored. Pure.

The first row names the columns, in any order; lines count from 1, the first row included. A customer's key is the first
of its contact points in the order of `POINT_COLUMNS`; `buys_for` names another customer by one of theirs, `kind:value`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from producers.admin.customer_record import CheckedRecord, CustomerRecord, KnownWords, RelationTo, check_record
from producers.admin.problems import suggestion
from runtime.validation import FieldError
from schemas.interactions import ContactPoint
from schemas.vocabulary import CustomerKind

POINT_COLUMNS: Final = ("card", "phone", "email", "web_account")
TEXT_COLUMNS: Final = ("name", "kind", "card_type", "tier", "language", "owner", "preferred_agent")
OTHER_COLUMNS: Final = ("do_not_contact", "buys_for")
COLUMNS: Final = (*POINT_COLUMNS, *TEXT_COLUMNS, *OTHER_COLUMNS)
SEVERAL: Final = ";"
"""Between several contact points of one kind, or several customers in `buys_for`."""
BUYS_FOR: Final = "buys_for"
_YES_NO: Final = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}


class Line(msgspec.Struct, frozen=True):
    """A customer and the line it stands in."""

    number: int
    checked: CheckedRecord


class CustomerFile(msgspec.Struct, frozen=True):
    """What a file holds: use `lines` only when there are no `problems`, whose paths are `line N` or `line N: column`."""

    lines: tuple[Line, ...]
    problems: tuple[FieldError, ...]


def read_file(rows: Iterable[str], words: KnownWords, region: str) -> CustomerFile:
    """Reads the text's rows. Customers to whom others refer come before those who refer."""
    table = csv.DictReader(rows, restkey="", restval="", strict=True)
    problems: list[FieldError] = []
    lines: list[Line] = []
    try:
        problems.extend(_of_columns(table.fieldnames))
        if not problems:
            for number, row in enumerate(table, start=2):
                line, found = _line(number, row, words, region)
                problems.extend(found)
                if line is not None:
                    lines.append(line)
    except csv.Error as error:
        problems.append(FieldError(f"line {table.line_num}", str(error)))
    problems.extend(_repeated(lines))
    ordered = sorted(lines, key=lambda line: bool(line.checked.relations))
    return CustomerFile(tuple(ordered), tuple(problems))


def _of_columns(names: Iterable[str] | None) -> Iterator[FieldError]:
    found = list(names or ())
    for name in found:
        if name not in COLUMNS:
            yield FieldError("line 1", f'no such column "{name}"' + suggestion(name, COLUMNS))
    if not set(found) & set(POINT_COLUMNS):
        yield FieldError("line 1", f"at least one of the columns {', '.join(POINT_COLUMNS)} is needed")


def _line(number: int, row: dict[str, str], words: KnownWords, region: str) -> tuple[Line | None, list[FieldError]]:
    where = f"line {number}"
    if "" in row:
        return None, [FieldError(where, "has more fields than there are columns")]
    cells = {name: value.strip() for name, value in row.items()}
    points = [ContactPoint(kind=kind, value=value) for kind in POINT_COLUMNS for value in _several(cells.get(kind, ""))]
    if not points:
        return None, [FieldError(where, "has no contact point")]
    flag = _YES_NO.get(cells.get("do_not_contact", "").lower())
    if flag is None:
        return None, [FieldError(f"{where}: do_not_contact", "must be yes or no")]
    kind = cells.get("kind", "") or CustomerKind.PERSON.value
    if kind not in set(CustomerKind):
        return None, [FieldError(f"{where}: kind", f"must be one of {', '.join(CustomerKind)}")]
    record = CustomerRecord(
        **{name: cells.get(name) or None for name in TEXT_COLUMNS if name != "kind"},
        kind=CustomerKind(kind),
        do_not_contact=flag,
        relations=tuple(RelationTo(kind=BUYS_FOR, key=key) for key in _several(cells.get(BUYS_FOR, ""))),
        contact_points=tuple(points[1:]),
    )
    checked, found = check_record(f"{points[0].kind}:{points[0].value}", record, words, region)
    if found.found:
        return None, [FieldError(f"{where}: {problem.path}", problem.detail) for problem in found.found]
    return Line(number, checked), []


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(SEVERAL) if part.strip()]


def _repeated(lines: Iterable[Line]) -> Iterator[FieldError]:
    first: dict[str, int] = {}
    for line in lines:
        for point in line.checked.points:
            before = first.setdefault(point.key, line.number)
            if before != line.number:
                yield FieldError(f"line {line.number}", f"the {point.kind} stands in line {before} too")
