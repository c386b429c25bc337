"""The newest figures of one workspace, and what of them is new since a place in their history. Pure.

What is here is always complete up to its `(epoch, seq)`: `schemas.measurement` says what is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec

from schemas.measurement import Assembly
from schemas.metrics import Dimension, LiveGroup, MetricsMeasured

Key = tuple[Dimension, str]
Sight = Mapping[Dimension, frozenset[str] | None]
"""What may be seen: of these dimensions the groups with these ids, None = all of them."""
NOTHING: Final = 0
REMOVED_KEPT: Final = 1_000


class News(NamedTuple):
    """What somebody lacks: everything there is when `whole`, else what changed and what is gone."""

    whole: bool
    groups: tuple[LiveGroup, ...]
    removed: tuple[Key, ...]


class Figures:
    """`version` counts the measurements taken; `head` is the last one, without its groups."""

    def __init__(self) -> None:
        self.version = NOTHING
        self.head: MetricsMeasured | None = None
        self._groups: dict[Key, LiveGroup] = {}
        self._changed: dict[Key, int] = {}
        self._removed: dict[Key, int] = {}
        self._removed_since = NOTHING + 1
        self._assembly = Assembly()

    def take(self, measured: MetricsMeasured) -> bool:
        """Takes a record in; True when the figures moved on by it."""
        parts = self._assembly.take(measured)
        if parts is None:
            return False
        self._apply(parts)
        return True

    def since(self, version: int, sight: Sight) -> News:
        """What one who was told up to that version (NOTHING = nothing) lacks of what the sight allows."""
        if version < self._removed_since:
            return News(True, self._seen(sight, lambda _: True), ())
        groups = self._seen(sight, lambda key: self._changed[key] > version)
        removed = tuple(key for key, at in self._removed.items() if at > version and allows(sight, key))
        return News(False, groups, removed)

    def _seen(self, sight: Sight, wanted: Callable[[Key], bool]) -> tuple[LiveGroup, ...]:
        return tuple(group for key, group in self._groups.items() if wanted(key) and allows(sight, key))

    def _apply(self, parts: list[MetricsMeasured]) -> None:
        self.version += 1
        self.head = msgspec.structs.replace(parts[-1], groups=())
        brought = {(group.dimension, group.id): group for part in parts for group in part.groups}
        for key, group in brought.items():
            if self._groups.get(key) != group:
                self._groups[key] = group
                self._changed[key] = self.version
                self._removed.pop(key, None)
        if parts[-1].whole:
            for key in [key for key in self._groups if key not in brought]:
                del self._groups[key], self._changed[key]
                self._removed[key] = self.version
        if len(self._removed) > REMOVED_KEPT:
            self._removed.clear()
            self._removed_since = self.version


def allows(sight: Sight, key: Key) -> bool:
    """Whether the sight has that group."""
    dimension, name = key
    if dimension not in sight:
        return False
    ids = sight[dimension]
    return ids is None or name in ids
