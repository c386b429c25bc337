"""A busy contact center's routing log: every command in it is valid, because an engine says what came of the inputs
before. Pure: chance comes from a seed, time from the stamps that the broker gave.

Inputs come in chunks of one stamp each (one batch appended): a chunk asks only for what the decisions of earlier chunks
allow. Arrivals with skills, tiers and priorities on three channels; offers accepted, a few rejected; holds, hang-ups,
new facts, repeated webhooks; every contact ended and wrapped up.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from schemas import inputs
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    QueueSettings,
    RoutingConfiguration,
    TierSettings,
    canonical,
    digest,
)
from schemas.decisions import (
    Decision,
    LegEnded,
    LegQueued,
    LegResumed,
    LegWrapUpStarted,
    OfferAccepted,
    OfferMade,
)
from schemas.interactions import CustomerLeft, InteractionEvent, Source
from streams.routing.engine import Engine
from streams.routing.rules import ENGINE_VERSION

WORKSPACE: Final = "bench"
GATEWAY: Final = "gateway-1"
QUEUES: Final = ("orders", "after_sales", "membership", "complaints")
SKILLS: Final = ("mandarin", "cantonese", "english", "returns")
AGENTS: Final = 320
LIVE_BATCH: Final = 5
"""What comes in the few milliseconds that a batch takes, at a thousand inputs a second."""
MINUTE_MS: Final = 60_000
_CHANNELS: Final = ("web_chat",) * 5 + ("email",) * 2 + ("phone",) * 3
_TIERS: Final = ("most_valuable", "most_growable", None, None)


def configuration(chance: random.Random) -> RoutingConfiguration:
    """Four queues, four skills, three hundred agents; deadlines long enough that none passes while the log is made."""
    units = {"phone": 100, "web_chat": 25, "email": 20}
    agents = {
        f"agent-{number}": AgentSettings(
            skills={skill: chance.randint(2, 5) for skill in chance.sample(SKILLS, 3)},
            queues={queue: chance.randint(1, 3) for queue in chance.sample(QUEUES, 3)},
        )
        for number in range(AGENTS)
    }
    return RoutingConfiguration(
        skills=SKILLS,
        tiers={"most_valuable": TierSettings(head_start_ms=2 * MINUTE_MS), "most_growable": TierSettings()},
        channels={
            name: ChannelSettings(units=taken, offer_timeout_ms=30 * MINUTE_MS, wrap_up_ms=30 * MINUTE_MS)
            for name, taken in units.items()
        },
        queues={queue: QueueSettings() for queue in QUEUES},
        agents=agents,
    )


class Workload:
    """Makes chunks; `decided` counts the decisions of all that was taken. `repeated`: the share of webhooks that come
    twice.
    """

    def __init__(self, seed: int = 1, repeated: float = 0.01) -> None:
        self._chance = random.Random(seed)
        self._repeated = repeated
        self._engine = Engine.of_log(WORKSPACE)
        self._arrived = 0
        self._source_offset = 0
        self._commands = 0
        self._pending: dict[str, str] = {}
        self._connected: dict[str, str] = {}
        self._held: dict[str, str] = {}
        self._wrapping: dict[str, str] = {}
        self._waiting: dict[str, None] = {}
        self.decided = 0

    @property
    def waiting(self) -> int:
        """How many contacts wait now."""
        return len(self._waiting)

    def opening(self) -> list[Any]:
        """The first inputs: the newest rules, the configuration, then everyone comes to work."""
        wanted = configuration(self._chance)
        published = inputs.ConfigurationPublished(
            workspace=WORKSPACE,
            command_id="configuration",
            version=1,
            base_version=0,
            digest=digest(wanted),
            patch=canonical(wanted).decode(),
        )
        sessions = [
            inputs.AgentSessionOpened(
                workspace=WORKSPACE, agent_id=agent, gateway=GATEWAY, incarnation=1, session=f"s-{agent}"
            )
            for agent in wanted.agents
        ]
        upgraded = inputs.EngineUpgraded(workspace=WORKSPACE, version=ENGINE_VERSION)
        return [
            upgraded,
            published,
            inputs.GatewayStarted(workspace=WORKSPACE, gateway=GATEWAY, incarnation=1),
            *sessions,
        ]

    def chunk(self, size: int) -> list[Any]:
        """So many inputs that suit what has been decided."""
        made = [self._answer(offer, agent) for offer, agent in self._pending.items()]
        made += [self._about(inputs.ResumeInteraction, leg, agent) for leg, agent in self._held.items()]
        made += [self._work(leg, agent) for leg, agent in self._connected.items()]
        made += [self._about(inputs.FinishWrapUp, leg, agent) for leg, agent in self._wrapping.items()]
        made += [
            CustomerLeft(workspace=WORKSPACE, interaction_id=one)
            for one in self._waiting
            if self._chance.random() < 0.01
        ]
        self._chance.shuffle(made)
        made = made[: size - 2]
        made += [self._arrival() for _ in range(size - 2 - len(made))]
        self._chance.shuffle(made)
        made = [self._sourced(event) for event in made]
        tick = inputs.TimeAdvanced(workspace=WORKSPACE)
        return [inputs.GatewayAlive(workspace=WORKSPACE, gateway=GATEWAY, incarnation=1), tick, *made]

    def take(self, events: Sequence[Any], first_offset: int, stamp_ms: int) -> list[Decision]:
        """The inputs are in the log from `first_offset` on, stamped so; what the engine decides."""
        said: list[Decision] = []
        for index, event in enumerate(events):
            said += self._engine.apply(event, offset=first_offset + index, stamp_ms=stamp_ms)
        for decision in said:
            self._note(decision)
        self.decided += len(said)
        return said

    def _note(self, decision: Decision) -> None:
        match decision:
            case OfferMade(offer=offer) if offer is not None:
                self._pending[offer.offer_id] = offer.agent_id
                self._waiting.pop(offer.interaction_id, None)
            case LegQueued(leg=leg) if leg is not None:
                self._waiting[leg.interaction_id] = None
        if decision.offer is not None and not isinstance(decision, OfferMade):
            self._pending.pop(decision.offer.offer_id, None)
        leg = decision.leg
        if leg is None:
            return
        if isinstance(decision, LegEnded):
            self._waiting.pop(leg.interaction_id, None)
        for kept in (self._connected, self._held, self._wrapping):
            kept.pop(leg.leg_id, None)
        agent = leg.agent_id or ""
        if isinstance(decision, OfferAccepted | LegResumed):
            self._connected[leg.leg_id] = agent
        elif isinstance(decision, LegWrapUpStarted):
            self._wrapping[leg.leg_id] = agent
        elif leg.state == "on_hold":
            self._held[leg.leg_id] = agent

    def _answer(self, offer: str, agent: str) -> Any:
        kind: Any = inputs.RejectOffer if self._chance.random() < 0.03 else inputs.AcceptOffer
        return kind(workspace=WORKSPACE, command_id=self._command_id(), actor=agent, agent_id=agent, offer_id=offer)

    def _work(self, leg: str, agent: str) -> Any:
        what = self._chance.random()
        if what < 0.1:
            return self._about(inputs.HoldInteraction, leg, agent)
        if what < 0.2:
            interaction_id = leg.rsplit(".", 1)[0]
            return inputs.InteractionUpdated(workspace=WORKSPACE, interaction_id=interaction_id, language="zh-CN")
        return self._about(inputs.EndInteraction, leg, agent)

    def _about(self, kind: Any, leg: str, agent: str) -> Any:
        return kind(workspace=WORKSPACE, command_id=self._command_id(), actor=agent, agent_id=agent, leg_id=leg)

    def _arrival(self) -> Any:
        chance = self._chance
        self._arrived += 1
        return inputs.InteractionIdentified(
            workspace=WORKSPACE,
            interaction_id=f"i_{self._arrived:024x}",
            adapter="web",
            instance="web-1",
            channel=chance.choice(_CHANNELS),
            queue=chance.choice(QUEUES),
            customer_id=f"c_{chance.getrandbits(96):024x}",
            tier=chance.choice(_TIERS),
            language="zh-CN",
            priority=chance.choice((5, 5, 5, 3, 7)),
            requirements={chance.choice(SKILLS): 2} if chance.random() < 0.5 else {},
        )

    def _sourced(self, event: Any) -> Any:
        """As identity makes it: with its place in the log it came from; now and then the same place again."""
        if not isinstance(event, InteractionEvent):
            return event
        if self._chance.random() >= self._repeated:
            self._source_offset += 1
        return msgspec.structs.replace(event, source=Source(name="identity", partition=0, offset=self._source_offset))

    def _command_id(self) -> str:
        self._commands += 1
        return f"k_{self._commands:024x}"


def encoded_size(decisions: Sequence[Decision]) -> int:
    """The bytes of these decisions as JSON."""
    return sum(len(msgspec.json.encode(decision)) for decision in decisions)
