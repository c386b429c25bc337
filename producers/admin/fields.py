"""How one value of a document is read: readers for durations, numbers, words and nested tables of keys.

A reader returns the value as routing has it, or `BAD` after saying what is wrong. A table maps the document's keys to
the names of `schemas.configuration`; keys that are in no table are errors with a suggestion.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from producers.admin.durations import duration_ms, percent
from producers.admin.problems import Problems, at_index, at_key, suggestion

BAD: Final[Any] = object()
"""What a reader returns after it said what is wrong."""

_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}")

Reader = Callable[[Problems, Any, str], Any]
"""(where errors go, value, path) to the value that was meant."""


class Key(msgspec.Struct, frozen=True):
    """A key of a table: the name it has in routing, and its reader; `nullable` lets null stand for None."""

    target: str
    read: Reader
    nullable: bool = False


Table = Mapping[str, Key]


def read_table(problems: Problems, table: Table, value: Any, path: str) -> dict[str, Any]:
    """The values of a mapping by their names in routing; those that are wrong are left out."""
    found: dict[str, Any] = {}
    for key, inner in mapping(problems, value, path).items():
        where = at_key(path, key)
        if key not in table:
            problems.add(where, "no such key" + suggestion(key, table))
            continue
        wanted = table[key]
        read = None if inner is None and wanted.nullable else wanted.read(problems, inner, where)
        if read is not BAD:
            found[wanted.target] = read
    return found


def mapping(problems: Problems, value: Any, path: str) -> dict[str, Any]:
    """The mapping itself; nothing written is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        problems.add(path, "must be a mapping")
        return {}
    return value


def struct(kind: type[msgspec.Struct], table: Table) -> Reader:
    """A nested table that becomes a Struct. What is wrong in it is left at its default, after it has been said."""
    required = {field.name for field in msgspec.structs.fields(kind) if field.required}
    written = {key.target: name for name, key in table.items()}

    def read(problems: Problems, value: Any, path: str) -> Any:
        before = len(problems.found)
        values = read_table(problems, table, value, path)
        missing = sorted(required - set(values))
        if missing and len(problems.found) == before:
            for name in missing:
                problems.add(path, f'"{written[name]}" is missing')
        return BAD if missing else kind(**values)

    return read


def named(inner: Reader) -> Reader:
    """A mapping from names (ids that people choose) to what `inner` reads."""

    def read(problems: Problems, value: Any, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, entry in mapping(problems, value, path).items():
            where = at_key(path, name)
            if not is_id(name):
                problems.add(where, BAD_ID)
                continue
            outcome = inner(problems, entry, where)
            if outcome is not BAD:
                found[name] = outcome
        return found

    return read


def listed(inner: Reader) -> Reader:
    """A list of what `inner` reads, as a tuple."""

    def read(problems: Problems, value: Any, path: str) -> Any:
        if value is None:
            return ()
        if not isinstance(value, list):
            problems.add(path, "must be a list")
            return BAD
        items = [inner(problems, item, at_index(path, index)) for index, item in enumerate(value)]
        return tuple(item for item in items if item is not BAD)

    return read


def unique(inner: Reader) -> Reader:
    """As `inner`, a list in which nothing stands twice."""

    def read(problems: Problems, value: Any, path: str) -> Any:
        items = inner(problems, value, path)
        if items is not BAD:
            for index, item in enumerate(items):
                if item in items[:index]:
                    problems.add(at_index(path, index), f'"{item}" stands twice')
        return items

    return read


BAD_ID: Final = "a name has 1 to 64 letters, digits, _, - or . (names for screens go under title)"


def is_id(text: str) -> bool:
    """Whether a text can name a queue, a skill, an agent and the like."""
    return _ID.fullmatch(text) is not None


def identifier(problems: Problems, value: Any, path: str) -> Any:
    if isinstance(value, str) and is_id(value):
        return value
    problems.add(path, BAD_ID)
    return BAD


def boolean(problems: Problems, value: Any, path: str) -> Any:
    if isinstance(value, bool):
        return value
    problems.add(path, "must be true or false")
    return BAD


def integer(low: int, high: int) -> Reader:
    """A whole number within both limits."""

    def read(problems: Problems, value: Any, path: str) -> Any:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        problems.add(path, f"must be a whole number from {low} to {high}")
        return BAD

    return read


def duration(low_ms: int = 0) -> Reader:
    """Milliseconds of a duration with its unit."""

    def read(problems: Problems, value: Any, path: str) -> Any:
        try:
            total_ms = duration_ms(value if isinstance(value, str) else "")
        except ValueError as error:
            problems.add(path, str(error))
            return BAD
        if total_ms < low_ms:
            problems.add(path, f"must be at least {low_ms} ms")
            return BAD
        return total_ms

    return read


def share(problems: Problems, value: Any, path: str) -> Any:
    try:
        return percent(value if isinstance(value, str) else "")
    except ValueError as error:
        problems.add(path, str(error))
        return BAD


def one_of(words: tuple[str, ...]) -> Reader:
    """One of a closed list of words."""

    def read(problems: Problems, value: Any, path: str) -> Any:
        if isinstance(value, str) and value in words:
            return value
        hint = suggestion(value, words) if isinstance(value, str) else ""
        problems.add(path, f"must be one of {', '.join(words)}{hint}")
        return BAD

    return read


def time_zone(problems: Problems, value: Any, path: str) -> Any:
    """A name of the IANA time zone database."""
    if isinstance(value, str) and value in zoneinfo.available_timezones():
        return value
    problems.add(path, "must be a time zone such as Asia/Shanghai")
    return BAD


def anything(_problems: Problems, value: Any, _path: str) -> Any:
    """For what is read elsewhere."""
    return value
