"""A posted value as a Struct, or every error in it at once, each with its path.

msgspec stops at the first error: only then is the value walked, place by place.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T")


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong at one place: a path such as `$.data.contact_points[0].value`, or `header ce-id`.

    `line` counts from 1 and is given where the text is known.
    """

    path: str
    detail: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}" if self.path else self.detail


def convert(value: Any, wanted: type[T], path: str) -> T | list[FieldError]:
    """`value` (of built-in types, as JSON gives them) as a `wanted`, or what is wrong with it."""
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return errors_in(value, wanted, path)


def errors_in(value: Any, hint: Any, path: str) -> list[FieldError]:
    """Every error of `value` against the annotation `hint`; empty when there is none."""
    inner = [
        error
        for part, part_hint, part_path in _parts(value, hint, path)
        for error in errors_in(part, part_hint, part_path)
    ]
    found = [*inner, *_shape_errors(value, hint, path)]
    if found:
        return found
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        return [FieldError(path, str(error).split(" - at `", 1)[0])]
    return []


def nul_errors(value: Any, path: str) -> Iterator[FieldError]:
    """The places of U+0000, which no store of text takes."""
    if isinstance(value, str):
        if "\x00" in value:
            yield FieldError(path, "U+0000 is not allowed in text")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from nul_errors(key, f"{path}.{key}")
            yield from nul_errors(part, f"{path}.{key}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from nul_errors(part, f"{path}[{index}]")


def _bare(hint: Any) -> Any:
    """The annotation without its limits and without `| None`."""
    while True:
        origin = get_origin(hint)
        if origin is Annotated:
            hint = get_args(hint)[0]
        elif origin in {Union, types.UnionType}:
            others = [member for member in get_args(hint) if member is not type(None)]
            if len(others) != 1:
                return hint
            hint = others[0]
        else:
            return hint


def _parts(value: Any, hint: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    bare = _bare(hint)
    if isinstance(value, dict) and _is_struct(bare):
        hints = get_type_hints(bare, include_extras=True)
        for name, part in value.items():
            if name in hints:
                yield part, hints[name], f"{path}.{name}"
    elif isinstance(value, dict) and get_origin(bare) is dict:
        key_hint, value_hint = get_args(bare)
        for name, part in value.items():
            yield name, key_hint, f"{path}.{name}"
            yield part, value_hint, f"{path}.{name}"
    elif isinstance(value, list) and get_origin(bare) is tuple:
        for index, part in enumerate(value):
            yield part, get_args(bare)[0], f"{path}[{index}]"


def _shape_errors(value: Any, hint: Any, path: str) -> Iterator[FieldError]:
    """Fields that are missing or unknown."""
    bare = _bare(hint)
    if not (isinstance(value, dict) and _is_struct(bare)):
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(bare)}
    for name, field in fields.items():
        if field.required and name not in value:
            yield FieldError(f"{path}.{name}", "is required")
    for name in value:
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1)
            yield FieldError(f"{path}.{name}", "is not known here" + (f"; did you mean {near[0]}?" if near else ""))


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)
