"""However figures come and go, a client that has room shows what one shows that has only just come."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from consumers.gateway import figures, watchers
from consumers.gateway.scopes import WHOLE, Scope, Sight
from consumers.gateway.watchers import Watchers
from schemas.metrics import Dimension, LiveGroup
from schemas.view import View
from tests.support.decided import Floor
from tests.support.figures import AT_MS, FiguresViewer, an_offered, measured

NAMES = ("orders", "returns", "ana", "bo")
SHOWN = (Dimension.QUEUE, Dimension.AGENT, Dimension.CHANNEL)
SCOPES = (WHOLE, Scope(Sight.QUEUES, queues=("orders",)), Scope(Sight.AGENT, "ana"))
WANTED = (frozenset({Dimension.QUEUE}), frozenset({Dimension.QUEUE, Dimension.AGENT}))
GROUPS = st.dictionaries(st.tuples(st.sampled_from(SHOWN), st.sampled_from(NAMES)), st.integers(0, 3), max_size=6)


class LiveFigures(RuleBasedStateMachine):
    """One workspace, its watchers of every kind, and the figures as the stage has them."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor()
        self.floor.opened("ana", "bo", queues=("orders", "returns"))
        self.view = View("shop")
        self.follow()
        self.watchers = Watchers(AT_MS)
        self.real: dict[tuple[Dimension, str], int] = {}
        self.seq = 0
        self.now_ms = AT_MS
        self.viewers: list[tuple[FiguresViewer, Scope, frozenset[Dimension]]] = []
        for scope in SCOPES:
            for wanted in WANTED:
                self.join(FiguresViewer(), scope, wanted)

    def follow(self) -> None:
        for decision in self.floor.said:
            self.view.apply(decision)

    def join(self, viewer: FiguresViewer, scope: Scope, wanted: frozenset[Dimension]) -> None:
        self.viewers.append((viewer, scope, wanted))
        self.watchers.join(viewer, scope, wanted, self.view)

    def groups(self, found: dict[tuple[Dimension, str], int]) -> list[LiveGroup]:
        return [an_offered(name, offered, dimension) for (dimension, name), offered in found.items()]

    @rule(changed=GROUPS)
    def some_change(self, changed: dict[tuple[Dimension, str], int]) -> None:
        self.seq += 1
        self.real = {**self.real, **changed}
        self.take(self.groups(changed), whole=False)

    @rule(found=GROUPS, parts=st.integers(1, 3), lost=st.integers(0, 6))
    def all_is_said(self, found: dict[tuple[Dimension, str], int], parts: int, lost: int) -> None:
        self.seq += 1
        self.real = found
        self.take(self.groups(found), whole=True, parts=parts, lost=lost)

    @rule(back=st.integers(1, 5), found=GROUPS)
    def a_stage_comes_back(self, back: int, found: dict[tuple[Dimension, str], int]) -> None:
        if self.seq <= back:
            return
        if self.watchers.take(measured(*self.groups(found), seq=self.seq - back, whole=True), self.now_ms):
            self.real, self.seq = found, self.seq - back
            self.watchers.tell(self.now_ms)

    def take(self, groups: list[LiveGroup], *, whole: bool, parts: int = 1, lost: int = 0) -> None:
        """In so many parts; `lost` names one of several that does not come (the topic as such loses nothing)."""
        told = False
        lost = lost if parts > 1 else 0
        for part in range(1, parts + 1):
            mine = groups[part - 1 :: parts]
            if part != lost:
                record = measured(*mine, seq=self.seq, whole=whole, part=part, parts=parts)
                told |= self.watchers.take(record, self.now_ms)
        if told:
            self.watchers.tell(self.now_ms)

    @rule(agent=st.sampled_from(("ana", "bo")), queue=st.sampled_from(("orders", "returns")))
    def an_agent_serves_another_queue(self, agent: str, queue: str) -> None:
        self.floor.agent(agent, queues={queue: 1})
        self.follow()
        self.watchers.tell(self.now_ms)

    @rule(every=st.integers(1, 3), room=st.booleans())
    def get_slow_or_have_room(self, every: int, room: bool) -> None:
        for viewer, _, _ in self.viewers[::every]:
            viewer.room = room
            if room:
                self.watchers.drained(viewer)

    @rule(pick=st.integers(0, 5))
    def comes_back(self, pick: int) -> None:
        """With what it had, and a new socket."""
        viewer, scope, wanted = self.viewers.pop(pick)
        self.watchers.leave(viewer)
        viewer.room = True
        self.join(viewer, scope, wanted)

    @rule(seconds=st.integers(1, 9))
    def time_passes(self, seconds: int) -> None:
        self.now_ms += seconds * 1_000
        self.watchers.tell(self.now_ms)

    @invariant()
    def every_client_shows_what_a_new_one_does(self) -> None:
        for viewer, scope, wanted in self.viewers:
            if not viewer.room:
                continue
            fresh = FiguresViewer()
            self.watchers.join(fresh, scope, wanted, self.view)
            self.watchers.leave(fresh)
            for dimension in Dimension:
                assert viewer.figures.groups(dimension) == fresh.figures.groups(dimension)
            assert viewer.figures.stale == fresh.figures.stale
            if fresh.figures.head is not None:
                assert viewer.figures.head is not None
                assert (viewer.figures.head.seq, viewer.figures.head.more) == (fresh.figures.head.seq, False)

    @invariant()
    def what_is_shown_of_the_last_place_is_what_the_stage_had(self) -> None:
        head = self.watchers.figures.head
        if head is None or head.seq != self.seq:
            return
        fresh = FiguresViewer()
        self.watchers.join(fresh, WHOLE, frozenset(Dimension), self.view)
        self.watchers.leave(fresh)
        shown = {(d, name): group.today.offered for d in Dimension for name, group in fresh.shown(d).items()}
        assert shown == self.real


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that they are met."""
    monkeypatch.setattr(figures, "REMOVED_KEPT", 2)
    monkeypatch.setattr(watchers, "GROUPS_A_FRAME", 2)


TestLiveFigures = LiveFigures.TestCase
TestLiveFigures.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
