"""Consults: the owner asks an agent, or a queue's best, while keeping the customer.

The consult's leg waits by the rules: in the queue asked (closed and full are looked at, order, steps and overflow hold,
it counts as waiting there), or in none for one agent, who must be on queue and is waited for while busy. It is never
offered to who is with the interaction already. It rings once: when it is rejected or missed, or its offer is taken
back, it ends and nothing else changes; so it does when the agent asked goes off queue. One consult at a time; an owner
in a conference may consult too. Transferring away, ending, or being lost takes an open consult back.
"""

from __future__ import annotations

from schemas.decisions import LegQueued
from schemas.inputs import FinishConsult, StartConsult
from schemas.vocabulary import ConsultEnd, EndReason, JoinMode, LegKind, LegState, Refusal
from streams.routing import commands, conference, endings, entry, opening, partaking, waiting
from streams.routing.legs import TALKING
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.project import leg_value
from streams.routing.refusals import Refused
from streams.routing.world import World


def start(w: World, event: StartConsult) -> None:
    """Ask a queue or an agent. Only the owner may, while connected or with the customer on hold."""
    interaction, _ = _owner(w, event)
    if (event.to_queue is None) == (event.to_agent is None):
        raise Refused(Refusal.NOT_PERMITTED, "a consult goes to a queue or to an agent")
    if partaking.open_consult(interaction) is not None:
        raise Refused(Refusal.WRONG_STATE, "a consult is open")
    if event.to_queue is None:
        _ask_agent(w, interaction, _available(w, interaction, event.to_agent or ""))
    elif event.to_queue not in w.policy.queues:
        raise Refused(Refusal.UNKNOWN_QUEUE)
    else:
        _ask_queue(w, interaction, event.to_queue)


def finish(w: World, event: FinishConsult) -> None:
    """Complete and join need the consulted agent to be connected; cancel takes the consult back in any state.

    `complete`: that agent becomes owner. `join`: all are together; a customer on hold is connected again, which is
    refused as `no_capacity` where resuming is.
    """
    interaction, main = _owner(w, event)
    consult = partaking.open_consult(interaction)
    if consult is None:
        raise Refused(Refusal.WRONG_STATE, "no consult is open")
    if event.how is ConsultEnd.CANCEL:
        conference.dismiss(w, interaction, consult, EndReason.CONSULT_CANCELLED)
        return
    if consult.state not in TALKING:
        raise Refused(Refusal.WRONG_STATE, f"the consult is {consult.state.value}")
    if event.how is ConsultEnd.COMPLETE:
        conference.take_over(w, interaction, consult, EndReason.CONSULT_COMPLETED)
        return
    if main.state is LegState.ON_HOLD:
        commands.connect_again(w, interaction, main, w.agents[event.agent_id])
    conference.take_part(w, interaction, consult, JoinMode.BARGE)


def _owner(w: World, event: StartConsult | FinishConsult) -> tuple[Interaction, Leg]:
    interaction, leg, _ = commands.owned(w, event, *commands.TALKING_STATES)
    if leg is not interaction.main:
        raise Refused(Refusal.NOT_PERMITTED, "the owner consults")
    return interaction, leg


def _available(w: World, interaction: Interaction, agent_id: str) -> Agent:
    agent = commands.agent_of(w, agent_id)
    if agent.code_now < 0 or agent_id in partaking.with_it(interaction):
        raise Refused(Refusal.AGENT_UNAVAILABLE)
    return agent


def _ask_agent(w: World, interaction: Interaction, agent: Agent) -> None:
    leg = opening.companion(w, interaction, LegKind.CONSULT)
    leg.target = agent.agent_id
    waiting.place(w, interaction, leg)
    waiting.stand(w, interaction, leg)
    w.decide(LegQueued, leg=leg_value(interaction, leg))


def _ask_queue(w: World, interaction: Interaction, queue: str) -> None:
    leg = opening.companion(w, interaction, LegKind.CONSULT)
    chosen, leg.tried = entry.route(w, queue)
    if isinstance(chosen, EndReason):
        leg.queue = queue
        endings.end_waiting(w, interaction, leg, LegState.FLOWED_OUT, chosen)
        return
    waiting.enter(w, interaction, leg, chosen)
    w.decide(LegQueued, leg=leg_value(interaction, leg))
