"""The engine's state: what is, without rules.

Records of work are compact (a workspace may have a million waiting) and hold no reference back, so that dropping an
engine frees them at once. `*_ms` is log time unless the name says `attended`. A field at its default is left out of a
snapshot, so that a field added later changes no old fingerprint. What can be computed from the rest (lanes, audiences,
an agent's place among the free) is not part of the state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from schemas import ids
from schemas.configuration import OFFLINE, AgentSettings
from schemas.vocabulary import Direction, EndReason, JoinMode, LegKind, LegState, RoutingStatus

if TYPE_CHECKING:
    from streams.routing.audiences import Audience

Requirements = tuple[tuple[str, int], ...]


class Profile(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What many interactions share; interned, so that a waiting interaction costs one number."""

    channel: str
    adapter: str
    instance: str
    tier: str | None = None
    card_type: str | None = None
    language: str | None = None
    priority: int = 5
    requirements: Requirements = ()
    site: str | None = None
    campaign: str | None = None
    direction: Direction = Direction.INBOUND
    confirms_connection: bool = False
    do_not_contact: bool = False


class Leg(msgspec.Struct, gc=False, omit_defaults=True):
    """One agent's share of an interaction.

    `place` orders legs of one virtual arrival; `turn` rises with every entry into a lane, so that what lies in a
    lane from before is known to be stale. `agent_id` is also set while an offer to that agent is pending.
    `target`: the one agent it was transferred or assigned to, whatever his queues, rank and skills. `continues`: the
    number of the consult's or joined leg from which its agent goes on as owner, 0 = none.
    `only`: the preferred agent while nobody else is asked; `skipped`: that was given up for this step. `tried`: queues
    that it has left by overflow.
    `wakes_ms`: when waiting brings the next step or the expiry. `due_attended_ms`: the deadline of the offer, of the
    connection or of the wrap-up; `due_ms` is the same on the log clock if the agents stay attended. Fields named
    `timer` hold the number of the pending timer, 0 = none. `callback_ms`: when a callback was last asked for; such a leg
    waits without the customer on the line. `own_place`: the place that it had before it took over an abandoned one.
    """

    number: int
    kind: LegKind
    state: LegState
    since_ms: int
    arrived_ms: int
    place: int
    queue: str | None = None
    agent_id: str | None = None
    reason: EndReason | None = None
    entered_queue_ms: int | None = None
    waited_ms: int = 0
    virtual_arrival_ms: int = 0
    step: int = 0
    step_head_start_ms: int = 0
    turn: int = 0
    offers: int = 0
    wakes_ms: int | None = None
    wake_timer: int = 0
    due_ms: int | None = None
    due_attended_ms: int | None = None
    timer: int = 0
    connected_ms: int | None = None
    held_ms: int = 0
    wrap_up_ms: int = 0
    disposition: str | None = None
    preferred: str | None = None
    target: str | None = None
    only: str | None = None
    skipped: bool = False
    tried: tuple[str, ...] = ()
    scheduled_for_ms: int | None = None
    join_mode: JoinMode | None = None
    callback_ms: int | None = None
    own_place: int | None = None
    continues: int = 0


class Interaction(msgspec.Struct, gc=False, omit_defaults=True):
    """One contact. `main` is its newest main leg; `others` are older ones still wrapping up, consults and joined ones.

    `passed` maps agents who rejected or missed it to the attended time of that, for a while; `declined` names them.
    It has 15 fields and may have no more: with a sixteenth its encoding, and so every old fingerprint, would change.
    """

    interaction_id: str
    profile: int
    arrived_ms: int
    main: Leg
    customer_id: str | None = None
    preferred_agent: str | None = None
    owner: str | None = None
    case_ids: tuple[str, ...] = ()
    linked_to: str | None = None
    others: tuple[Leg, ...] = ()
    legs: int = 1
    turns: int = 0
    passed: dict[str, int] | None = None
    declined: tuple[str, ...] = ()
    reoffer_timer: int = 0

    def leg(self, number: int) -> Leg | None:
        """The live leg of that number."""
        if self.main.number == number:
            return self.main
        for leg in self.others:
            if leg.number == number:
                return leg
        return None

    def line(self, number: int) -> Leg | None:
        """The live leg that the line of that leg's agent serves: the leg, or the main leg that goes on from it."""
        return self.main if number and self.main.continues == number else self.leg(number)

    def all_legs(self) -> tuple[Leg, ...]:
        """Every leg still kept, the newest main leg first."""
        return (self.main, *self.others)


Session = tuple[str, int, str]
WorkKey = tuple[str, int]
Room = tuple[int, int, int]
"""(bits of the channels that fit the capacity, of those that are within their limits too, units in use)"""


class Agent:
    """An agent. `work` holds what is offered or in hand, oldest first.

    Derived: `ringing` has of it the pending offers, `in_hand` the rest, each with the name that decisions give it; `room`
    is what `Capacity.room` found last, None since the agent was touched. `code_now` says whether the agent is on queue and
    with what room, `take` for which channels, `code` what the audiences count, `gains` which channels are new since then;
    a `loose` agent was touched and is being matched: he stands in no audience's heap.
    """

    __slots__ = (
        "agent_id",
        "audiences",
        "code",
        "code_now",
        "gains",
        "grace_timer",
        "handled",
        "idle_since_ms",
        "in_hand",
        "last_accepted_ms",
        "last_offered",
        "load_per_million",
        "loose",
        "next_status",
        "not_responding",
        "removed",
        "responds_timer",
        "ringing",
        "room",
        "routing_status",
        "sessions",
        "settings",
        "since_ms",
        "status",
        "take",
        "turn",
        "units",
        "work",
    )

    def __init__(self, agent_id: str, settings: AgentSettings, now_ms: int) -> None:
        self.agent_id = agent_id
        self.settings = settings
        self.removed = False
        self.status = OFFLINE
        self.next_status: str | None = None
        self.not_responding = False
        self.responds_timer = 0
        self.sessions: dict[Session, None] = {}
        self.grace_timer = 0
        self.routing_status = RoutingStatus.OFF_QUEUE
        self.since_ms = now_ms
        self.idle_since_ms = now_ms
        self.last_accepted_ms = 0
        self.handled: dict[str, int] = {}
        self.last_offered: dict[str, int] = {}
        self.work: dict[WorkKey, tuple[Interaction, Leg]] = {}
        self.ringing: dict[WorkKey, str] = {}
        self.in_hand: dict[WorkKey, str] = {}
        self.room: Room | None = None
        self.audiences: list[Audience] = []
        self.code = OFF_QUEUE
        self.code_now = OFF_QUEUE
        self.loose = False
        self.take = 0
        self.gains = 0
        self.turn = 0
        self.units = 0
        self.load_per_million = 0

    @property
    def connected(self) -> bool:
        """Whether at least one session is open."""
        return bool(self.sessions)

    def ring(self, interaction: Interaction, leg: Leg) -> None:
        """The leg's newest offer is pending with the agent."""
        key = (interaction.interaction_id, leg.number)
        self.work[key] = (interaction, leg)
        self.ringing[key] = ids.offer_id(ids.leg_id(*key), leg.offers)

    def answer(self, interaction: Interaction, leg: Leg) -> None:
        """What rang is in hand, in its turn among what is older and newer."""
        del self.ringing[interaction.interaction_id, leg.number]
        self.in_hand = {key: ids.leg_id(*key) for key in self.work if key not in self.ringing}

    def keep(self, interaction: Interaction, leg: Leg) -> None:
        """The leg is in hand, without having rung."""
        key = (interaction.interaction_id, leg.number)
        self.work[key] = (interaction, leg)
        self.in_hand[key] = ids.leg_id(*key)

    def let_go(self, interaction: Interaction, leg: Leg) -> None:
        """The leg is the agent's no more."""
        key = (interaction.interaction_id, leg.number)
        del self.work[key]
        if self.ringing.pop(key, None) is None:
            del self.in_hand[key]


OFF_QUEUE = -1
NOT_RESPONDING = -2
DISCONNECTED = -3
DRAINING = -4
"""Codes of agents who are not on queue; the code of one who is tells what there is room for (see `capacity`)."""


class Gateway(msgspec.Struct, omit_defaults=True):
    """A gateway, whose `sessions` maps a session to its agent. With sessions it has a lease."""

    incarnation: int
    seen_attended_ms: int
    lease_timer: int = 0
    sessions: dict[str, str] = {}


class Queue(msgspec.Struct, omit_defaults=True):
    """A queue as opening hours have it. `retired`: no longer configured, kept while somebody waits in it."""

    queue: str
    open: bool = True
    retired: bool = False
    waiting: int = 0


class Stopped(msgspec.Struct, frozen=True, omit_defaults=True):
    """The input at `offset` broke `invariant`."""

    invariant: str
    offset: int
    detail: str


class Successor(msgspec.Struct, frozen=True):
    """Who took over from an agent, and when (log time)."""

    agent_id: str
    at_ms: int
