"""Any event of any union, made from the Structs' own types."""

from __future__ import annotations

import enum
import types
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from schemas.codec import UNIONS, members
from schemas.event import Event

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_NUMBER = st.integers(-(2**63), 2**63 - 1)


@cache
def events_of(union: str) -> st.SearchStrategy[Event]:
    """Any event of that union."""
    return st.one_of([struct(member) for member in members(UNIONS[union])])


@cache
def struct(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any value of a Struct; each optional field is sometimes left at its default."""
    hints = get_type_hints(kind)
    fields = msgspec.structs.fields(kind)
    required = {field.name: value(hints[field.name]) for field in fields if field.required}
    optional = {field.name: value(hints[field.name]) for field in fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda given: kind(**given))


def value(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a field's type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return st.one_of([value(argument) for argument in arguments])
    if origin is tuple:
        return st.lists(value(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(value(arguments[0]), value(arguments[1]), max_size=3)
    return _plain(hint)


def _plain(hint: Any) -> st.SearchStrategy[Any]:
    if hint is type(None):
        return st.none()
    if hint is bool:
        return st.booleans()
    if hint is int:
        return _NUMBER
    if hint is str:
        return _TEXT
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return struct(hint)
    raise TypeError(f"no values for {hint}")
