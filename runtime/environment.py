"""Reads groups of settings from environment variables into frozen Structs, and shows them redacted.

The Structs are the table: which variable a field is follows from its group and name (see `Names`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar, get_type_hints
from urllib.parse import urlsplit, urlunsplit

import msgspec

SettingsT = TypeVar("SettingsT", bound=msgspec.Struct)
FieldKey = tuple[str, str]
_PASSWORD_PARAMETER: Final = re.compile(r"(?i)(?<=[?&])((?:ssl)?password)=[^&#]*")


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """How fields (group, name) are called in the environment; `secrets` are never shown, `urls` without password.

    `others` are variables with the prefix that are no settings: they are for somebody else.
    """

    prefix: str
    unprefixed_group: str
    foreign: Mapping[FieldKey, str]
    secrets: frozenset[FieldKey]
    urls: frozenset[FieldKey]
    others: frozenset[str] = frozenset()

    def variable(self, group: str, name: str) -> str:
        """The environment variable of a setting."""
        foreign = self.foreign.get((group, name))
        if foreign is not None:
            return foreign
        middle = "" if group == self.unprefixed_group else f"{group.upper()}_"
        return f"{self.prefix}{middle}{name.upper()}"


class SettingsError(Exception):
    """Every problem of the environment at once, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class Shown(msgspec.Struct, frozen=True):
    """One setting as it is printed: redacted, with its source `default` or `environment`."""

    variable: str
    group: str
    name: str
    value: str | int | None
    source: str


class _Slot(msgspec.Struct, frozen=True):
    variable: str
    group: str
    name: str
    type: Any


def read(settings: type[SettingsT], names: Names, environ: Mapping[str, str]) -> SettingsT:
    """All settings; raises SettingsError with every unknown variable, with a suggestion, and every wrong value."""
    slots = {slot.variable: slot for slot in _slots(settings, names)}
    known = [name for name in environ if name.startswith(names.prefix)]
    problems = [_unknown(name, slots) for name in sorted(known) if name not in slots and name not in names.others]
    groups: dict[str, dict[str, Any]] = {}
    for slot in slots.values():
        text = environ.get(slot.variable, "")
        if text == "":
            continue
        try:
            value = msgspec.convert(text, slot.type, strict=False)
        except msgspec.ValidationError as error:
            problems.append(f"{slot.variable}: {error}")
        else:
            groups.setdefault(slot.group, {})[slot.name] = value
    if problems:
        raise SettingsError(problems)
    default = settings()
    changed = {group: msgspec.structs.replace(getattr(default, group), **values) for group, values in groups.items()}
    return msgspec.structs.replace(default, **changed)


def describe(settings: msgspec.Struct, names: Names, environ: Mapping[str, str]) -> list[Shown]:
    """Every setting with its value, redacted, and where it came from."""
    return [
        Shown(
            variable=slot.variable,
            group=slot.group,
            name=slot.name,
            value=_redacted(names, (slot.group, slot.name), getattr(getattr(settings, slot.group), slot.name)),
            source="environment" if environ.get(slot.variable) else "default",
        )
        for slot in _slots(type(settings), names)
    ]


def without_password(url: str) -> str:
    """The URL with `***` in place of its password, wherever it stands: PostgreSQL's may be a parameter too."""
    url = _PASSWORD_PARAMETER.sub(r"\1=***", url)
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.split(':', 1)[0]}:***@{host}"))


def _slots(settings: type[msgspec.Struct], names: Names) -> Iterator[_Slot]:
    for group, struct in get_type_hints(settings).items():
        hints = get_type_hints(struct, include_extras=True)
        for field in msgspec.structs.fields(struct):
            yield _Slot(names.variable(group, field.name), group, field.name, hints[field.name])


def _unknown(name: str, slots: Mapping[str, _Slot]) -> str:
    near = difflib.get_close_matches(name, slots, n=1, cutoff=0.6)
    return f"{name}: no such setting" + (f"; did you mean {near[0]}?" if near else "")


def _redacted(names: Names, key: FieldKey, value: object) -> str | int | None:
    if value is None or isinstance(value, int):
        return value
    if key in names.secrets:
        return "***"
    return without_password(str(value)) if key in names.urls else str(value)
