"""Whose customer is gone, and for how long. Pure.

The owner of a contact acts after the grace; any other instance after twice as long, for the owner may be gone for good. A
contact that was acted on is not looked at again for another grace.
"""

from __future__ import annotations

from collections.abc import Iterable


class Absences:
    """Remembers since when nobody holds a contact, as this process has seen it."""

    def __init__(self, instance: str, grace_ms: int) -> None:
        self._instance = instance
        self._grace_ms = grace_ms
        self._since: dict[str, int] = {}

    def look(self, absent: Iterable[tuple[str, str]], now_ms: int) -> list[str]:
        """The contacts to act on; `absent`: all that nobody holds here, with their instance."""
        seen: dict[str, int] = {}
        overdue: list[str] = []
        for interaction_id, instance in absent:
            since_ms = seen[interaction_id] = self._since.get(interaction_id, now_ms)
            patience_ms = self._grace_ms if instance == self._instance else 2 * self._grace_ms
            if now_ms - since_ms >= patience_ms:
                overdue.append(interaction_id)
        self._since = seen
        return overdue

    def again(self, interaction_id: str, since_ms: int) -> None:
        """Counts anew from that moment."""
        self._since[interaction_id] = since_ms
