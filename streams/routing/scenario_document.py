"""A scenario's workspace, written as in a workspace document, as the configuration that the engine obeys.

Lenient where a document for a real workspace is not: anything may be left out, skills, sites and channels need not be
declared, and settings may stand at the top level. What is written must still be known: every wrong key, value and name
of a queue is named by its path, all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import msgspec

from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    OverflowRule,
    QueueSettings,
    RoutingConfiguration,
    RoutingSettings,
    ServiceLevel,
    StatusSettings,
    StepSettings,
    TierSettings,
)
from streams.routing.policy import KEPT_BY_AGENT
from streams.routing.scenario_names import wrong_names
from streams.routing.scenario_values import MAX_LEVEL, Unreadable, duration_ms, suggestion

SETTINGS: Final = "settings"
_ROUTED: Final = ("skills", "sites", "statuses", "tiers", "channels", "queues", "agents")
_IGNORED: Final = ("workspace", "title", "names", "card_types", "hours")
_SETTING_NAMES: Final = frozenset(field.removesuffix("_ms") for field in RoutingSettings.__struct_fields__)
_PLACE: Final = re.compile(r"(?P<message>.*) - at `\$(?P<place>.*)`")
_PERCENT: Final = re.compile(r"(\d{1,3}) ?%")
STAY: Final = "stay"
_LASTING: Final = frozenset({"offer_timeout", "connect_timeout", "expire_after"})
"""Durations that cannot be none: what ends as it begins would be begun again without end."""
_LEVELS: Final = (1, MAX_LEVEL)
_COUNT: Final = (0, None)
_LIMITS: Final[Mapping[tuple[type[Any], str], tuple[int, int | None]]] = {
    (ChannelSettings, "units"): _COUNT,
    (QueueSettings, "max_waiting"): _COUNT,
    (StepSettings, "require"): _LEVELS,
    (AgentSettings, "skills"): _LEVELS,
    (AgentSettings, "capacity"): _COUNT,
    (AgentSettings, "max"): _COUNT,
}
"""The least and the greatest that a number, or each of a mapping of numbers, may be."""


def normalised(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the settings of its top level where a real document has them, so that patches meet them.

    Raises:
        Unreadable: a setting stands in both places.
    """
    found = {str(key): value for key, value in document.items() if key not in _SETTING_NAMES}
    outside = {key: value for key, value in document.items() if key in _SETTING_NAMES}
    if outside:
        inside = found.get(SETTINGS) or {}
        twice = [key for key in outside if isinstance(inside, Mapping) and key in inside]
        if twice or not isinstance(inside, Mapping):
            raise Unreadable(
                "; ".join(f"settings.{key}: stands at the top level, too" for key in twice) or "settings: not a mapping"
            )
        found[SETTINGS] = {**inside, **outside}
    return found


def configuration(document: Mapping[str, Any], removed: Collection[str] = ()) -> RoutingConfiguration:
    """The routing configuration of a scenario's workspace. Queues in `removed` may still be named.

    Raises:
        Unreadable: keys, values or names are wrong; the message names each by its path, a line each.
    """
    reading = _Reading()
    found = reading.document(normalised(document))
    problems = reading.problems or wrong_names(found, {*found.queues, *removed})
    if problems:
        raise Unreadable("\n".join(problems))
    return found


class _Reading:
    """Reads a document; `problems` has a line for each mistake."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def document(self, document: Mapping[str, Any]) -> RoutingConfiguration:
        known = (SETTINGS, *_ROUTED, *_IGNORED)
        for key in document:
            if key not in known:
                self.problems.append(f"workspace.{key}: unknown key{suggestion(key, (*known, *_SETTING_NAMES))}")
        return RoutingConfiguration(
            settings=self.record(RoutingSettings, document.get(SETTINGS), SETTINGS) or RoutingSettings(),
            skills=self._names(document, "skills"),
            sites=self._names(document, "sites"),
            statuses=self._named(StatusSettings, document, "statuses"),
            tiers=self._named(TierSettings, document, "tiers"),
            channels={
                name: self._channel(name, settings, value)
                for name, settings, value in self._entries(ChannelSettings, document, "channels")
            },
            queues=self._named(QueueSettings, document, "queues"),
            agents=self._named(AgentSettings, document, "agents"),
        )

    def record(self, record: type[Any], values: Any, path: str) -> Any:
        """The record that a mapping stands for; None after a mistake."""
        before = len(self.problems)
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(record)}
        found: dict[str, Any] = {}
        for key, value in self._mapping(values, path).items():
            where = f"{path}.{key}"
            try:
                if (record, key) in _NESTED:
                    found.update(_NESTED[record, key](self, value, where))
                elif f"{key}_ms" in fields:
                    found[f"{key}_ms"] = None if value is None else duration_ms(value, where)
                    if key in _LASTING and not found[f"{key}_ms"]:
                        raise Unreadable(f"{where}: must last some time")
                elif key in fields:
                    found[key] = self._plain(record, key, fields[key], value, where)
                elif key != "title":
                    known = sorted(field.removesuffix("_ms") for field in fields)
                    self.problems.append(f"{where}: unknown key{suggestion(str(key), known)}")
            except Unreadable as wrong:
                self.problems.append(str(wrong))
        if len(self.problems) > before:
            return None
        return self._converted(found, record, path)

    def _converted(self, value: Any, wanted: Any, path: str) -> Any:
        try:
            return msgspec.convert(value, wanted)
        except msgspec.ValidationError as error:
            at = _PLACE.fullmatch(str(error))
            place = at["place"].removesuffix("_ms").removesuffix("[...]") if at else ""
            self.problems.append(f"{path}{place}: {at['message'] if at else error}")
            return None

    def _plain(self, record: type[Any], key: str, wanted: Any, value: Any, path: str) -> Any:
        """A value that is written as routing has it, within its limits."""
        parts = (
            {f"{path}.{name}": {name: one} for name, one in value.items()} if isinstance(value, dict) else {path: value}
        )
        for where, part in parts.items():
            before = len(self.problems)
            self._converted(part, wanted, where)
            if (record, key) in _LIMITS and len(self.problems) == before:
                number = part if part is value else next(iter(part.values()))
                self._check_limits(number, *_LIMITS[record, key], where)
        return value

    def _check_limits(self, number: int | None, least: int, most: int | None, path: str) -> None:
        if number is not None and (number < least or (most is not None and number > most)):
            self.problems.append(
                f"{path}: {number} is " + (f"less than {least}" if most is None else f"not {least} to {most}")
            )

    def _mapping(self, value: Any, path: str) -> Mapping[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.problems.append(f"{path}: not a mapping")
            return {}
        return value

    def _entries(self, record: type[Any], document: Mapping[str, Any], section: str) -> list[tuple[str, Any, Any]]:
        entries = self._mapping(document.get(section), section)
        read = [(str(name), self.record(record, value, f"{section}.{name}"), value) for name, value in entries.items()]
        return [entry for entry in read if entry[1] is not None]

    def _named(self, record: type[Any], document: Mapping[str, Any], section: str) -> dict[str, Any]:
        return {name: settings for name, settings, _ in self._entries(record, document, section)}

    def _names(self, document: Mapping[str, Any], section: str) -> tuple[str, ...]:
        found = document.get(section) or []
        if not isinstance(found, list):
            self.problems.append(f"{section}: not a list")
            return ()
        return tuple(str(name) for name in found)

    @staticmethod
    def _channel(name: str, settings: ChannelSettings, value: Any) -> ChannelSettings:
        if name in KEPT_BY_AGENT or (value and "requeue_on_disconnect" in value):
            return settings
        return msgspec.structs.replace(settings, requeue_on_disconnect=True)

    def steps(self, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, list):
            raise Unreadable(f"{path}: not a list")
        found = [self.record(StepSettings, step, f"{path}[{at}]") for at, step in enumerate(value)]
        return {"steps": [msgspec.to_builtins(step) for step in found if step is not None]}

    def overflow(self, value: Any, path: str) -> dict[str, Any]:
        rules: dict[str, Any] = {}
        for key, rule in self._mapping(value, path).items():
            where = f"{path}.{key}"
            if key not in ("when_closed", "when_full", "when_no_agents"):
                raise Unreadable(f"{where}: unknown key")
            if rule != STAY and (not isinstance(rule, Mapping) or len(rule) != 1):
                raise Unreadable(f"{where}: must be stay, {{end: WORD}} or {{overflow_to: QUEUE}}")
            read = OverflowRule() if rule == STAY else self.record(OverflowRule, rule, where)
            if read is not None and read.end not in (None, "closed", "full", "no_agents"):
                raise Unreadable(f"{where}.end: {read.end!r} is none of closed, full, no_agents")
            rules[key] = msgspec.to_builtins(read) if read is not None else {}
        return {"overflow": rules}

    def service_level(self, value: Any, path: str) -> dict[str, Any]:
        read = self.record(ServiceLevel, value, path)
        return {} if read is None else {"service_level": msgspec.to_builtins(read)}

    def tier_level(self, value: Any, path: str) -> dict[str, Any]:
        read = self.record(ServiceLevel, value, path)
        return {} if read is None else {"service_level_within_ms": read.within_ms}

    def goal(self, value: Any, path: str) -> dict[str, Any]:
        goal = _PERCENT.fullmatch(str(value))
        if goal is None or int(goal[1]) > 100:
            raise Unreadable(f"{path}: {value!r} is not a share such as 80%")
        return {"goal_percent": int(goal[1])}


_NESTED: Final[dict[tuple[type[Any], str], Callable[[_Reading, Any, str], dict[str, Any]]]] = {
    (QueueSettings, "steps"): _Reading.steps,
    (QueueSettings, "overflow"): _Reading.overflow,
    (QueueSettings, "service_level"): _Reading.service_level,
    (TierSettings, "service_level"): _Reading.tier_level,
    (ServiceLevel, "goal"): _Reading.goal,
}
"""What is not written as routing has it."""

__all__ = ["Unreadable", "configuration", "duration_ms", "normalised"]
