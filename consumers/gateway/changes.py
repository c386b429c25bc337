"""What changed since screens were last told: latest values by thing, for a whole workspace and for one scope.

However often a thing changed in between, it is told once, with its last value. What ended in between is told too: its
last value and its removal, so that no contact passes unseen. A value becomes JSON once, however many scopes are told it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from consumers.gateway.cursors import cursor_of
from consumers.gateway.scopes import Item
from schemas.concerned import Concerned
from schemas.live import Delta, Removed
from schemas.live import encode as encode_frame
from schemas.shown import Kind
from schemas.view import AnyValue, Touch, View

_VALUES: Final = msgspec.json.Encoder()


class Changed:
    """One thing: whom it concerned before, in between and now, and its last value (None for a queue)."""

    __slots__ = ("_json", "after", "before", "live", "same", "seen", "value")

    def __init__(self, touch: Touch) -> None:
        self.before: Concerned = touch.before
        self.after: Concerned = touch.after
        self.seen: frozenset[str] = frozenset((*touch.before, *touch.after))
        self.value: AnyValue | None = touch.value
        self.live = touch.live
        self.same = touch.same
        self._json: msgspec.Raw | None = None

    @property
    def json(self) -> msgspec.Raw | None:
        """The value as every frame has it, to be asked for when it changes no more; None = there is none."""
        if self._json is None and self.value is not None:
            self._json = msgspec.Raw(_VALUES.encode(self.value))
        return self._json

    def again(self, touch: Touch) -> None:
        """The thing changed once more."""
        self.after = touch.after
        self.seen = self.seen.union(touch.after)
        self.value = touch.value
        self.live = touch.live
        self.same = self.same and touch.same


class Pending:
    """What changed in a workspace since the last telling."""

    __slots__ = ("things",)

    def __init__(self) -> None:
        self.things: dict[Item, Changed] = {}

    def add(self, touches: Iterable[Touch]) -> None:
        """Takes in what a decision touched."""
        for touch in touches:
            item = (touch.kind, touch.id)
            known = self.things.get(item)
            if known is None:
                self.things[item] = Changed(touch)
            else:
                known.again(touch)

    def settle(self, view: View) -> Iterator[tuple[Item, Changed]]:
        """The changes, with queues' figures as they are now; nothing is pending afterwards."""
        things, self.things = self.things, {}
        for item, changed in things.items():
            if item[0] is Kind.QUEUE:
                changed.value = view.figures(item[1])
                changed.live = changed.value is not None
            yield item, changed


class Change:
    """What one scope is told: values set, and things removed (after their last value, if that is there); `head`: the
    configuration's version, or whether the workspace is stopped.
    """

    __slots__ = ("head", "removed", "values")

    def __init__(self) -> None:
        self.head = False
        self.values: dict[Item, msgspec.Raw] = {}
        self.removed: dict[Item, None] = {}

    def __bool__(self) -> bool:
        return self.head or bool(self.values or self.removed)

    def take(self, item: Item, changed: Changed, keys: frozenset[str]) -> None:
        """What the change means for a scope with these keys."""
        may_see = not keys.isdisjoint(changed.after)
        if changed.live and may_see:
            if not changed.same or keys.isdisjoint(changed.before):
                self._set(item, changed.json)
        elif not keys.isdisjoint(changed.seen):
            if may_see:
                self._set(item, changed.json)
            self.removed[item] = None

    def merge(self, later: Change) -> None:
        """Both in one: later values replace earlier ones, and what left the scope without a last value is not told."""
        for item in later.removed:
            self.values.pop(item, None)
        for item in later.values:
            self.removed.pop(item, None)
        self.head = self.head or later.head
        self.values.update(later.values)
        self.removed.update(later.removed)

    def _set(self, item: Item, value: msgspec.Raw | None) -> None:
        if value is not None:
            self.values[item] = value


def delta(view: View, change: Change, *, after: int, seq: int, at_ms: int, mark: str) -> bytes:
    """The frame of a change between two marks of the view's epoch."""
    values: dict[Kind, list[Any]] = {}
    for (kind, _), value in change.values.items():
        values.setdefault(kind, []).append(value)
    told = Delta(
        epoch=view.epoch,
        after=after,
        seq=seq,
        at_ms=at_ms,
        cursor=cursor_of(view.epoch, seq, mark),
        configuration_version=view.configuration_version,
        stopped=view.stopped,
        interactions=tuple(values.get(Kind.INTERACTION, ())),
        legs=tuple(values.get(Kind.LEG, ())),
        offers=tuple(values.get(Kind.OFFER, ())),
        agents=tuple(values.get(Kind.AGENT, ())),
        queues=tuple(values.get(Kind.QUEUE, ())),
        removed=_removed(change),
    )
    return encode_frame(told)


_NOTHING_REMOVED = Removed()


def _removed(change: Change) -> Removed:
    if not change.removed:
        return _NOTHING_REMOVED
    ids: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for kind, thing_id in change.removed:
        ids[kind].append(thing_id)
    return Removed(
        interactions=tuple(ids[Kind.INTERACTION]),
        legs=tuple(ids[Kind.LEG]),
        offers=tuple(ids[Kind.OFFER]),
        agents=tuple(ids[Kind.AGENT]),
        queues=tuple(ids[Kind.QUEUE]),
    )
