"""What became of commands, as decisions tell it."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from schemas.decisions import CommandRefused, Decision, DuplicateIgnored
from schemas.live import Outcome, Result

REMEMBERED: Final = 10_000

Key = tuple[str, str]
"""Workspace and command id."""


class Results:
    """The newest results of all commands, of other gateways' too: a repeated command is answered without the log."""

    def __init__(self, limit: int = REMEMBERED) -> None:
        self._limit = limit
        self._known: OrderedDict[Key, Result] = OrderedDict()

    def take(self, decision: Decision) -> Result | None:
        """The result that this decision is, if it is one. A repetition has the result of the first time, if known."""
        command_id: str | None = getattr(decision, "command_id", None)
        if command_id is None:
            return None
        key = (decision.workspace, command_id)
        if isinstance(decision, DuplicateIgnored) and key in self._known:
            return self._known[key]
        result = _result(decision, command_id)
        self._known[key] = result
        if len(self._known) > self._limit:
            self._known.popitem(last=False)
        return result

    def of(self, workspace: str, command_id: str) -> Result | None:
        """The result of a command that was decided lately."""
        return self._known.get((workspace, command_id))


def _result(decision: Decision, command_id: str) -> Result:
    refused = decision if isinstance(decision, CommandRefused) else None
    repeated = isinstance(decision, DuplicateIgnored)
    accepted = Outcome.DUPLICATE if repeated else Outcome.APPLIED
    return Result(
        command_id=command_id,
        outcome=accepted if refused is None else Outcome.REFUSED,
        at_ms=decision.at_ms,
        reason=None if refused is None else refused.reason,
        detail="" if refused is None else refused.detail,
        seq=decision.seq,
    )
