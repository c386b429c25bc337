"""Decisions as a routing engine would make them, written by hand: dense marks, whole values.

`Floor` keeps what it said last of each leg, offer and agent, so that a test names only what changes.
"""

from __future__ import annotations

from typing import Any

import msgspec

from runtime.events import to_output
from runtime.records import Output
from schemas import decisions as d
from schemas import ids
from schemas.topics import ROUTING_DECISIONS
from schemas.values import AgentValue, Explanation, InteractionValue, LegValue, OfferValue, QueueValue, ScorePart
from schemas.vocabulary import (
    AgentCause,
    EndReason,
    JoinMode,
    LegKind,
    LegState,
    OfferState,
    PassedOver,
    Refusal,
    RescindReason,
    RoutingStatus,
)

START_MS = 1_700_000_000_000


class Floor:
    """A workspace's decisions, one after the other."""

    def __init__(self, workspace: str = "shop", epoch: int = 1, seq: int = 0) -> None:
        self.workspace = workspace
        self.epoch = epoch
        self.seq = seq
        self.now_ms = START_MS
        self.legs: dict[str, LegValue] = {}
        self.offers: dict[str, OfferValue] = {}
        self.agents: dict[str, AgentValue] = {}
        self.said: list[d.Decision] = []
        self._last_number: dict[str, int] = {}
        self._newest_main: dict[str, int] = {}

    def opened(self, *agents: str, queues: tuple[str, ...] = ("orders",)) -> list[d.Decision]:
        """A configuration with these queues, and agents who serve them all and are idle."""
        begin = len(self.said)
        self.say(d.ConfigurationApplied, version=1, digest="0", command_id="c_first")
        for queue in queues:
            self.say(d.QueueChanged, queue=QueueValue(queue=queue))
        for agent in agents:
            self.agent(agent, queues=dict.fromkeys(queues, 1))
        return self.said[begin:]

    def agent(self, agent_id: str, because: AgentCause = AgentCause.CONFIGURED, **changes: Any) -> d.Decision:
        known = self.agents.get(agent_id) or AgentValue(
            agent_id=agent_id, status="available", routing_status=RoutingStatus.IDLE, since_ms=self.now_ms
        )
        self.agents[agent_id] = value = msgspec.structs.replace(known, **changes)
        return self.say(d.AgentChanged, because=because, agent=value)

    def agent_removed(self, agent_id: str) -> d.Decision:
        self.agents.pop(agent_id)
        return self.say(d.AgentRemoved, agent_id=agent_id)

    def arrives(self, name: str, queue: str = "orders", **fields: Any) -> d.Decision:
        """A contact enters its queue."""
        interaction = InteractionValue(
            interaction_id=name,
            channel=fields.pop("channel", "phone"),
            adapter="pbx",
            instance="pbx-1",
            arrived_ms=self.now_ms,
            **fields,
        )
        return self.say(d.LegQueued, interaction=interaction, leg=self._leg(name, 1, queue=queue))

    def offered(self, name: str, agent: str, leg: int = 1, number: int = 1) -> d.Decision:
        leg_id = ids.leg_id(name, leg)
        offer = OfferValue(
            offer_id=ids.offer_id(leg_id, number),
            leg_id=leg_id,
            interaction_id=name,
            agent_id=agent,
            state=OfferState.PENDING,
            made_ms=self.now_ms,
            queue=self.legs[leg_id].queue,
            due_ms=self.now_ms + 20_000,
        )
        self.offers[offer.offer_id] = offer
        why = Explanation(
            queue=offer.queue,
            step=0,
            requirements={"mandarin": 3},
            considered=3,
            passed_over={PassedOver.LACKS_SKILL: 1},
            score=(ScorePart(name="rank", value=1),),
            runner_up="bo",
            tie_break="idle_since_ms",
        )
        leg_value = self._change(leg_id, state=LegState.OFFERED, offer_id=offer.offer_id)
        return self.say(d.OfferMade, offer=offer, leg=leg_value, explanation=why)

    def accepted(self, name: str, leg: int = 1, number: int = 1) -> d.Decision:
        offer = self._settle(name, leg, number, OfferState.ACCEPTED)
        value = self._change(
            offer.leg_id, state=LegState.CONNECTED, offer_id=None, agent_id=offer.agent_id, connected_ms=self.now_ms
        )
        return self.say(d.OfferAccepted, offer=offer, leg=value)

    def timed_out(self, name: str, leg: int = 1, number: int = 1) -> d.Decision:
        offer = self._settle(name, leg, number, OfferState.TIMED_OUT)
        value = self._change(offer.leg_id, state=LegState.QUEUED, offer_id=None)
        agent = msgspec.structs.replace(
            self.agents[offer.agent_id], routing_status=RoutingStatus.NOT_RESPONDING, since_ms=self.now_ms
        )
        self.agents[offer.agent_id] = agent
        return self.say(d.OfferTimedOut, offer=offer, leg=value, agent=agent)

    def rescinded(self, name: str, leg: int = 1, number: int = 1) -> d.Decision:
        offer = msgspec.structs.replace(
            self._settle(name, leg, number, OfferState.RESCINDED), rescind_reason=RescindReason.CUSTOMER_LEFT
        )
        value = self._change(offer.leg_id, state=LegState.QUEUED, offer_id=None)
        return self.say(d.OfferRescinded, offer=offer, leg=value)

    def held(self, name: str, leg: int = 1) -> d.Decision:
        return self.say(d.LegHeld, leg=self._change(ids.leg_id(name, leg), state=LegState.ON_HOLD))

    def wraps_up(self, name: str, leg: int = 1, reason: EndReason = EndReason.AGENT_ENDED) -> d.Decision:
        value = self._change(ids.leg_id(name, leg), state=LegState.WRAP_UP, reason=reason)
        return self.say(d.LegWrapUpStarted, leg=value)

    def ended(
        self,
        name: str,
        leg: int = 1,
        state: LegState = LegState.COMPLETED,
        reason: EndReason = EndReason.AGENT_ENDED,
    ) -> d.Decision:
        value = self._change(ids.leg_id(name, leg), state=state, reason=reason)
        del self.legs[value.leg_id]
        return self.say(d.LegEnded, leg=value)

    def another_leg(self, name: str, leg: int, queue: str = "orders", kind: LegKind = LegKind.MAIN) -> d.Decision:
        return self.say(d.LegQueued, leg=self._leg(name, leg, queue=queue, kind=kind))

    def joined(self, name: str, leg: int, mode: JoinMode = JoinMode.BARGE) -> d.Decision:
        """The leg's agent takes part in that mode."""
        return self.say(d.LegJoined, leg=self._change(ids.leg_id(name, leg), join_mode=mode))

    def scheduled(self, name: str, at_ms: int, agent: str | None = None, leg: int = 1) -> d.Decision:
        """The leg, or a new one, is promised as a callback."""
        leg_id = ids.leg_id(name, leg)
        if leg_id not in self.legs:
            self._leg(name, leg, queue="orders", kind=LegKind.MAIN)
        value = self._change(
            leg_id,
            state=LegState.SCHEDULED,
            scheduled_for_ms=at_ms,
            callback_ms=self.now_ms,
            preferred_agent=agent,
            virtual_arrival_ms=None,
        )
        return self.say(d.LegScheduled, leg=value)

    def applied(self, command_id: str) -> d.Decision:
        return self.say(d.CommandApplied, command_id=command_id)

    def refused(self, command_id: str, reason: Refusal) -> d.Decision:
        return self.say(d.CommandRefused, command_id=command_id, reason=reason)

    def stopped(self) -> d.Decision:
        return self.say(d.WorkspaceStopped, invariant="two owners", offset=7)

    def reopened(self) -> d.Decision:
        """A new epoch begins, with nothing in it but the agents."""
        previous_epoch, previous_seq = self.epoch, self.seq
        self.epoch, self.seq = self.epoch + 1, 0
        started = self.say(d.EpochStarted, previous_epoch=previous_epoch, previous_seq=previous_seq)
        self.legs.clear()
        self.offers.clear()
        self.say(d.ConfigurationApplied, version=2, digest="0", command_id="c_again")
        for agent_id in list(self.agents):
            self.agent(agent_id, because=AgentCause.RESTATED)
        return started

    # What there is to choose from

    def waiting(self) -> list[LegValue]:
        return [leg for leg in self.legs.values() if leg.state is LegState.QUEUED]

    def owned(self) -> list[LegValue]:
        return [leg for leg in self.legs.values() if leg.state in (LegState.CONNECTED, LegState.ON_HOLD)]

    def unoffered(self) -> list[LegValue]:
        return [leg for leg in self.legs.values() if leg.offer_id is None]

    def newest_main(self, name: str) -> int:
        return self._newest_main.get(name, 1)

    def next_number(self, name: str) -> int:
        return self._last_number.get(name, 1) + 1

    def say(self, kind: type[d.Decision], **fields: Any) -> d.Decision:
        """The next decision."""
        self.seq += 1
        self.now_ms += 1_000
        decision = kind(
            workspace=self.workspace, epoch=self.epoch, seq=self.seq, cause=self.seq, at_ms=self.now_ms, **fields
        )
        self.said.append(decision)
        return decision

    def _leg(self, name: str, number: int, **fields: Any) -> LegValue:
        value = LegValue(
            leg_id=ids.leg_id(name, number),
            interaction_id=name,
            number=number,
            kind=fields.pop("kind", LegKind.MAIN),
            state=LegState.QUEUED,
            since_ms=self.now_ms,
            arrived_ms=self.now_ms,
            entered_queue_ms=self.now_ms,
            **fields,
        )
        self.legs[value.leg_id] = value
        self._last_number[name] = number
        if value.kind is LegKind.MAIN:
            self._newest_main[name] = number
        return value

    def _change(self, leg_id: str, **changes: Any) -> LegValue:
        self.legs[leg_id] = value = msgspec.structs.replace(self.legs[leg_id], since_ms=self.now_ms, **changes)
        return value

    def _settle(self, name: str, leg: int, number: int, state: OfferState) -> OfferValue:
        offer = self.offers.pop(ids.offer_id(ids.leg_id(name, leg), number))
        return msgspec.structs.replace(offer, state=state)


def decision_output(decision: d.Decision) -> Output:
    """The record of a decision."""
    return to_output(
        decision,
        ROUTING_DECISIONS,
        key=decision.workspace,
        event_id=ids.decision_id(decision.workspace, decision.epoch, decision.seq),
        source="/tests",
    )
