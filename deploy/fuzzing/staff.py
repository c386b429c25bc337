"""What agents do: presence, statuses, offers, work in hand, and several of them with one contact."""

from __future__ import annotations

from typing import Any

from deploy.fuzzing.words import GATEWAYS, TALKING, WORDS, WORKSPACE, Inputs, Words
from schemas import ids, inputs, interactions
from schemas.vocabulary import ConsultEnd, JoinMode, LegKind, LegState

WORK: dict[type[inputs.LegCommand], tuple[int, tuple[LegState, ...]]] = {
    inputs.EndInteraction: (3, TALKING),
    inputs.HoldInteraction: (2, (LegState.CONNECTED,)),
    inputs.ResumeInteraction: (2, (LegState.ON_HOLD,)),
    inputs.FinishWrapUp: (3, (LegState.WRAP_UP,)),
    inputs.ExtendWrapUp: (1, (LegState.WRAP_UP,)),
    inputs.LeaveConference: (1, TALKING),
}


class Staff(Words):
    """The deeds of agents."""

    def session(self) -> Inputs:
        """A tab opens or closes."""
        if self.chance.random() < 0.7:
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
        kind: Any = inputs.AcceptOffer if self.chance.random() < 0.8 else inputs.RejectOffer
        offer_id = ids.offer_id(ids.leg_id(interaction.interaction_id, leg.number), number)
        yield self._command(kind, agent_id=self._holder(leg), offer_id=offer_id)

    def work(self) -> Inputs:
        """An agent goes on with what is in hand."""
        kind = self.chance.choices(list(WORK), [often for often, _ in WORK.values()])[0]
        more: dict[str, Any] = {}
        if kind is inputs.ExtendWrapUp:
            more["for_ms"] = self.chance.choice([None, 0, 5_000])
        elif kind is inputs.FinishWrapUp:
            more["disposition"] = self.chance.choice([None, "sold"])
        yield from self._of_leg(kind, *WORK[kind][1], **more)

    def hand_over(self) -> Inputs:
        """An agent transfers, consults, or finishes a consult."""
        if self.chance.random() < 0.3:
            yield from self._of_leg(inputs.FinishConsult, *TALKING, how=self.chance.choice(list(ConsultEnd)))
            return
        kind: Any = self.chance.choice([inputs.TransferInteraction, inputs.StartConsult])
        to = self.chance.choice(
            [{"to_queue": self._queue()}, {"to_agent": self._present()}, {"to_agent": self._present()}, {}]
        )
        more = {"keep_place": self.chance.random() < 0.5} if kind is inputs.TransferInteraction else {}
        yield from self._of_leg(kind, *TALKING, **to, **more)

    def together(self) -> Inputs:
        """Several agents with one contact: what rings is accepted, a consult is finished, somebody joins or leaves."""
        talking = [one for one in self.engine.world.interactions.values() if one.main.state in TALKING]
        if not talking:
            return
        interaction = self.chance.choice(talking)
        owner, name = interaction.main, interaction.interaction_id
        beside = [leg for leg in interaction.others if leg.kind is not LegKind.MAIN]
        if not beside:
            if self.chance.random() < 0.6:
                to = self.chance.choice([{"to_agent": self._present()}, {"to_queue": self._queue()}])
                yield self._about(inputs.StartConsult, interaction, owner, **to)
            else:
                mode = self.chance.choice(list(JoinMode))
                yield self._command(
                    inputs.JoinInteraction, interaction_id=name, agent_id=self._present(), mode=mode, reason="because"
                )
            return
        leg = self.chance.choice(beside)
        if leg.state is LegState.OFFERED:
            offer_id = ids.offer_id(ids.leg_id(name, leg.number), leg.offers)
            yield self._command(inputs.AcceptOffer, agent_id=self._holder(leg), offer_id=offer_id)
        elif leg.state is LegState.CONNECTING:
            leg_id = ids.leg_id(name, leg.number)
            yield interactions.ChannelConnected(workspace=WORKSPACE, interaction_id=name, leg_id=leg_id)
        else:
            how = self.chance.choice([ConsultEnd.COMPLETE, ConsultEnd.JOIN, ConsultEnd.JOIN, ConsultEnd.CANCEL])
            yield self.chance.choice([
                self._about(inputs.FinishConsult, interaction, owner, how=how),
                self._about(inputs.FinishConsult, interaction, owner, how=how),
                self._about(inputs.LeaveConference, interaction, self.chance.choice([owner, leg])),
                self._about(inputs.EndInteraction, interaction, self.chance.choice([owner, leg])),
                self._about(inputs.HoldInteraction, interaction, self.chance.choice([owner, leg])),
            ])  # fmt: skip
