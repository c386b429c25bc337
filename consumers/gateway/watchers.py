"""Those who asked for a workspace's figures, and what each of them is told. Pure.

Watchers of one scope who asked for the same dimensions share their frames. One without room is passed over: when there
is room again it gets the latest values of all that changed meanwhile in one frame, so nothing is kept for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from consumers.gateway.figures import NOTHING, Figures, Sight
from consumers.gateway.scopes import Scope
from consumers.gateway.scopes import Sight as ScopeSight
from consumers.gateway.workspace import Member
from schemas.live import MetricsShown, MetricsStale, encode
from schemas.live_metrics import GroupId
from schemas.metrics import Dimension, MetricsMeasured
from schemas.view import View

STALE_AFTER_MS: Final = 5_000
GROUPS_A_FRAME: Final = 200

Dimensions = frozenset[Dimension]


class _Told:
    """How far one watcher was told."""

    __slots__ = ("stale", "version")

    def __init__(self) -> None:
        self.version = NOTHING
        self.stale: MetricsStale | None = None


class _Audience:
    """The watchers who share their frames."""

    def __init__(self, scope: Scope, wanted: Dimensions, view: View) -> None:
        self.scope = scope
        self.wanted = wanted
        self.view = view
        self.sight = sight_of(scope, wanted, view)
        self.told: dict[Member, _Told] = {}

    def look(self) -> None:
        """Everyone starts over when what may be seen has changed."""
        sight = sight_of(self.scope, self.wanted, self.view)
        if sight != self.sight:
            self.sight = sight
            for told in self.told.values():
                told.version = NOTHING


class Watchers:
    """Of one workspace. `heard_ms`: when figures last came, by the gateway's clock."""

    def __init__(self, now_ms: int) -> None:
        self.figures = Figures()
        self.heard_ms: int | None = None
        self._since_ms = now_ms
        self._stale: MetricsStale | None = None
        self._audiences: dict[tuple[Scope, Dimensions], _Audience] = {}
        self._of: dict[Member, _Audience] = {}

    def join(self, member: Member, scope: Scope, wanted: Dimensions, view: View) -> None:
        """The member gets all figures that it may see now, and what changes from now on."""
        audience = self._audiences.get((scope, wanted))
        if audience is None:
            audience = self._audiences[scope, wanted] = _Audience(scope, wanted, view)
        audience.look()
        audience.told[member] = _Told()
        self._of[member] = audience
        self._tell(audience, [member])

    def leave(self, member: Member) -> None:
        """The member is gone, if it was here."""
        audience = self._of.pop(member, None)
        if audience is None:
            return
        del audience.told[member]
        if not audience.told:
            del self._audiences[audience.scope, audience.wanted]

    def take(self, measured: MetricsMeasured, heard_ms: int) -> bool:
        """Takes a record in; True when there is something to `tell`."""
        if not self.figures.take(measured):
            return False
        self.heard_ms = max(self.heard_ms or 0, heard_ms)
        return True

    def tell(self, now_ms: int) -> None:
        """Tells everyone who has room what they lack, and whether figures still come."""
        self._judge(now_ms)
        for audience in self._audiences.values():
            audience.look()
            self._tell(audience, list(audience.told))

    def drained(self, member: Member) -> None:
        """There is room again."""
        audience = self._of.get(member)
        if audience is not None:
            self._tell(audience, [member])

    def _judge(self, now_ms: int) -> None:
        since_ms = self._since_ms if self.heard_ms is None else self.heard_ms
        if now_ms - since_ms <= STALE_AFTER_MS:
            self._stale = None
        elif self._stale is None:
            self._stale = MetricsStale(at_ms=now_ms, since_ms=self.heard_ms)

    def _tell(self, audience: _Audience, members: list[Member]) -> None:
        made: dict[int, list[bytes]] = {}
        for member in members:
            told = audience.told[member]
            if member.backlog is not None or not member.sink.has_room():
                continue
            if told.version != self.figures.version:
                if told.version not in made:
                    made[told.version] = [encode(frame) for frame in self._frames(told.version, audience.sight)]
                for data in made[told.version]:
                    member.sink.write(data)
                told.version, told.stale = self.figures.version, None
            if told.stale is not self._stale:
                told.stale = self._stale
                if self._stale is not None:
                    member.sink.write(encode(self._stale))

    def _frames(self, version: int, sight: Sight) -> Iterator[MetricsShown]:
        head = self.figures.head
        if head is None:
            return
        news = self.figures.since(version, sight)
        pieces = [news.groups[at : at + GROUPS_A_FRAME] for at in range(0, len(news.groups), GROUPS_A_FRAME)] or [()]
        for number, groups in enumerate(pieces):
            first = number == 0
            yield MetricsShown(
                at_ms=head.at_ms,
                epoch=head.epoch,
                seq=head.seq,
                day_starts_ms=head.day_starts_ms,
                interval_starts_ms=head.interval_starts_ms,
                time_zone=head.time_zone,
                whole=news.whole and first,
                more=number + 1 < len(pieces),
                groups=groups,
                removed=tuple(GroupId(dimension=one, id=name) for one, name in news.removed) if first else (),
            )


def sight_of(scope: Scope, wanted: Dimensions, view: View) -> Sight:
    """What of the wanted figures a scope may see. Some queues: these, and the agents who serve them; an agent: its own."""
    match scope.sight:
        case ScopeSight.WORKSPACE:
            return dict.fromkeys(wanted)
        case ScopeSight.QUEUES:
            allowed = {Dimension.QUEUE: frozenset(scope.queues)}
            if Dimension.AGENT in wanted:
                allowed[Dimension.AGENT] = _serving(scope.queues, view)
            return {dimension: ids for dimension, ids in allowed.items() if dimension in wanted}
        case ScopeSight.AGENT:
            own = frozenset((scope.agent_id,)) if scope.agent_id is not None else frozenset()
            return {Dimension.AGENT: own} if Dimension.AGENT in wanted else {}


def _serving(queues: tuple[str, ...], view: View) -> frozenset[str]:
    return frozenset(name for name, agent in view.agents.items() if not agent.queues.keys().isdisjoint(queues))
