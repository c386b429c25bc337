"""What identity and the adapters say of interactions."""

from __future__ import annotations

import sys

import msgspec

from schemas.decisions import DuplicateIgnored, InputHeld, InteractionChanged, LegQueued
from schemas.inputs import InteractionIdentified, InteractionUpdated
from schemas.interactions import (
    CallbackRequested,
    ChannelConnected,
    ChannelEnded,
    ChannelFailed,
    CustomerLeft,
    InteractionEvent,
)
from schemas.vocabulary import EndReason, Fault, LegKind, LegState, RescindReason
from streams.routing import callbacks, conference, endings, entry, offers, resuming, succession, waiting
from streams.routing.legs import TALKING, WAITING
from streams.routing.memory import Held
from streams.routing.model import Interaction, Leg, Profile
from streams.routing.project import interaction_value, leg_value
from streams.routing.world import World


def arrived(w: World, event: InteractionIdentified) -> None:
    """A contact to be routed; one that is known already changes nothing."""
    if event.interaction_id in w.interactions or w.memory.has_ended(event.interaction_id):
        w.decide(DuplicateIgnored, interaction_id=event.interaction_id)
        return
    interaction = _open(w, event)
    held = w.memory.release(event.interaction_id)
    for update in held.updates if held else ():
        _learn(w, interaction, update)
    leg = interaction.main
    wish = callbacks.wish(event, held)
    if held is not None and held.left and wish is None:
        _end_at_once(w, interaction, LegState.ABANDONED, EndReason.CUSTOMER_LEFT)
        return
    if wish is not None and callbacks.arrives(w, interaction, event.queue, wish):
        return
    queue, leg.tried = entry.route(w, event.queue)
    if isinstance(queue, EndReason):
        state = LegState.FAILED if queue is EndReason.UNKNOWN_QUEUE else LegState.FLOWED_OUT
        _end_at_once(w, interaction, state, queue)
        return
    waiting.enter(w, interaction, leg, queue)
    if resuming.resume(w, interaction, leg):
        waiting.place(w, interaction, leg)
    w.decide(LegQueued, leg=leg_value(interaction, leg), interaction=interaction_value(w, interaction))


def updated(w: World, event: InteractionUpdated) -> None:
    """Attributes learnt later; what waits takes the place that they give it."""
    interaction = _known(w, event)
    if interaction is None:
        return
    before = interaction_value(w, interaction)
    _learn(w, interaction, event)
    after = interaction_value(w, interaction)
    if after == before:
        return
    if after.customer_id != before.customer_id:
        resuming.resume(w, interaction, interaction.main)
    for leg in interaction.all_legs():
        if leg.state in WAITING:
            waiting.place(w, interaction, leg)
            if leg.state is LegState.QUEUED:
                waiting.touch(w, interaction, leg)
    placed = next((leg for leg in interaction.all_legs() if leg.state in WAITING), interaction.main)
    w.decide(InteractionChanged, interaction=after, leg=leg_value(interaction, placed))


def customer_left(w: World, event: CustomerLeft) -> None:
    """Abandoned before connection, an ordinary end after; who is to be called back is not on the line."""
    interaction = _known(w, event)
    if interaction is None or callbacks.is_due_to_customer(interaction.main):
        return
    leg = interaction.main
    if leg.state in WAITING or leg.state is LegState.CONNECTING:
        resuming.remember(w, interaction, leg)
    if leg.state is LegState.OFFERED:
        offers.rescind(w, interaction, leg, RescindReason.CUSTOMER_LEFT)
    if leg.state is LegState.CONNECTING:
        endings.end_connecting(w, interaction, leg, LegState.ABANDONED, EndReason.CUSTOMER_LEFT)
    elif leg.state in TALKING:
        conference.all_end(w, interaction, EndReason.CUSTOMER_LEFT)
    elif leg.state is LegState.QUEUED:
        endings.end_waiting(w, interaction, leg, LegState.ABANDONED, EndReason.CUSTOMER_LEFT)


def callback_requested(w: World, event: CallbackRequested) -> None:
    """The customer asks to be called back; what cannot be promised changes nothing."""
    interaction = _known(w, event)
    if interaction is not None:
        callbacks.asked(w, interaction, event)


def channel_connected(w: World, event: ChannelConnected) -> None:
    """The adapter confirms that customer and agent are together."""
    found = _leg(w, event, event.leg_id)
    if found is not None and found[1].state is LegState.CONNECTING:
        offers.connected(w, *found)


def channel_failed(w: World, event: ChannelFailed) -> None:
    """A line failed: while connecting back in place, while connected the end; where the fault is the agent's, the
    others of a conference go on."""
    found = _leg(w, event, event.leg_id)
    if found is None:
        return
    interaction, leg = found
    if leg.state is LegState.CONNECTING:
        offers.unconnected(w, interaction, leg, missed=event.fault is Fault.AGENT)
    elif leg.state in TALKING and leg is interaction.main and event.fault is Fault.CHANNEL:
        conference.all_end(w, interaction, EndReason.CHANNEL_FAILED)
    elif leg.state in TALKING:
        conference.part_ends(w, interaction, leg, EndReason.CHANNEL_FAILED)


def channel_ended(w: World, event: ChannelEnded) -> None:
    """That leg's agent hung up."""
    found = _leg(w, event, event.leg_id)
    if found is None:
        return
    if found[1].state is LegState.CONNECTING:
        offers.unconnected(w, *found, missed=True)
    elif found[1].state in TALKING:
        conference.part_ends(w, *found, EndReason.CHANNEL_ENDED)


def _open(w: World, event: InteractionIdentified) -> Interaction:
    profile = Profile(
        channel=event.channel,
        adapter=event.adapter,
        instance=event.instance,
        tier=event.tier,
        card_type=event.card_type,
        language=event.language,
        priority=event.priority,
        requirements=tuple(sorted(event.requirements.items())),
        site=event.site,
        campaign=event.campaign,
        direction=event.direction,
        confirms_connection=event.confirms_connection,
        do_not_contact=event.do_not_contact,
    )
    now = w.now_ms
    interaction = Interaction(
        interaction_id=event.interaction_id,
        profile=w.profiles.take(profile, w.policy.channels),
        arrived_ms=now,
        main=Leg(1, LegKind.MAIN, LegState.CREATED, since_ms=now, arrived_ms=now, place=w.place),
        customer_id=event.customer_id,
        preferred_agent=_shared(succession.now_named(w, event.preferred_agent)),
        owner=_shared(succession.now_named(w, event.owner)),
        case_ids=event.case_ids,
        linked_to=event.linked_to,
    )
    w.interactions[event.interaction_id] = interaction
    w.names.note(interaction)
    w.accepted += 1
    return interaction


def _end_at_once(w: World, interaction: Interaction, state: LegState, reason: EndReason) -> None:
    endings.end_waiting(w, interaction, interaction.main, state, reason, value=interaction_value(w, interaction))


def _learn(w: World, interaction: Interaction, event: InteractionUpdated) -> None:
    old = w.profile(interaction)
    new = msgspec.structs.replace(
        old,
        tier=old.tier if event.tier is None else event.tier,
        card_type=old.card_type if event.card_type is None else event.card_type,
        language=old.language if event.language is None else event.language,
        priority=old.priority if event.priority is None else event.priority,
        requirements=old.requirements if event.requirements is None else tuple(sorted(event.requirements.items())),
        do_not_contact=old.do_not_contact if event.do_not_contact is None else event.do_not_contact,
    )
    if new != old:
        number = w.profiles.take(new, w.policy.channels)
        w.profiles.release(interaction.profile)
        interaction.profile = number
    if event.customer_id is not None:
        interaction.customer_id = event.customer_id
    if event.preferred_agent is not None:
        interaction.preferred_agent = _shared(succession.now_named(w, event.preferred_agent))
    if event.owner is not None:
        interaction.owner = _shared(succession.now_named(w, event.owner))
    if event.case_ids is not None:
        interaction.case_ids = event.case_ids
    w.names.note(interaction)


def _known(w: World, event: InteractionEvent) -> Interaction | None:
    """The interaction; word of one that has not come yet is held, of one that is over changes nothing."""
    interaction = w.interactions.get(event.interaction_id)
    if interaction is None and not w.memory.has_ended(event.interaction_id):
        _keep(w.memory.hold(event.interaction_id), event)
        w.decide(InputHeld, interaction_id=event.interaction_id)
    return interaction


def _keep(held: Held, event: InteractionEvent) -> None:
    if isinstance(event, CustomerLeft):
        held.left = True
    elif isinstance(event, InteractionUpdated):
        held.updates.append(event)
    elif isinstance(event, CallbackRequested):
        held.callback = event


def _leg(w: World, event: InteractionEvent, leg_id: str) -> tuple[Interaction, Leg] | None:
    interaction = _known(w, event)
    number = leg_id.rpartition(".")[2]
    leg = interaction.line(int(number)) if interaction is not None and number.isdecimal() else None
    return None if interaction is None or leg is None else (interaction, leg)


def _shared(text: str | None) -> str | None:
    return None if text is None else sys.intern(text)
