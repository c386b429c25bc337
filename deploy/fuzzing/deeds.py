"""What happens in a company, drawn at random: sensible deeds mostly, foolish ones often, repeated ones now and then.

Each deed gives the inputs that it appends to the log; the author looks at the engine's state to choose whom and what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deploy.fuzzing import companies
from deploy.fuzzing.staff import Staff
from deploy.fuzzing.words import GATEWAYS, WORDS, WORKSPACE, Inputs
from schemas import ids, inputs, interactions
from schemas.vocabulary import Direction, Fault, JoinMode, LegState
from streams.routing.legs import IN_HAND
from streams.routing.rules import ENGINE_VERSION, FIRST_VERSION


class Author(Staff):
    """Writes the log of one company; whoever feeds the engine sets `engine` and `now_ms`."""

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
            if gateway not in self.silent and self.chance.random() < 0.25:
                yield self._of_gateway(inputs.GatewayAlive, gateway)
        yield inputs.TimeAdvanced(workspace=WORKSPACE)

    # What identity and the adapters say

    def arrive(self) -> Inputs:
        """A contact comes, sometimes one that is known; where there are many already, somebody is busy with one."""
        if len(self.engine.world.interactions) >= self.crowded:
            yield from self.chance.choice([self.answer, self.answer, self.work, self.work, self.leave])()
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
            queue=pick([*companies.QUEUES, *companies.QUEUES, None, "nowhere"]),
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


TABLE: tuple[tuple[Callable[[Author], Inputs], int], ...] = (
    (Author.arrive, 160),
    (Author.learn, 25),
    (Author.leave, 45),
    (Author.line, 60),
    (Author.session, 70),
    (Author.gateway, 12),
    (Author.status, 45),
    (Author.answer, 190),
    (Author.work, 190),
    (Author.hand_over, 70),
    (Author.together, 70),
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
