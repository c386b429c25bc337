"""Snapshot + deltas = a fresh snapshot, for every scope, however clients come, go, are slow, or change the gateway."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from consumers.gateway import feed
from consumers.gateway.scopes import WHOLE, Scope, Sight, screen
from consumers.gateway.workspace import Workspace
from schemas.view import View
from schemas.view_parts import fingerprint, parts, restore
from schemas.vocabulary import EndReason, LegKind, LegState
from tests.support.decided import Floor
from tests.support.screens import NOW_MS, Viewer, assert_shows_the_screen

AGENTS = ("ana", "bo")
QUEUES = ("orders", "returns")
SCOPES = (
    WHOLE,
    Scope(Sight.AGENT, "ana"),
    Scope(Sight.AGENT, "bo"),
    Scope(Sight.QUEUES, queues=("orders",)),
    Scope(Sight.QUEUES, queues=("orders", "returns")),
)
T = TypeVar("T")
PICK = st.integers(0, 1_000)


class Screens(RuleBasedStateMachine):
    """Two gateways follow the same decisions, each in batches of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor()
        self.gateways = [Workspace(View("shop")), Workspace(View("shop"))]
        self.told = [0, 0]
        self.viewers = [Viewer(scope) for scope in SCOPES for _ in range(2)]
        self.contacts = 0

    @initialize()
    def open(self) -> None:
        self.floor.opened(*AGENTS, queues=QUEUES)
        self.tell(0)
        self.tell(1)
        for number, viewer in enumerate(self.viewers):
            viewer.connect(self.gateways[number % 2])

    # What routing decides

    @rule(queue=st.sampled_from(QUEUES))
    def arrives(self, queue: str) -> None:
        self.contacts += 1
        self.floor.arrives(f"i{self.contacts}", queue=queue)

    @rule(pick=PICK, agent=st.sampled_from(AGENTS))
    @precondition(lambda self: self.floor.waiting() and self.floor.agents)
    def offered(self, pick: int, agent: str) -> None:
        leg = chosen(self.floor.waiting(), pick)
        self.floor.offered(leg.interaction_id, agent, leg.number, number=1)

    @rule(pick=PICK, how=st.sampled_from(("accepted", "timed_out", "rescinded")))
    @precondition(lambda self: self.floor.offers)
    def settled(self, pick: int, how: str) -> None:
        offer = chosen(sorted(self.floor.offers.values(), key=lambda one: one.offer_id), pick)
        number = self.floor.legs[offer.leg_id].number
        if how == "timed_out" and offer.agent_id not in self.floor.agents:
            how = "rescinded"
        getattr(self.floor, how)(offer.interaction_id, number)

    @rule(pick=PICK)
    @precondition(lambda self: self.floor.owned())
    def held(self, pick: int) -> None:
        leg = chosen(self.floor.owned(), pick)
        self.floor.held(leg.interaction_id, leg.number)

    @rule(pick=PICK)
    @precondition(lambda self: self.floor.owned())
    def consults(self, pick: int) -> None:
        leg = chosen(self.floor.owned(), pick)
        number = self.floor.next_number(leg.interaction_id)
        self.floor.another_leg(leg.interaction_id, number, kind=LegKind.CONSULT)

    @rule(pick=PICK, wraps_up=st.booleans(), queue=st.sampled_from(QUEUES))
    @precondition(lambda self: self.floor.owned())
    def transferred(self, pick: int, wraps_up: bool, queue: str) -> None:
        leg = chosen(self.floor.owned(), pick)
        if leg.kind is not LegKind.MAIN or leg.number != self.floor.newest_main(leg.interaction_id):
            return
        number = self.floor.next_number(leg.interaction_id)
        if wraps_up:
            self.floor.wraps_up(leg.interaction_id, leg.number, EndReason.TRANSFERRED)
        else:
            self.floor.ended(leg.interaction_id, leg.number, reason=EndReason.TRANSFERRED)
        self.floor.another_leg(leg.interaction_id, number, queue=queue)

    @rule(pick=PICK, state=st.sampled_from((LegState.COMPLETED, LegState.ABANDONED)))
    @precondition(lambda self: self.floor.unoffered())
    def ended(self, pick: int, state: LegState) -> None:
        leg = chosen(self.floor.unoffered(), pick)
        self.floor.ended(leg.interaction_id, leg.number, state)

    @rule()
    def arrives_and_ends_at_once(self) -> None:
        self.arrives("orders")
        self.floor.ended(f"i{self.contacts}", 1, LegState.FLOWED_OUT, EndReason.FULL)

    @rule(agent=st.sampled_from(AGENTS), queues=st.sets(st.sampled_from(QUEUES)))
    def configured(self, agent: str, queues: set[str]) -> None:
        self.floor.agent(agent, queues=dict.fromkeys(sorted(queues), 1))

    @rule(agent=st.sampled_from(AGENTS))
    @precondition(lambda self: self.floor.agents)
    def removed(self, agent: str) -> None:
        if agent in self.floor.agents:
            self.floor.agent_removed(agent)

    @rule()
    def stopped(self) -> None:
        self.floor.stopped()

    @rule(chance=st.integers(0, 9))
    def reopened(self, chance: int) -> None:
        if chance == 0:
            self.floor.reopened()

    @rule(pick=PICK, agent=st.sampled_from(AGENTS), queue=st.sampled_from(QUEUES), ends=st.booleans())
    def is_served(self, pick: int, agent: str, queue: str, ends: bool) -> None:
        """A contact's usual way, told at any point in between."""
        self.arrives(queue)
        name = f"i{self.contacts}"
        steps: list[Callable[[], object]] = [
            lambda: self.floor.offered(name, agent),
            lambda: self.floor.accepted(name),
            lambda: self.floor.held(name),
            lambda: self.floor.wraps_up(name),
            lambda: self.floor.ended(name),
        ]
        for number, step in enumerate(steps if ends else steps[:-1]):
            if (pick >> number) & 1:
                self.tell(pick % 2)
            step()

    # What gateways and clients do

    @rule(gateway=st.integers(0, 1), repeat=st.integers(0, 3))
    def tell(self, gateway: int, repeat: int = 0) -> None:
        """The follower gets a batch; a router that came back has said some of it before."""
        workspace = self.gateways[gateway]
        for decision in self.floor.said[max(0, self.told[gateway] - repeat) :]:
            workspace.apply(decision)
        self.told[gateway] = len(self.floor.said)
        workspace.flush(NOW_MS)

    @rule(pick=PICK)
    def leaves(self, pick: int) -> None:
        chosen(self.viewers, pick).disconnect()

    @rule(pick=PICK, gateway=st.integers(0, 1))
    def comes_back(self, pick: int, gateway: int) -> None:
        chosen(self.viewers, pick).connect(self.gateways[gateway])

    @rule(every=st.integers(1, 4))
    def get_slow(self, every: int) -> None:
        for viewer in self.viewers[::every]:
            viewer.room = False

    @rule(every=st.integers(1, 3))
    def have_room(self, every: int) -> None:
        for viewer in self.viewers[::every]:
            viewer.has_room_again()

    @rule(pick=PICK, times=st.integers(1, 6), slow=st.booleans())
    def misses_some(self, pick: int, times: int, slow: bool) -> None:
        """Slow or away while one change after the other is told."""
        viewer = chosen(self.viewers, pick)
        gateway = pick % 2
        viewer.connect(self.gateways[gateway])
        if slow:
            viewer.room = False
        else:
            viewer.disconnect()
        for time in range(times):
            self.is_served(pick, AGENTS[time % 2], QUEUES[time % 2], ends=bool(pick & 1))
            self.tell(gateway)
        if slow:
            viewer.has_room_again()
        else:
            viewer.connect(self.gateways[gateway])

    @rule(gateway=st.integers(0, 1))
    def forgets_unused_feeds(self, gateway: int) -> None:
        self.gateways[gateway].drop_unused(NOW_MS + 1)

    @rule(gateway=st.integers(0, 1))
    def gateway_restarts(self, gateway: int) -> None:
        """From a snapshot of the view; its clients come back."""
        view = self.gateways[gateway].view
        pieces = list(parts(view, size=3))
        again = restore(pieces)
        assert fingerprint(parts(again, size=3)) == fingerprint(pieces)
        for scope in SCOPES:
            assert screen(again, scope) == screen(view, scope)
        here = [viewer for viewer in self.viewers if viewer.at is self.gateways[gateway]]
        self.gateways[gateway] = Workspace(again)
        for viewer in here:
            viewer.at = None
            viewer.connect(self.gateways[gateway])

    @invariant()
    def every_client_shows_what_a_fresh_snapshot_would(self) -> None:
        for viewer in self.viewers:
            workspace = viewer.at
            if workspace is None or not viewer.room:
                continue
            if viewer.mirror.epoch == workspace.view.epoch and viewer.mirror.seq > workspace.view.seq:
                continue  # It came from a gateway that was ahead of this one.
            assert viewer.backlog is None
            assert_shows_the_screen(viewer, workspace)


def chosen(things: Sequence[T], pick: int) -> T:
    return things[pick % len(things)]


@pytest.fixture(autouse=True)
def a_short_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that clients fall out of it."""
    monkeypatch.setattr(feed, "RING_CHANGES", 3)


TestScreens = Screens.TestCase
TestScreens.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
