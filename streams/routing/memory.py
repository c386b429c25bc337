"""What the engine remembers of the past: commands seen, interactions ended, words held, sources' marks.

Ids are remembered for at least 48 h of log time: they lie in baskets of twelve hours, and a whole basket is dropped
at once, so that remembering costs no list of dates.
"""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.inputs import InteractionUpdated
from schemas.interactions import CallbackRequested, Source

BASKET_MS: Final = 12 * 60 * 60 * 1000
BASKETS_KEPT: Final = 5


class Held(msgspec.Struct, omit_defaults=True):
    """What came for an interaction that was not known: the customer left or asks for a callback, attributes were learnt."""

    left: bool = False
    updates: list[InteractionUpdated] = []
    callback: CallbackRequested | None = None


class Basket(msgspec.Struct, omit_defaults=True):
    """Twelve hours: `number` is log time divided by them."""

    number: int
    commands: dict[str, None] = {}
    ended: dict[str, None] = {}
    held: dict[str, Held] = {}


class Memory:
    """The baskets, newest first, and one mark per source."""

    __slots__ = ("baskets", "marks")

    def __init__(self) -> None:
        self.baskets: list[Basket] = [Basket(0)]
        self.marks: dict[str, tuple[int, int]] = {}

    def advance(self, now_ms: int) -> None:
        """Begin a new basket when it is time, and forget what is too old."""
        number = now_ms // BASKET_MS
        if number > self.baskets[0].number:
            self.baskets.insert(0, Basket(number))
            self.baskets = [b for b in self.baskets if number - b.number < BASKETS_KEPT]

    def command_is_new(self, command: str) -> bool:
        """Remember a command; False when it was known."""
        for basket in self.baskets:
            if command in basket.commands:
                return False
        self.baskets[0].commands[command] = None
        return True

    def remember_ended(self, interaction_id: str) -> None:
        """The interaction is over."""
        self.baskets[0].ended[interaction_id] = None

    def has_ended(self, interaction_id: str) -> bool:
        """Whether the interaction was here and is over."""
        return any(interaction_id in basket.ended for basket in self.baskets)

    def hold(self, interaction_id: str) -> Held:
        """The record of what is held for an unknown interaction."""
        for basket in self.baskets:
            if interaction_id in basket.held:
                return basket.held[interaction_id]
        return self.baskets[0].held.setdefault(interaction_id, Held())

    def release(self, interaction_id: str) -> Held | None:
        """Take out what is held for an interaction that has come."""
        for basket in self.baskets:
            if basket.held and interaction_id in basket.held:
                return basket.held.pop(interaction_id)
        return None

    def source_is_new(self, source: Source) -> bool:
        """Move the source's mark; False when the input is not above it."""
        key = f"{source.name}/{source.partition}"
        mark = (source.offset, source.index)
        if mark <= self.marks.get(key, (-1, -1)):
            return False
        self.marks[key] = mark
        return True
