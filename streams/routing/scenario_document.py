"""A scenario's workspace, written as in a workspace document, as the configuration that the engine obeys.

Lenient where a document for a real workspace is not: anything may be left out, names need not be declared, and
settings may stand at the top level. What is written must still be known: every wrong key or value is named by path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    OverflowSettings,
    QueueSettings,
    RoutingConfiguration,
    RoutingSettings,
    ServiceLevel,
    StatusSettings,
    StepSettings,
    TierSettings,
)
from streams.routing.policy import KEPT_BY_AGENT

UNITS_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION: Final = re.compile(r"(?:\d+(?:ms|s|m|h|d))+")
_PART: Final = re.compile(r"(\d+)(ms|s|m|h|d)")
_SECTIONS: Final = ("settings", "skills", "statuses", "tiers", "sites", "channels", "hours", "queues", "agents")


class Unreadable(ValueError):
    """The scenario is not written as scenarios are; the message names the place."""


def duration_ms(value: Any, path: str) -> int:
    """Milliseconds of `90s`, `5m`, `1m30s`; a bare 0 needs no unit."""
    if value == 0 and not isinstance(value, bool):
        return 0
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise Unreadable(f"{path}: {value!r} is not a duration such as 90s")
    return sum(int(number) * UNITS_MS[unit] for number, unit in _PART.findall(value))


def configuration(document: Mapping[str, Any]) -> RoutingConfiguration:
    """The routing configuration of a scenario's workspace.

    Raises:
        Unreadable: a key or value is wrong.
    """
    names = {field.encode_name for field in msgspec.structs.fields(RoutingSettings)}
    sections: dict[str, Any] = {}
    settings: dict[str, Any] = dict(document.get("settings") or {})
    for key, value in document.items():
        if key in _SECTIONS:
            sections[key] = value or {}
        elif key in names or f"{key}_ms" in names:
            settings[key] = value
        elif key != "workspace":
            raise Unreadable(f"workspace.{key}: unknown key")
    return RoutingConfiguration(
        settings=_record(RoutingSettings, settings, "settings"),
        skills=tuple(sections.get("skills", ())),
        statuses=_named(StatusSettings, sections, "statuses"),
        tiers=_named(TierSettings, sections, "tiers"),
        sites=tuple(sections.get("sites", ())),
        channels={
            name: _record(ChannelSettings, {"requeue_on_disconnect": name not in KEPT_BY_AGENT} | (value or {}), path)
            for name, value, path in _entries(sections, "channels")
        },
        queues=_named(QueueSettings, sections, "queues"),
        agents=_named(AgentSettings, sections, "agents"),
    )


def _entries(sections: Mapping[str, Any], section: str) -> list[tuple[str, Any, str]]:
    found = sections.get(section) or {}
    if not isinstance(found, Mapping):
        raise Unreadable(f"{section}: not a mapping")
    return [(str(name), value, f"{section}.{name}") for name, value in found.items()]


def _named(record: type[Any], sections: Mapping[str, Any], section: str) -> dict[str, Any]:
    return {name: _record(record, value or {}, path) for name, value, path in _entries(sections, section)}


def _record(record: type[Any], values: Any, path: str) -> Any:
    if not isinstance(values, Mapping):
        raise Unreadable(f"{path}: not a mapping")
    fields = {field.encode_name for field in msgspec.structs.fields(record)}
    found: dict[str, Any] = {}
    for key, value in values.items():
        where = f"{path}.{key}"
        if f"{key}_ms" in fields:
            found[f"{key}_ms"] = None if value is None else duration_ms(value, where)
        elif record is TierSettings and key == "service_level":
            found["service_level_within_ms"] = duration_ms(dict(value or {}).get("within"), f"{where}.within")
        elif key in _NESTED:
            found[key] = _NESTED[key](value, where)
        elif key in fields:
            found[key] = value
        else:
            raise Unreadable(f"{where}: unknown key")
    try:
        return msgspec.convert(found, record)
    except msgspec.ValidationError as error:
        raise Unreadable(f"{path}: {error}") from error


def _steps(value: Any, path: str) -> Any:
    if not isinstance(value, list):
        raise Unreadable(f"{path}: not a list")
    return [msgspec.to_builtins(_record(StepSettings, step, f"{path}[{at}]")) for at, step in enumerate(value)]


def _overflow(value: Any, path: str) -> Any:
    rules: dict[str, Any] = {}
    for key, rule in dict(value or {}).items():
        if key not in ("when_closed", "when_full", "when_no_agents"):
            raise Unreadable(f"{path}.{key}: unknown key")
        rules[key] = {} if rule == "stay" else rule
    try:
        return msgspec.to_builtins(msgspec.convert(rules, OverflowSettings))
    except msgspec.ValidationError as error:
        raise Unreadable(f"{path}: {error}") from error


def _service_level(value: Any, path: str) -> Any:
    found = dict(value or {})
    level: dict[str, Any] = {"within_ms": duration_ms(found.pop("within", None), f"{path}.within")}
    if "goal" in found:
        level["goal_percent"] = int(str(found.pop("goal")).rstrip(" %"))
    return msgspec.to_builtins(ServiceLevel(**level, **found))


_NESTED: Final[dict[str, Callable[[Any, str], Any]]] = {
    "steps": _steps,
    "overflow": _overflow,
    "service_level": _service_level,
}
