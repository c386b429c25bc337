"""Whole new values, as decisions carry them: whoever follows a log of decisions sets them and needs no rules.

All `*_ms` are milliseconds of engine time since 1970 unless the name says a length. Ids and numbers only.
"""

from __future__ import annotations

from schemas.event import Value
from schemas.vocabulary import (
    Direction,
    EndReason,
    JoinMode,
    LegKind,
    LegState,
    OfferState,
    PassedOver,
    RescindReason,
    RoutingStatus,
    Strategy,
)


class InteractionValue(Value, frozen=True, kw_only=True):
    """What routing knows of an interaction apart from its legs. `arrived_ms`: when it entered the routing log."""

    interaction_id: str
    channel: str
    adapter: str
    instance: str
    arrived_ms: int
    customer_id: str | None = None
    tier: str | None = None
    card_type: str | None = None
    language: str | None = None
    priority: int = 5
    requirements: dict[str, int] = {}
    preferred_agent: str | None = None
    owner: str | None = None
    do_not_contact: bool = False
    site: str | None = None
    campaign: str | None = None
    case_ids: tuple[str, ...] = ()
    direction: Direction = Direction.INBOUND
    confirms_connection: bool = False
    linked_to: str | None = None


class LegValue(Value, frozen=True, kw_only=True):
    """One agent's share. The interaction's state and owner are those of its newest main leg.

    `number` counts an interaction's legs from 1. `waited_ms` is the waiting time in this queue until `since_ms`; it
    goes on running while `state` is queued or offered. `step` is the index of the queue's routing step. While it waits,
    `place` orders legs of one class and virtual arrival, lower first; None = not told (rules of version 1).
    `wrap_up_ends_ms`: when wrap-up ends if the agents stay attended. `callback_ms`: when the customer last asked to be
    called back; such a leg waits without the customer on the line. `scheduled_for_ms`: the moment that was asked for.
    `preferred_agent`: whose callback it is; None = anybody's. `join_mode`: how the agent of a
    consult's or a joined leg takes part; a consult that was joined has `barge`. `continues`: number of the leg from which
    the agent goes on as owner in this main leg, on the same line.
    """

    leg_id: str
    interaction_id: str
    number: int
    kind: LegKind
    state: LegState
    since_ms: int
    queue: str | None = None
    agent_id: str | None = None
    offer_id: str | None = None
    reason: EndReason | None = None
    arrived_ms: int = 0
    entered_queue_ms: int | None = None
    waited_ms: int = 0
    virtual_arrival_ms: int | None = None
    place: int | None = None
    scheduled_for_ms: int | None = None
    step: int = 0
    connected_ms: int | None = None
    held_ms: int = 0
    wrap_up_ends_ms: int | None = None
    disposition: str | None = None
    join_mode: JoinMode | None = None
    callback_ms: int | None = None
    preferred_agent: str | None = None
    continues: int | None = None


class OfferValue(Value, frozen=True, kw_only=True):
    """One agent held for one leg. `due_ms`: the deadline if the agents stay attended; None = no deadline."""

    offer_id: str
    leg_id: str
    interaction_id: str
    agent_id: str
    state: OfferState
    made_ms: int
    queue: str | None = None
    due_ms: int | None = None
    rescind_reason: RescindReason | None = None


class AgentValue(Value, frozen=True, kw_only=True):
    """An agent on both axes. `idle_since_ms` orders agents by longest idle; `legs` and `offers` are those in hand."""

    agent_id: str
    status: str
    routing_status: RoutingStatus
    since_ms: int
    next_status: str | None = None
    team: str | None = None
    site: str | None = None
    connected: bool = False
    sessions: int = 0
    units: int = 0
    capacity: int = 100
    idle_since_ms: int | None = None
    legs: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    skills: dict[str, int] = {}
    queues: dict[str, int] = {}


class QueueValue(Value, frozen=True, kw_only=True):
    """A queue as configured and as opening hours have it; who waits in it follows from the legs.

    `service_level_formula`, `short_abandon_ms`: None = the default of `schemas.configuration`.
    """

    queue: str
    open: bool = True
    class_: int = 0
    strategy: Strategy = Strategy.LONGEST_IDLE
    service_level_within_ms: int | None = None
    service_level_goal_percent: int | None = None
    max_waiting: int | None = None
    service_level_formula: str | None = None
    short_abandon_ms: int | None = None


class ReportingValue(Value, frozen=True, kw_only=True):
    """What figures are counted by, apart from queues: the day's time zone, and service levels (ms) that tiers have."""

    time_zone: str | None = None
    tiers: dict[str, int] = {}


class ScorePart(Value, frozen=True, kw_only=True):
    """One comparison key of the winner, in the order compared; lower goes first."""

    name: str
    value: int


class Explanation(Value, frozen=True, kw_only=True):
    """Why this agent: what `OfferMade` says of the choice.

    `considered` agents serve the queue; `passed_over` counts them by reason; `runner_up` lost to the winner at the
    score part `tie_break`. `relaxations` are rules set aside on purpose (`assigned`,
    `transferred_to_agent`, `consulted_agent`, `joined`).
    """

    queue: str | None
    step: int
    requirements: dict[str, int] = {}
    considered: int = 0
    passed_over: dict[PassedOver, int] = {}
    score: tuple[ScorePart, ...] = ()
    runner_up: str | None = None
    tie_break: str | None = None
    relaxations: tuple[str, ...] = ()
    configuration_version: int = 0


class Intervention(Value, frozen=True, kw_only=True):
    """What a supervisor did: the input's wire type, by whom, why in their words, and the ids that it named.

    `agent_id`: whose status or work; `to_agent`: who gets it; `queue`, `status`, `priority`, `mode`: what was asked for.
    """

    act: str
    actor: str
    reason: str
    interaction_id: str | None = None
    agent_id: str | None = None
    to_agent: str | None = None
    queue: str | None = None
    status: str | None = None
    priority: int | None = None
    mode: JoinMode | None = None
