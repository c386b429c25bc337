"""What a change of a JSON Schema breaks. Pure.

Old records are read by new programs and new records by old ones, for ever; a field at its default is not in the bytes.
So a field may be added if it is optional, and a word to an enum (its readers first); nothing may be removed, change its
type, its limits or its default, or turn from optional to required or back. Whoever must, raises the event's VERSION and
writes the step in `schemas.upcast`: a new version is a new file, and is not compared with the old one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_FIXED: Final = (
    "type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
    "pattern", "format", "contentEncoding", "minItems", "maxItems", "minProperties", "maxProperties",
)  # fmt: skip
_REFERENCE: Final = "#/$defs/"
_ABSENT: Final = "<none>"


def removed(committed: Mapping[str, Schema], current: Mapping[str, Schema]) -> list[str]:
    """Events that are no longer there in any version."""
    names = {path.rpartition(".v")[0] for path in current}
    return [f"{path}: the event is gone" for path in sorted(committed) if path.rpartition(".v")[0] not in names]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Every breaking change from `old` to `new`, each with the place; empty when there is none."""
    return list(_Comparison(old, new).between(old, new, "$"))


class _Comparison:
    """Walks both schemas side by side; a pair of definitions is compared once, so recursive ones end."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[str, str]] = set()

    def between(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        names = (old.get("$ref", ""), new.get("$ref", ""))
        if all(names):
            if names in self._seen:
                return
            self._seen.add(names)
        old, new = _resolved(self._old, old), _resolved(self._new, new)
        for word in _FIXED:
            if old.get(word, _ABSENT) != new.get(word, _ABSENT):
                yield f"{path}: {word} was {old.get(word, _ABSENT)}, is {new.get(word, _ABSENT)}"
        yield from _enum_changes(old, new, path)
        yield from self._fields(old, new, path)
        yield from self._alternatives(old, new, path)
        for word in ("items", "additionalProperties", "propertyNames"):
            yield from self._inner(old.get(word), new.get(word), f"{path}.{word}")

    def _inner(self, old: Any, new: Any, path: str) -> Iterator[str]:
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from self.between(old, new, path)
        elif old != new:
            yield f"{path}: was {_kind(old)}, is {_kind(new)}"

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in before.keys() - after.keys():
            yield f"{path}.{name}: the field is gone"
        for name in sorted(needed_after - needed_before):
            yield f"{path}.{name}: is required now, older records lack it"
        for name in sorted((needed_before - needed_after) & after.keys()):
            yield f"{path}.{name}: is optional now, older readers need it"
        for name in sorted(before.keys() & after.keys()):
            where = f"{path}.{name}"
            default_before, default_after = (field.get("default", _ABSENT) for field in (before[name], after[name]))
            if default_before != default_after and not {name} <= needed_before ^ needed_after:
                yield f"{where}: the default was {default_before}, is {default_after}"
            yield from self.between(before[name], after[name], where)

    def _alternatives(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before, after = old.get("anyOf", ()), new.get("anyOf", ())
        if len(before) != len(after):
            yield f"{path}: was one of {len(before)} types, is one of {len(after)}"
            return
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from self.between(one, other, f"{path}|{index}")


def _enum_changes(old: Schema, new: Schema, path: str) -> Iterator[str]:
    if ("enum" in old) != ("enum" in new):
        yield f"{path}: a closed list of words and an open one are not the same"
        return
    for word in sorted(set(old.get("enum", ())) - set(new.get("enum", ()))):
        yield f"{path}: the word {word!r} is gone"


def _resolved(root: Schema, schema: Schema) -> Schema:
    name = schema.get("$ref")
    if name is None:
        return schema
    found: Schema = root["$defs"][name.removeprefix(_REFERENCE)]
    return found


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a schema"
    return _ABSENT if value is None else str(value)
