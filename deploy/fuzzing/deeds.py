"""What happens in a company, drawn at random: sensible deeds mostly, foolish ones often, repeated ones now and then.

Each deed gives the inputs that it appends to the log; the author looks at the engine's state to choose whom and what.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from deploy.fuzzing import companies
from schemas import ids, inputs, interactions
from schemas.configuration import RoutingConfiguration, canonical, diff_patch, digest
from schemas.inputs import InputsTopicEvent
from schemas.interactions import Source
from schemas.vocabulary import ConsultEnd, Direction, Fault, JoinMode, LegState
from streams.routing.engine import Engine
from streams.routing.legs import IN_HAND
from streams.routing.model import Interaction, Leg
from streams.routing.rules import ENGINE_VERSION, FIRST_VERSION

WORKSPACE = "fuzz"
START_MS = 1_800_000_000_000
GATEWAYS = ("g", "h")
LATEST = 6
"""So many of the newest contacts are most often spoken of."""
CROWDS = (2, 4, 8, 24)
"""At so many contacts at once no more arrive: where agents are idle other things happen than where all are busy."""
WORDS = ("available", "available", "busy", "lunch", "offline", "dancing")

Inputs = Iterator[InputsTopicEvent]


class Author:
    """Writes the log of one company. `now_ms` is the broker's clock; whoever feeds the engine sets `engine`."""

    def __init__(self, chance: random.Random, engine: Engine) -> None:
        self.chance = chance
        self.engine = engine
        self.now_ms = START_MS
        self.configuration = RoutingConfiguration()
        self.crowded = chance.choice(CROWDS)
        self.contacts = 0
        self.commands = 0
        self.said: list[InputsTopicEvent] = []
        self.marks: dict[str, int] = {}
        self.incarnations = dict.fromkeys(GATEWAYS, 1)
        self.silent: set[str] = set()

    def begin(self) -> Inputs:
        """The first inputs: a company under the newest rules, whose agents sign in."""
        yield inputs.EngineUpgraded(workspace=WORKSPACE, version=ENGINE_VERSION)
        yield from self._configure(companies.draw(self.chance))
        for name in companies.AGENTS:
            if self.chance.random() < 0.8:
                yield self._session(inputs.AgentSessionOpened, name)
        yield from self.pass_time()

    def act(self) -> Inputs:
        """One deed, and mostly some time after it."""
        deed: Callable[[Author], Inputs] = self.chance.choices(DEEDS, WEIGHTS)[0]
        for event in deed(self):
            self._note(event)
            yield event
        if self.chance.random() < 0.35:
            yield from self.pass_time()

    # Time

    def pass_time(self) -> Inputs:
        """Ticks come, while gateways say that they live; or nobody attends for a while."""
        chance = self.chance.random()
        if chance < 0.08:
            self.now_ms += self.chance.choice([1, 1_999, 2_000, 2_001, 30_000, 100_000])
            return
        if chance < 0.081:
            self.now_ms += self.chance.choice([3_600_000, 50 * 3_600_000])
        due = self.engine.next_due_ms()
        if due is not None and self.chance.random() < 0.4:
            self.now_ms = max(self.now_ms, min(due, self.now_ms + 2_000) - self.chance.choice([0, 0, 0, 1]))
        else:
            self.now_ms += self.chance.choice([0, 1, 300, 1_000, 1_000, 2_000])
        for gateway in GATEWAYS:
            if gateway not in self.silent and self.chance.random() < 0.4:
                yield self._of_gateway(inputs.GatewayAlive, gateway)
        yield inputs.TimeAdvanced(workspace=WORKSPACE)

    # What identity and the adapters say

    def arrive(self) -> Inputs:
        """A contact comes, sometimes one that is known; where there are many already, one leaves."""
        if len(self.engine.world.interactions) >= self.crowded:
            yield from self.leave()
            return
        again = self.contacts and self.chance.random() < 0.05
        if not again:
            self.contacts += 1
        pick = self.chance.choice
        yield inputs.InteractionIdentified(
            workspace=WORKSPACE,
            interaction_id=self._contact() if again else f"c{self.contacts}",
            source=self._source("identity"),
            adapter=pick(["line", "web"]),
            instance="1",
            channel=pick([*companies.CHANNELS, *companies.UNNAMED]),
            queue=pick([*companies.QUEUES, None, "nowhere"]),
            customer_id=pick([None, "k1", "k2", "k3"]),
            tier=pick([None, None, *companies.TIERS]),
            card_type=pick([None, "student"]),
            language=pick([None, "zh-CN"]),
            preferred_agent=pick([None, None, *companies.AGENTS]),
            owner=pick([None, None, "ana"]),
            priority=pick([5, 5, 5, 4, 7, 1, 10]),
            requirements=self._requirements(),
            site=pick([None, *companies.SITES]),
            campaign=pick([None, "spring"]),
            direction=pick([Direction.INBOUND, Direction.INBOUND, Direction.OUTBOUND]),
            confirms_connection=self.chance.random() < 0.3,
            linked_to=pick([None, None, self._contact()]),
            callback_at_ms=pick([None] * 12 + [self.now_ms, self.now_ms + 3_000]),
        )

    def learn(self) -> Inputs:
        """Attributes come later, from the adapter or from identity's late pass."""
        pick = self.chance.choice
        yield inputs.InteractionUpdated(
            workspace=WORKSPACE,
            interaction_id=self._contact(),
            source=self._source(pick(["identity", "identity.late"])),
            customer_id=pick([None, "k1", "k4"]),
            tier=pick([None, *companies.TIERS]),
            preferred_agent=pick([None, None, *companies.AGENTS]),
            owner=pick([None, "bo"]),
            priority=pick([None, None, 3, 8]),
            requirements=pick([None, None, self._requirements()]),
            case_ids=pick([None, ("case-1",)]),
            do_not_contact=pick([None, True]),
        )

    def leave(self) -> Inputs:
        """The customer hangs up, now and then before it is known that there is one."""
        yield interactions.CustomerLeft(
            workspace=WORKSPACE, interaction_id=self._contact(), source=self._source("identity")
        )

    def line(self) -> Inputs:
        """The adapter speaks of a leg's line."""
        found = self._leg(LegState.CONNECTING) or self._leg(*IN_HAND)
        if found is None:
            return
        interaction, leg = found
        said: dict[str, Any] = {
            "workspace": WORKSPACE,
            "interaction_id": interaction.interaction_id,
            "leg_id": ids.leg_id(interaction.interaction_id, leg.number),
            "source": self._source("identity"),
        }
        what = self.chance.choice(["connected", "connected", "connected", "failed", "ended"])
        if what == "connected":
            yield interactions.ChannelConnected(**said)
        elif what == "ended":
            yield interactions.ChannelEnded(**said)
        else:
            yield interactions.ChannelFailed(fault=self.chance.choice(list(Fault)), **said)

    # What agents do

    def session(self) -> Inputs:
        """A tab opens or closes."""
        if self.chance.random() < 0.6:
            gone = [name for name, agent in self.engine.world.agents.items() if not agent.sessions]
            yield self._session(inputs.AgentSessionOpened, self.chance.choice(gone or [self._agent()]))
            return
        open_ones = [(name, one) for name, agent in self.engine.world.agents.items() for one in agent.sessions]
        if not open_ones or self.chance.random() < 0.1:
            yield self._session(inputs.AgentSessionClosed, self._agent())
            return
        name, (gateway, incarnation, session) = self.chance.choice(open_ones)
        yield inputs.AgentSessionClosed(
            workspace=WORKSPACE, agent_id=name, gateway=gateway, incarnation=incarnation, session=session
        )

    def gateway(self) -> Inputs:
        """A gateway falls silent, speaks again, or is started anew."""
        gateway = self.chance.choice(GATEWAYS)
        what = self.chance.choice(["silent", "speaks", "speaks", "started", "late"])
        if what == "silent":
            self.silent.add(gateway)
            return
        self.silent.discard(gateway)
        if what == "started":
            self.incarnations[gateway] += 1
            yield self._of_gateway(inputs.GatewayStarted, gateway)
        elif what == "late":
            yield inputs.GatewayAlive(workspace=WORKSPACE, gateway=gateway, incarnation=1)
        else:
            yield self._of_gateway(inputs.GatewayAlive, gateway)

    def status(self) -> Inputs:
        """An agent chooses a status, drains or logs out."""
        kind: Any = self.chance.choice([inputs.SetStatus] * 4 + [inputs.SetNextStatus] * 3 + [inputs.LogOut])
        more = {} if kind is inputs.LogOut else {"status": self.chance.choice(WORDS)}
        yield self._command(kind, agent_id=self._agent(), **more)

    def answer(self) -> Inputs:
        """An agent answers an offer, sometimes another one's or one that is gone."""
        found = self._leg(LegState.OFFERED)
        if found is None:
            return
        interaction, leg = found
        number = leg.offers + (self.chance.random() < 0.05)
        kind: Any = inputs.AcceptOffer if self.chance.random() < 0.7 else inputs.RejectOffer
        offer_id = ids.offer_id(ids.leg_id(interaction.interaction_id, leg.number), number)
        yield self._command(kind, agent_id=self._holder(leg), offer_id=offer_id)

    def work(self) -> Inputs:
        """An agent goes on with what is in hand."""
        kinds: list[Any] = [inputs.EndInteraction] * 3 + [
            inputs.HoldInteraction, inputs.HoldInteraction, inputs.ResumeInteraction, inputs.ResumeInteraction,
            inputs.FinishWrapUp, inputs.FinishWrapUp, inputs.ExtendWrapUp, inputs.LeaveConference,
        ]  # fmt: skip
        kind = self.chance.choice(kinds)
        more: dict[str, Any] = {}
        if kind is inputs.ExtendWrapUp:
            more["for_ms"] = self.chance.choice([None, 0, 5_000])
        elif kind is inputs.FinishWrapUp:
            more["disposition"] = self.chance.choice([None, "sold"])
        yield from self._of_leg(kind, **more)

    def hand_over(self) -> Inputs:
        """An agent transfers, consults, or finishes a consult."""
        if self.chance.random() < 0.3:
            yield from self._of_leg(inputs.FinishConsult, how=self.chance.choice(list(ConsultEnd)))
            return
        kind: Any = self.chance.choice([inputs.TransferInteraction, inputs.TransferInteraction, inputs.StartConsult])
        to = self.chance.choice(
            [{"to_queue": self._queue()}, {"to_agent": self._present()}, {"to_agent": self._present()}, {}]
        )
        more = {"keep_place": self.chance.random() < 0.5} if kind is inputs.TransferInteraction else {}
        yield from self._of_leg(kind, **to, **more)

    def call_back(self) -> Inputs:
        """A callback instead of waiting: from the queue, at a time, by an agent."""
        at_ms = self.chance.choice([None, None, self.now_ms - 1, self.now_ms + 1_000, self.now_ms + 20_000])
        agent = self.chance.choice([None, None, self._agent()])
        if self.chance.random() < 0.5:
            yield interactions.CallbackRequested(
                workspace=WORKSPACE,
                interaction_id=self._contact(),
                at_ms=at_ms,
                agent_id=agent,
                source=self._source("identity"),
            )
            return
        yield self._command(inputs.RequestCallback, interaction_id=self._contact(), at_ms=at_ms, agent_id=agent)

    # What supervisors, administrators and operators do

    def supervise(self) -> Inputs:
        """An intervention."""
        pick, contact, agent = self.chance.choice, self._contact(), self._agent()
        acts: list[tuple[Any, dict[str, Any]]] = [
            (inputs.MoveInteraction, {"interaction_id": contact, "to_queue": self._queue()}),
            (inputs.AssignInteraction, {"interaction_id": contact, "to_agent": agent}),
            (inputs.ReprioritiseInteraction, {"interaction_id": contact, "priority": pick([1, 4, 5, 9, 11])}),
            (inputs.CancelInteraction, {"interaction_id": contact}),
            (inputs.JoinInteraction, {"interaction_id": contact, "agent_id": agent, "mode": pick(list(JoinMode))}),
            (inputs.ForceStatus, {"agent_id": agent, "status": pick(WORDS)}),
            (inputs.HandOverAgent, {"agent_id": agent, "to_agent": self._agent()}),
        ]
        kind, said = pick(acts)
        yield self._command(kind, reason="because", **said)

    def hours(self) -> Inputs:
        """A queue opens or closes."""
        kind: Any = self.chance.choice([inputs.QueueOpened, inputs.QueueOpened, inputs.QueueClosed])
        queue = self._queue()
        yield kind(workspace=WORKSPACE, queue=queue, source=self._source(f"hours/{queue}"))

    def administer(self) -> Inputs:
        """A new version of the configuration."""
        yield from self._configure(companies.alter(self.chance, self.configuration))

    def operate(self) -> Inputs:
        """Rare things: a reopened log, an upgrade, a resumption of what is not stopped."""
        what = self.chance.choice(["reopen", "upgrade", "upgrade", "resume"])
        if what == "reopen":
            yield inputs.LogReopened(workspace=WORKSPACE, epoch=self.engine.epoch + self.chance.choice([1, 3]))
        elif what == "upgrade":
            yield inputs.EngineUpgraded(workspace=WORKSPACE, version=self.chance.randint(FIRST_VERSION, ENGINE_VERSION))
        else:
            yield self._command(inputs.WorkspaceResumed, from_offset=0, engine_version=self.engine.engine_version)

    def repeat(self) -> Inputs:
        """Something is sent twice."""
        if self.said:
            yield self.chance.choice(self.said)

    # Words

    def _note(self, event: InputsTopicEvent) -> None:
        if isinstance(event, inputs.Command | inputs.InteractionIdentified | interactions.CustomerLeft):
            self.said.append(event)
            del self.said[:-20]

    def _command(self, kind: Any, **values: Any) -> Any:
        self.commands += 1
        return kind(workspace=WORKSPACE, command_id=f"command-{self.commands}", actor="somebody", **values)

    def _of_leg(self, kind: Any, **values: Any) -> Inputs:
        found = self._leg(*IN_HAND)
        if found is not None:
            leg_id = ids.leg_id(found[0].interaction_id, found[1].number)
            yield self._command(kind, agent_id=self._holder(found[1]), leg_id=leg_id, **values)

    def _configure(self, wanted: RoutingConfiguration) -> Inputs:
        old, new = (msgspec.json.decode(canonical(one)) for one in (self.configuration, wanted))
        version = self.engine.world.policy.version
        text = msgspec.json.encode(diff_patch(old, new)).decode()
        parts = self.chance.choice([1, 1, 2]) if len(text) > 1 else 1
        cut = len(text) // parts
        said: dict[str, Any] = {
            "version": version + 1,
            "base_version": version,
            "digest": digest(wanted),
            "parts": parts,
        }
        command_id = f"configuration-{version + 1}-{self.commands}"
        pieces = [text] if parts == 1 else [text[:cut], text[cut:]]
        for part, piece in enumerate(pieces, 1):
            yield inputs.ConfigurationPublished(
                workspace=WORKSPACE, command_id=command_id, patch=piece, part=part, **said
            )
        self.configuration = wanted

    def _session(self, kind: Any, agent: str) -> Any:
        gateway = self.chance.choice(GATEWAYS)
        incarnation = self.incarnations[gateway] - (self.chance.random() < 0.05)
        more = {"status": self.chance.choice([None, None, *WORDS])} if kind is inputs.AgentSessionOpened else {}
        return kind(
            workspace=WORKSPACE,
            agent_id=agent,
            gateway=gateway,
            incarnation=incarnation,
            session=self.chance.choice(["one", "two"]),
            **more,
        )

    def _of_gateway(self, kind: Any, gateway: str) -> Any:
        return kind(workspace=WORKSPACE, gateway=gateway, incarnation=self.incarnations[gateway])

    def _source(self, name: str) -> Source | None:
        if self.chance.random() < 0.5:
            return None
        mark = self.marks.get(name, 0) + (self.chance.random() < 0.97)
        self.marks[name] = mark
        return Source(name=name, partition=0, offset=mark)

    def _requirements(self) -> dict[str, int]:
        return self.chance.choice([{}, {}, {}, {"mandarin": 1}, {"refunds": 2}, {"mandarin": 2, "refunds": 1}])

    def _agent(self) -> str:
        return self.chance.choice([*companies.AGENTS, *companies.AGENTS, "nobody"])

    def _present(self) -> str:
        """Somebody on queue, if there is anybody."""
        found = [name for name, agent in self.engine.world.agents.items() if agent.code_now >= 0]
        return self.chance.choice(found or [self._agent()])

    def _queue(self) -> str:
        return self.chance.choice([*companies.QUEUES, *companies.QUEUES, "nowhere"])

    def _holder(self, leg: Leg) -> str:
        return self._agent() if leg.agent_id is None or self.chance.random() < 0.05 else leg.agent_id

    def _contact(self) -> str:
        live = self.engine.world.interactions
        if live and self.chance.random() < 0.7:
            return self.chance.choice(list(live))
        return f"c{max(1, self.contacts + 1 - self.chance.randrange(LATEST))}"

    def _leg(self, *states: LegState) -> tuple[Interaction, Leg] | None:
        found = [
            (interaction, leg)
            for interaction in self.engine.world.interactions.values()
            for leg in interaction.all_legs()
            if leg.state in states
        ]
        return self.chance.choice(found) if found else None


TABLE: tuple[tuple[Callable[[Author], Inputs], int], ...] = (
    (Author.arrive, 160),
    (Author.learn, 25),
    (Author.leave, 45),
    (Author.line, 60),
    (Author.session, 70),
    (Author.gateway, 12),
    (Author.status, 60),
    (Author.answer, 190),
    (Author.work, 190),
    (Author.hand_over, 70),
    (Author.call_back, 15),
    (Author.supervise, 60),
    (Author.hours, 15),
    (Author.administer, 12),
    (Author.operate, 4),
    (Author.repeat, 12),
)
"""The deeds, and how often each is done among all."""
DEEDS = [deed for deed, _ in TABLE]
WEIGHTS = [weight for _, weight in TABLE]
