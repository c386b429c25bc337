"""How long somebody who enters a queue now may wait, told to those who asked for it: each second at most, when it changed,
and every few seconds again, so that its age is known. Pure.

The lines are kept beside the view from the decisions that change it; docs/expected-wait.md has the method. A member
without room is passed over: what comes next is whole again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from consumers.gateway.scopes import Scope, Sight
from consumers.gateway.workspace import Member
from schemas.estimate import QueueOrders
from schemas.live import WaitsShown, encode
from schemas.live_metrics import ExpectedWait
from schemas.pace import RANGE_PERCENT
from schemas.view import Touch, View

SAY_AGAIN_MS: Final = 5_000


class _Audience:
    """Those of one scope, and what they were told last and when."""

    __slots__ = ("members", "said", "said_ms")

    def __init__(self) -> None:
        self.members: dict[Member, None] = {}
        self.said: tuple[ExpectedWait, ...] = ()
        self.said_ms = 0


class Waits:
    """Of one workspace."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._orders = QueueOrders.of(view)
        self._epoch = view.epoch
        self._audiences: dict[Scope, _Audience] = {}
        self._scopes: dict[Member, Scope] = {}

    def heard(self, touches: Iterable[Touch]) -> None:
        """The view was changed so; a new epoch's view begins anew."""
        if self._view.epoch == self._epoch:
            self._orders.heard(touches, self._view.at_ms)
        else:
            self._orders, self._epoch = QueueOrders.of(self._view), self._view.epoch

    def join(self, member: Member, scope: Scope, now_ms: int) -> None:
        """The member hears at once, and from now on."""
        self._scopes[member] = scope
        self._audiences.setdefault(scope, _Audience()).members[member] = None
        _tell([member], self._frame(self._expected(scope), now_ms))

    def leave(self, member: Member) -> None:
        """The member is gone, if it was here."""
        scope = self._scopes.pop(member, None)
        if scope is None:
            return
        members = self._audiences[scope].members
        del members[member]
        if not members:
            del self._audiences[scope]

    def tell(self, now_ms: int) -> None:
        """Tells what is new; to be called each second while the view is live."""
        for scope, audience in self._audiences.items():
            expected = self._expected(scope)
            if expected != audience.said or now_ms - audience.said_ms >= SAY_AGAIN_MS:
                audience.said, audience.said_ms = expected, now_ms
                _tell(audience.members, self._frame(expected, now_ms))

    def _expected(self, scope: Scope) -> tuple[ExpectedWait, ...]:
        return tuple(self._of(queue) for queue in self._seen(scope))

    def _of(self, queue: str) -> ExpectedWait:
        standing = self._orders.entering(queue, self._view.at_ms)
        estimate = standing.estimate
        return ExpectedWait(
            queue=queue,
            position=standing.position or 1,
            expected_ms=None if estimate is None else estimate.expected_ms,
            low_ms=None if estimate is None else estimate.low_ms,
            high_ms=None if estimate is None else estimate.high_ms,
        )

    def _seen(self, scope: Scope) -> list[str]:
        """The queues whose line the scope may see."""
        queues = self._view.queues
        match scope.sight:
            case Sight.WORKSPACE:
                return sorted(queues)
            case Sight.QUEUES:
                return sorted(queue for queue in set(scope.queues) if queue in queues)
            case Sight.AGENT:
                agent = self._view.agents.get(scope.agent_id or "")
                return [] if agent is None else sorted(queue for queue in agent.queues if queue in queues)

    def _frame(self, expected: tuple[ExpectedWait, ...], now_ms: int) -> bytes:
        view = self._view
        shown = WaitsShown(at_ms=now_ms, epoch=view.epoch, seq=view.seq, range_percent=RANGE_PERCENT, queues=expected)
        return encode(shown)


def _tell(members: Iterable[Member], frame: bytes) -> None:
    for member in members:
        if member.backlog is None and member.sink.has_room():
            member.sink.write(frame)
