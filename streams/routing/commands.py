"""What agents ask for. A handler refuses before it changes anything."""

from __future__ import annotations

from schemas import ids
from schemas.configuration import OFFLINE
from schemas.decisions import LegHeld, LegResumed
from schemas.inputs import (
    AcceptOffer,
    EndInteraction,
    ExtendWrapUp,
    FinishWrapUp,
    HoldInteraction,
    LegCommand,
    LogOut,
    RejectOffer,
    ResumeInteraction,
    SetNextStatus,
    SetStatus,
    TransferInteraction,
)
from schemas.vocabulary import AgentCause, EndReason, LegState, Refusal
from streams.routing import capacity, conference, endings, handover, offers, partaking, presence, statuses
from streams.routing.legs import TALKING
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.project import agent_value, leg_value
from streams.routing.refusals import Refused
from streams.routing.world import World


def accept(w: World, event: AcceptOffer) -> None:
    """Take the offer; at its deadline it is too late."""
    offers.accept(w, *_offered(w, event.agent_id, event.offer_id))


def reject(w: World, event: RejectOffer) -> None:
    """Decline the offer; the interaction keeps its place."""
    offers.reject(w, *_offered(w, event.agent_id, event.offer_id))


def hold(w: World, event: HoldInteraction) -> None:
    """Connected to on hold."""
    interaction, leg, agent = owned(w, event, LegState.CONNECTED)
    w.transition(interaction, leg, LegState.ON_HOLD)
    w.touch_agent(agent)
    w.decide(LegHeld, leg=leg_value(interaction, leg), agent=agent_value(w, agent))


def resume(w: World, event: ResumeInteraction) -> None:
    """On hold to connected, where there is room again."""
    connect_again(w, *owned(w, event, LegState.ON_HOLD))


def connect_again(w: World, interaction: Interaction, leg: Leg, agent: Agent) -> None:
    """The customer, who is on hold, is connected again. Raises Refused when there is no room for that any more."""
    channels = w.policy.channels
    number = w.profiles.channel_numbers[interaction.profile]
    if channels.settings[number].hold_frees_units:
        used = capacity.units_against(channels, w.capacity.load(agent), number)
        if used + channels.units[number] > agent.settings.capacity:
            raise Refused(Refusal.NO_CAPACITY)
    w.transition(interaction, leg, LegState.CONNECTED)
    w.touch_agent(agent)
    w.decide(LegResumed, leg=leg_value(interaction, leg), agent=agent_value(w, agent))


def end(w: World, event: EndInteraction) -> None:
    """The agent ends the contact, or only this part of it where others go on; wrap-up begins."""
    interaction, leg, _ = owned(w, event, *TALKING_STATES)
    conference.part_ends(w, interaction, leg, EndReason.AGENT_ENDED)


def transfer(w: World, event: TransferInteraction) -> None:
    """Hand over to a queue or to an agent who is on queue."""
    interaction, leg, agent = owned(w, event, *TALKING_STATES)
    if leg is not interaction.main or (event.to_queue is None) == (event.to_agent is None):
        raise Refused(Refusal.NOT_PERMITTED, "a main leg goes to a queue or to an agent")
    if partaking.participants(interaction):
        raise Refused(Refusal.WRONG_STATE, "in a conference: leave it, or let the others leave first")
    if event.to_queue is not None:
        if event.to_queue not in w.policy.queues:
            raise Refused(Refusal.UNKNOWN_QUEUE)
        handover.to_queue(w, interaction, leg, agent, event.to_queue, keep_place=event.keep_place)
        return
    target = agent_of(w, event.to_agent or "")
    if target is agent or target.code_now < 0:
        raise Refused(Refusal.AGENT_UNAVAILABLE)
    handover.to_agent(w, interaction, leg, agent, target, keep_place=event.keep_place)


def extend_wrap_up(w: World, event: ExtendWrapUp) -> None:
    """Move the end of wrap-up."""
    interaction, leg, _ = owned(w, event, LegState.WRAP_UP)
    endings.extend_wrap_up(w, interaction, leg, leg.wrap_up_ms if event.for_ms is None else event.for_ms)


def finish_wrap_up(w: World, event: FinishWrapUp) -> None:
    """Wrap-up is done."""
    interaction, leg, _ = owned(w, event, LegState.WRAP_UP)
    leg.disposition = event.disposition
    endings.complete(w, interaction, leg)


def set_status(w: World, event: SetStatus) -> None:
    """Choose a status; `offline` leaves at once."""
    choose_status(w, agent_of(w, event.agent_id), event.status, AgentCause.STATUS_SET)


def choose_status(w: World, agent: Agent, status: str, because: AgentCause) -> None:
    """Set the status for whoever asks; only who is signed in has one to choose."""
    if w.policy.is_routable(status) is None:
        raise Refused(Refusal.NOT_PERMITTED, f"no status {status!r}")
    if status == OFFLINE:
        statuses.go_offline(w, agent, because)
        return
    if agent.status == OFFLINE and not agent.sessions:
        raise Refused(Refusal.AGENT_UNAVAILABLE, "not signed in")
    statuses.set_status(w, agent, status, because)


def set_next_status(w: World, event: SetNextStatus) -> None:
    """Drain, then take that status."""
    agent = agent_of(w, event.agent_id)
    if w.policy.is_routable(event.status) is None:
        raise Refused(Refusal.NOT_PERMITTED, f"no status {event.status!r}")
    if agent.status == OFFLINE:
        raise Refused(Refusal.AGENT_UNAVAILABLE, "not signed in")
    statuses.set_next_status(w, agent, event.status)


def log_out(w: World, event: LogOut) -> None:
    """Leave at once, without grace."""
    presence.log_out(w, agent_of(w, event.agent_id), AgentCause.LOGGED_OUT)


TALKING_STATES = tuple(sorted(TALKING))


def agent_of(w: World, agent_id: str) -> Agent:
    """The configured agent."""
    agent = w.agents.get(agent_id)
    if agent is None:
        raise Refused(Refusal.UNKNOWN_AGENT)
    return agent


def find_interaction(w: World, interaction_id: str) -> Interaction:
    """The live interaction; one that is over is in the wrong state."""
    interaction = w.interactions.get(interaction_id)
    if interaction is None:
        if w.memory.has_ended(interaction_id):
            raise Refused(Refusal.WRONG_STATE, "the interaction has ended")
        raise Refused(Refusal.UNKNOWN_INTERACTION)
    return interaction


def find_leg(w: World, leg_id: str) -> tuple[Interaction, Leg]:
    """The live leg; one that is over is in the wrong state."""
    interaction_id, _, number = leg_id.rpartition(".")
    interaction = w.interactions.get(interaction_id)
    if interaction is None and not w.memory.has_ended(interaction_id):
        raise Refused(Refusal.UNKNOWN_INTERACTION)
    leg = interaction.leg(int(number)) if interaction is not None and number.isdecimal() else None
    if interaction is None or leg is None:
        raise Refused(Refusal.WRONG_STATE, "the leg has ended")
    return interaction, leg


def _offered(w: World, agent_id: str, offer_id: str) -> tuple[Interaction, Leg, Agent]:
    agent = agent_of(w, agent_id)
    leg_id, _, number = offer_id.rpartition("/")
    interaction_id = ids.interaction_of(offer_id)
    if interaction_id not in w.interactions and not w.memory.has_ended(interaction_id):
        raise Refused(Refusal.UNKNOWN_INTERACTION)
    try:
        interaction, leg = find_leg(w, leg_id)
    except Refused as refused:
        raise Refused(Refusal.NOT_OFFERED, refused.detail) from refused
    if leg.state is not LegState.OFFERED or leg.agent_id != agent_id or str(leg.offers) != number:
        raise Refused(Refusal.NOT_OFFERED)
    return interaction, leg, agent


def owned(w: World, event: LegCommand, *states: LegState) -> tuple[Interaction, Leg, Agent]:
    """The agent's own leg in one of these states."""
    agent = agent_of(w, event.agent_id)
    interaction, leg = find_leg(w, event.leg_id)
    if leg.agent_id != event.agent_id or leg.state is LegState.OFFERED:
        raise Refused(Refusal.NOT_OWNER)
    if leg.state not in states:
        raise Refused(Refusal.WRONG_STATE, leg.state.value)
    return interaction, leg, agent
