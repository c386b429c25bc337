"""Callbacks: the customer is called back instead of waiting on the line.

The interaction keeps its id and takes the channel `callback`, a channel like any other: where the document does not
name it, it has the values shown for phone. Until the callback is connected, hanging up changes nothing. From the queue
it keeps its place, its step and its waiting time; what rings or is being connected is taken back without blame. At a
time it is `scheduled` (log time) and enters the queue then, with that as its arrival, as any arrival does; of those due
at one moment the one asked for first goes first. A time that is past means now.

Work in an agent's hands, wrap-up included, is promised: his part ends with its wrap-up, consults and conferences end
with it, and a new main leg is scheduled, or (no time) enters the queue with a new arrival. Asked again, the newest word
counts; the agent stays unless another is named. The agent named is preferred, before anyone whom identity prefers, and
has declined nothing yet. A customer who wants no contact may ask for a callback: it is the customer's own wish.
"""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.decisions import InteractionChanged, LegQueued, LegScheduled
from schemas.inputs import InteractionIdentified, RequestCallback
from schemas.interactions import CallbackRequested
from schemas.vocabulary import ENDED, AgentCause, EndReason, LegState, Refusal, RescindReason
from streams.routing import agents, commands, conference, endings, entry, handover, offers, passing, succession, waiting
from streams.routing.legs import TALKING
from streams.routing.memory import Held
from streams.routing.model import Interaction, Leg
from streams.routing.project import interaction_value, leg_value
from streams.routing.refusals import Refused
from streams.routing.timers import TimerKind
from streams.routing.world import World

CHANNEL: Final = "callback"
AHEAD_AT_MOST_MS: Final = 366 * 24 * 60 * 60 * 1000
"""A callback may be promised for a year; further ahead it is `not_permitted`."""
_PENDING: Final = frozenset({LegState.SCHEDULED, LegState.QUEUED, LegState.OFFERED, LegState.CONNECTING})


class Wish(msgspec.Struct, frozen=True):
    """What was asked for: a moment (None = as soon as possible) and an agent (None = anybody)."""

    at_ms: int | None = None
    agent_id: str | None = None


def is_due_to_customer(leg: Leg) -> bool:
    """Whether the leg is a callback that has not reached the customer yet."""
    return leg.callback_ms is not None and leg.state in _PENDING


def requested(w: World, event: RequestCallback) -> None:
    """An agent promises a callback for work of his own, or a supervisor for any; the sender has checked the role.

    Own is what rings at the agent or is in his hands, a callback that he owns, and one that he promised and still wraps
    up.
    """
    interaction = commands.find_interaction(w, event.interaction_id)
    if event.by_agent is not None and not _is_own(interaction, event.by_agent):
        raise Refused(Refusal.NOT_OWNER)
    if event.agent_id is not None:
        commands.agent_of(w, event.agent_id)
    refused = _refusal(w, interaction, event.at_ms)
    if refused is not None:
        raise refused
    _call_back(w, interaction, Wish(event.at_ms, event.agent_id))


def asked(w: World, interaction: Interaction, event: CallbackRequested) -> None:
    """The customer asks, through the adapter. What a command would be refused for changes nothing; an agent who is not
    there is nobody's wish."""
    if _refusal(w, interaction, event.at_ms) is None:
        _call_back(w, interaction, _known_agent(w, Wish(event.at_ms, event.agent_id)))


def wish(event: InteractionIdentified, held: Held | None) -> Wish | None:
    """What a new contact asks for; None = its customer waits. A word that overtook the contact is the newer one."""
    if held is not None and held.callback is not None:
        return Wish(held.callback.at_ms, held.callback.agent_id)
    return None if event.callback_at_ms is None else Wish(event.callback_at_ms)


def arrives(w: World, interaction: Interaction, queue: str | None, wanted: Wish) -> bool:
    """A new contact is to be called back; False = now: the caller lets it enter its queue."""
    leg = interaction.main
    _mark(w, interaction, leg, _known_agent(w, wanted))
    if wanted.at_ms is None or not w.now_ms < wanted.at_ms <= w.now_ms + AHEAD_AT_MOST_MS:
        return False
    leg.queue = entry.named(w, queue)
    if leg.queue is None:
        value = interaction_value(w, interaction)
        endings.end_waiting(w, interaction, leg, LegState.FAILED, EndReason.UNKNOWN_QUEUE, value=value)
    else:
        w.queue(leg.queue)
        _schedule(w, interaction, leg, wanted.at_ms)
    return True


def due(w: World, interaction: Interaction, leg: Leg) -> None:
    """The moment has come: the leg enters its queue, and the moment is its arrival."""
    leg.timer = 0
    leg.arrived_ms = w.now_ms
    leg.step_head_start_ms = 0
    leg.target = leg.only = None
    leg.skipped = False
    chosen, leg.tried = entry.route(w, leg.queue)
    if isinstance(chosen, EndReason):
        state = LegState.FAILED if chosen is EndReason.UNKNOWN_QUEUE else LegState.FLOWED_OUT
        endings.end_waiting(w, interaction, leg, state, chosen, value=interaction_value(w, interaction))
        return
    waiting.enter(w, interaction, leg, chosen)
    w.decide(LegQueued, leg=leg_value(interaction, leg), interaction=interaction_value(w, interaction))


def _refusal(w: World, interaction: Interaction, at_ms: int | None) -> Refused | None:
    if interaction.main.state in ENDED:
        return Refused(Refusal.WRONG_STATE, "the interaction has ended")
    if at_ms is not None and at_ms > w.now_ms + AHEAD_AT_MOST_MS:
        return Refused(Refusal.NOT_PERMITTED, "more than a year ahead")
    return None


def _is_own(interaction: Interaction, agent_id: str) -> bool:
    leg = interaction.main
    if leg.agent_id is not None:
        return leg.agent_id == agent_id
    promised = any(other.agent_id == agent_id and other.kind is leg.kind for other in interaction.others)
    return is_due_to_customer(leg) and (leg.preferred == agent_id or promised)


def _known_agent(w: World, wanted: Wish) -> Wish:
    agent_id = succession.now_named(w, wanted.agent_id)
    return Wish(wanted.at_ms, agent_id if agent_id in w.agents else None)


def _call_back(w: World, interaction: Interaction, wanted: Wish) -> None:
    """Whatever the interaction's state, from now on its newest main leg is a callback."""
    leg = interaction.main
    if leg.state is LegState.OFFERED:
        offers.rescind(w, interaction, leg, RescindReason.CALLBACK)
    elif leg.state is LegState.CONNECTING:
        offers.unconnected(w, interaction, leg, missed=False)
    elif leg.state in TALKING or leg.state is LegState.WRAP_UP:
        leg = _promise(w, interaction, leg)
    _mark(w, interaction, leg, wanted)
    if wanted.at_ms is not None and wanted.at_ms > w.now_ms:
        _schedule(w, interaction, leg, wanted.at_ms)
    elif leg.state is LegState.QUEUED:
        waiting.touch(w, interaction, leg)
        w.decide(InteractionChanged, interaction=interaction_value(w, interaction), leg=leg_value(interaction, leg))
    else:
        leg.place = w.place
        leg.scheduled_for_ms = None
        due(w, interaction, leg)


def _promise(w: World, interaction: Interaction, leg: Leg) -> Leg:
    """A new main leg takes over from the agent, who wraps up, as does whoever was beside him."""
    conference.dissolve(w, interaction, EndReason.CALLBACK)
    new = handover.open_leg(w, interaction, leg)
    if leg.state in TALKING:
        endings.end_part(w, interaction, leg, EndReason.CALLBACK)
    return new


def _mark(w: World, interaction: Interaction, leg: Leg, wanted: Wish) -> None:
    """The leg is a callback; legs still in agents' hands hold from now on what the channel asks for."""
    leg.callback_ms = w.now_ms
    if wanted.agent_id is not None:
        leg.preferred = wanted.agent_id
        w.names.note(interaction)
        leg.target = None
        leg.skipped = False
        passing.forget(interaction, wanted.agent_id)
    profile = w.profile(interaction)
    if profile.channel == CHANNEL:
        return
    number = w.profiles.take(msgspec.structs.replace(profile, channel=CHANNEL), w.policy.channels)
    w.profiles.release(interaction.profile)
    interaction.profile = number
    for other in interaction.others:
        agent = w.agents.get(other.agent_id or "")
        if agent is not None:
            agents.say(w, agent, AgentCause.WORK_CHANGED)


def _schedule(w: World, interaction: Interaction, leg: Leg, at_ms: int) -> None:
    if leg.state is not LegState.SCHEDULED:
        w.transition(interaction, leg, LegState.SCHEDULED)
    leg.wakes_ms = None
    leg.wake_timer = 0
    leg.scheduled_for_ms = at_ms
    leg.place = w.place
    leg.timer = w.timers.set(TimerKind.SCHEDULED, at_ms, interaction.interaction_id, leg.number)
    w.decide(LegScheduled, leg=leg_value(interaction, leg), interaction=interaction_value(w, interaction))
