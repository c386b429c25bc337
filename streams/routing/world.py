"""One workspace as the engine knows it, and the verbs that every rule is written with.

`decide` records a decision with its place, cause and time. `transition` is the only way a leg changes state.
`touch_agent` and `touch_leg` say that something that matters to matching has changed; after each input and timer
`matching.settle` looks at what was touched, and only at that.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

import msgspec

from schemas import ids
from schemas.configuration import QueueSettings, RoutingConfiguration
from schemas.decisions import Decision
from schemas.vocabulary import ENDED, EndReason, LegState, Strategy
from streams.routing import legs, rules
from streams.routing.audiences import Audience, AudienceKey
from streams.routing.capacity import Capacity
from streams.routing.memory import Memory
from streams.routing.model import Agent, Gateway, Interaction, Leg, Profile, Queue, Stopped, Successor, WorkKey
from streams.routing.names import Names
from streams.routing.patches import Parts
from streams.routing.policy import Policy, required
from streams.routing.profiles import Profiles
from streams.routing.resuming import Abandonments
from streams.routing.timers import Clocks, Timer, TimerKind, Timers

_AUDIENCES_AT_FIRST: Final = 4_096
_ROUTES_AT_MOST: Final = 65_536
EPOCH_BITS: Final = 40


class Witness(Protocol):
    """Whoever is told when a waiting leg is matched, and changes nothing."""

    def looked(self, w: World, interaction: Interaction, leg: Leg) -> None: ...


class World:
    """The state of one workspace (see `snapshot` for what is kept) and what is derived from it."""

    __slots__ = (
        "_audience_limit",
        "_routes",
        "abandoned",
        "accepted",
        "agents",
        "audiences",
        "capacity",
        "cause",
        "clocks",
        "decisions",
        "digest",
        "ended",
        "engine_version",
        "epoch",
        "gateways",
        "interactions",
        "memory",
        "names",
        "offers_made",
        "offset",
        "on_queue",
        "parts",
        "policy",
        "profiles",
        "queues",
        "retired",
        "seq",
        "serving",
        "skilled",
        "stopped",
        "successors",
        "timers",
        "touched_agents",
        "touched_legs",
        "witness",
        "workspace",
    )

    def __init__(self, workspace: str, engine_version: int) -> None:
        self.workspace = workspace
        self.engine_version = engine_version
        self.epoch = 1
        self.seq = 0
        self.offset = -1
        self.clocks = Clocks()
        self.policy = Policy(RoutingConfiguration(), 0, engine_version)
        self.digest = ""
        self.parts: Parts | None = None
        self.interactions: dict[str, Interaction] = {}
        self.names = Names(self.interactions)
        self.profiles = Profiles()
        self.agents: dict[str, Agent] = {}
        self.queues: dict[str, Queue] = {}
        self.retired: list[str] = []
        self.gateways: dict[str, Gateway] = {}
        self.timers = Timers(self.is_live)
        self.memory = Memory()
        self.successors: dict[str, Successor] = {}
        self.abandoned: Abandonments = Abandonments()
        self.stopped: Stopped | None = None
        self.witness: Witness | None = None
        self.accepted = 0
        self.ended = 0
        self.offers_made = 0
        self.capacity = Capacity(self.policy.channels, self.profiles.channel_numbers)
        self.serving: dict[str, list[Agent]] = {}
        self.skilled: dict[tuple[str, str], list[Agent]] = {}
        self.on_queue: dict[str, int] = {}
        self.forget_audiences()
        self.begin(-1)

    def forget_audiences(self) -> None:
        """All audiences are to be made anew."""
        self.audiences: dict[AudienceKey, Audience] = {}
        self._routes: dict[tuple[Any, ...], Audience] = {}
        self._audience_limit = _AUDIENCES_AT_FIRST
        for agent in self.agents.values():
            agent.audiences = []

    def begin(self, cause: int) -> None:
        """Start on an input."""
        self.cause = cause
        self.decisions: list[Decision] = []
        self.touched_agents: dict[str, Agent] = {}
        self.touched_legs: dict[WorkKey, tuple[Interaction, Leg]] = {}

    @property
    def now_ms(self) -> int:
        """The engine's log time."""
        return self.clocks.now_ms

    @property
    def place(self) -> int:
        """What orders work that arrives with this input."""
        return (self.epoch - 1) << EPOCH_BITS | self.cause

    def decide(self, kind: type[Decision], **values: Any) -> None:
        """Record a decision."""
        leg = values.get("leg")
        if leg is not None and leg.place is not None and not rules.tells_places(self.engine_version):
            values["leg"] = msgspec.structs.replace(leg, place=None)
        self.seq += 1
        self.decisions.append(
            kind(
                workspace=self.workspace,
                epoch=self.epoch,
                seq=self.seq,
                cause=self.cause,
                at_ms=self.clocks.now_ms,
                **values,
            )
        )

    def transition(self, interaction: Interaction, leg: Leg, to: LegState, reason: EndReason | None = None) -> None:
        """Bring the leg into state `to`; waiting and hold time are added up on the way."""
        before, now = leg.state, self.clocks.now_ms
        if to not in legs.TRANSITIONS[before]:
            legs.check(ids.leg_id(interaction.interaction_id, leg.number), before, to)
        if before in legs.WAITING:
            leg.waited_ms += now - leg.since_ms
            if before is LegState.QUEUED and leg.queue is not None:
                self.queue(leg.queue).waiting -= 1
        elif before is LegState.ON_HOLD:
            leg.held_ms += now - leg.since_ms
        leg.state = to
        leg.since_ms = now
        if reason is not None:
            leg.reason = reason
        if to is LegState.QUEUED and leg.queue is not None:
            self.queue(leg.queue).waiting += 1
        elif to in ENDED:
            leg.due_attended_ms = leg.due_ms = leg.wakes_ms = None
            leg.timer = leg.wake_timer = 0

    def touch_agent(self, agent: Agent) -> None:
        """Something that matters to matching has changed with the agent."""
        self.touched_agents[agent.agent_id] = agent
        agent.turn += 1
        agent.room = None
        agent.loose = True

    def touch_leg(self, interaction: Interaction, leg: Leg) -> None:
        """The leg, which waits, is to be matched."""
        self.touched_legs[interaction.interaction_id, leg.number] = (interaction, leg)

    def profile(self, interaction: Interaction) -> Profile:
        """What the interaction shares with others."""
        return self.profiles[interaction.profile]

    def queue(self, queue: str) -> Queue:
        """The record of a queue, made when it is first spoken of."""
        found = self.queues.get(queue)
        if found is None:
            found = self.queues[queue] = Queue(queue)
        return found

    def channel_bit(self, interaction: Interaction) -> int:
        """The bit of the interaction's channel in what agents have room for."""
        return 1 << self.profiles.channel_numbers[interaction.profile]

    def audience(self, interaction: Interaction, leg: Leg) -> Audience:
        """Who may take the waiting leg now."""
        profile = self.profiles[interaction.profile]
        queue = leg.queue or ""
        route = (queue, leg.step, profile.requirements, profile.site, leg.target or leg.only, leg.target)
        found = self._routes.get(route)
        if found is None:
            if len(self._routes) >= _ROUTES_AT_MOST:
                self._routes = {}
            found = self._routes[route] = self._find(self._key(queue, leg, profile))
        return found

    def _key(self, queue: str, leg: Leg, profile: Profile) -> AudienceKey:
        if leg.target is not None:
            return AudienceKey(queue=queue, only=leg.target, anyhow=True)
        step = self.policy.queue(queue).steps[leg.step]
        return AudienceKey(
            queue=queue,
            requirements=required(profile.requirements, step),
            min_rank=step.min_rank,
            max_rank=step.max_rank,
            site=profile.site if step.same_site else None,
            only=leg.only,
        )

    def _find(self, key: AudienceKey) -> Audience:
        found = self.audiences.get(key)
        if found is not None:
            return found
        if len(self.audiences) >= self._audience_limit:
            self._sweep()
        policy = self.policy.queues.get(key.queue)
        found = Audience(
            key,
            policy.class_ if policy else QueueSettings().class_,
            policy.strategy if policy else Strategy.LONGEST_IDLE,
        )
        self.audiences[key] = found
        for agent in self._candidates(key, found):
            found.consider(agent)
        return found

    def _candidates(self, key: AudienceKey, audience: Audience) -> list[Agent]:
        """The agents who serve the queue; those who lack the first skill asked for are only counted."""
        serving = self.serving.get(key.queue, [])
        only = self.agents.get(key.only or "")
        if only is not None:
            return serving if only in serving else [*serving, only]
        if not key.requirements or key.min_rank is not None or key.max_rank is not None:
            return serving
        skilled = self.skilled.get((key.queue, key.requirements[0][0]), [])
        audience.miss_skill(len(serving) - len(skilled))
        return skilled

    def _sweep(self) -> None:
        self.audiences = {key: audience for key, audience in self.audiences.items() if audience.is_used()}
        self._routes = {}
        for agent in self.agents.values():
            agent.audiences = [audience for audience in agent.audiences if audience.key in self.audiences]
        self._audience_limit = max(_AUDIENCES_AT_FIRST, 2 * len(self.audiences))

    def pending_timers(self) -> tuple[list[Timer], list[Timer]]:
        """The live timers of log and of attended time, earliest first; looks at all work and all agents once, instead
        of at the owner of every timer that is over.
        """
        kept = {number for agent in self.agents.values() for number in (agent.grace_timer, agent.responds_timer)}
        kept.update(gateway.lease_timer for gateway in self.gateways.values())
        for interaction in self.interactions.values():
            kept.add(interaction.reoffer_timer)
            for leg in interaction.all_legs():
                kept.add(leg.timer)
                kept.add(leg.wake_timer)
        return self.timers.pending(kept)

    def is_live(self, timer: Timer) -> bool:
        """Whether whoever set the timer still wants it."""
        _, order, kind, subject, number = timer
        if kind in (TimerKind.GRACE, TimerKind.NOT_RESPONDING):
            agent = self.agents.get(subject)
            if agent is None:
                return False
            return order == (agent.grace_timer if kind == TimerKind.GRACE else agent.responds_timer)
        if kind == TimerKind.LEASE:
            gateway = self.gateways.get(subject)
            return gateway is not None and gateway.lease_timer == order
        interaction = self.interactions.get(subject)
        if interaction is None:
            return False
        if kind == TimerKind.REOFFER:
            return interaction.reoffer_timer == order
        leg = interaction.leg(number)
        return leg is not None and order == (leg.wake_timer if kind == TimerKind.WAITING else leg.timer)
