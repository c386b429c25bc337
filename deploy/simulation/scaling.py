"""A workspace document for time that runs faster: all its durations divided by the speed. Pure.

What a wire and a socket need in real time cannot be divided: such durations keep a least length, and each that was
kept longer is named.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from producers.admin.durations import duration_ms, written
from schemas.configuration import ChannelSettings, QueueSettings, RoutingSettings

DURATIONS: Final[dict[str, int]] = {
    "settings.priority_step": 0,
    "settings.reoffer_after": 0,
    "settings.reoffer_pause": 0,
    "settings.resume_within": 0,
    "settings.reconnect_grace": 5_000,
    "settings.connect_timeout": 5_000,
    "settings.not_responding_for": 1,
    "tiers.*.head_start": 0,
    "tiers.*.service_level.within": 1,
    "channels.*.offer_timeout": 5_000,
    "channels.*.wrap_up": 0,
    "queues.*.service_level.within": 1,
    "queues.*.short_abandon": 0,
    "queues.*.wrap_up": 0,
    "queues.*.expire_after": 1,
    "queues.*.steps.*.at": 0,
    "queues.*.steps.*.head_start": 0,
    "agents.*.wrap_up": 0,
}
"""Every duration of a document, by the pattern of its path, with the least that it may become, in ms."""


class Scaled(msgspec.Struct, frozen=True):
    """The document, and what each duration became that could not be divided as far: path to `written`."""

    document: dict[str, Any]
    kept: dict[str, str]


def scaled(document: dict[str, Any], speed: float) -> Scaled:
    """Divides. What is left out of settings and listed channels and queues is written with its default first: that is a
    duration too.
    """
    whole = _with_defaults(document)
    kept: dict[str, str] = {}
    for pattern, least_ms in DURATIONS.items():
        for holder, key, path in _found(whole, pattern.split("."), ""):
            if not isinstance(holder[key], str):
                continue
            was_ms = duration_ms(holder[key])
            wanted_ms = round(was_ms / speed)
            becomes_ms = max(wanted_ms, min(least_ms, was_ms))
            holder[key] = written(becomes_ms)
            if becomes_ms > wanted_ms:
                kept[path] = written(becomes_ms)
    return Scaled(whole, kept)


def _with_defaults(document: dict[str, Any]) -> dict[str, Any]:
    whole = copy.deepcopy(document)
    _fill(whole.setdefault("settings", {}), "settings", RoutingSettings())
    for channel in whole.get("channels", {}).values():
        _fill(channel, "channels.*", ChannelSettings())
    for queue in whole.get("queues", {}).values():
        _fill(queue, "queues.*", QueueSettings())
    return whole


def _fill(entry: dict[str, Any], section: str, defaults: msgspec.Struct) -> None:
    """Writes those durations of a section that are left out and have a default that is not none or zero."""
    for pattern in DURATIONS:
        parent, _, key = pattern.rpartition(".")
        default_ms = getattr(defaults, f"{key}_ms", None)
        if parent == section and key not in entry and default_ms:
            entry[key] = written(default_ms)


def _found(node: Any, pattern: list[str], path: str) -> Iterator[tuple[Any, Any, str]]:
    """Each place that the pattern names: what holds it, its key there, its whole path."""
    key, *rest = pattern
    if isinstance(node, list):
        keys: list[Any] = list(range(len(node))) if key == "*" else []
    elif isinstance(node, dict):
        keys = list(node) if key == "*" else [key] if key in node else []
    else:
        keys = []
    for one in keys:
        here = f"{path}[{one}]" if isinstance(one, int) else f"{path}.{one}".lstrip(".")
        if rest:
            yield from _found(node[one], rest, here)
        else:
            yield node, one, here
