"""A command that changes nothing, and why."""

from __future__ import annotations

from schemas.vocabulary import Refusal


class Refused(Exception):
    """Raised by a handler before it has changed anything."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
