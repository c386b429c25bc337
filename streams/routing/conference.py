"""Several agents with one interaction: who goes on when one goes, and who is the owner then.

The owner is the newest main leg's agent. When an owner goes and others take part, the one who has taken part longest
becomes owner: a new main leg opens, connected at once (`continues` names the leg that it goes on from), and that leg
ends as `took_over`, without wrap-up, as its agent's part goes on. The contact keeps its place in its queue in case that
owner is lost too. Who goes wraps up, with the reason `left_conference`
(`consult_completed` when a consult was completed, `agent_lost` when the agent or the agent's line was lost). With the
last one, or with the customer, all ends: who was connected wraps up, what was pending is taken back.
"""

from __future__ import annotations

from typing import Final

from schemas.decisions import LegConnected, LegEnded, LegHeld, LegJoined
from schemas.vocabulary import EndReason, JoinMode, LegState, RescindReason
from streams.routing import endings, offers, opening, partaking
from streams.routing.legs import TALKING
from streams.routing.model import Interaction, Leg
from streams.routing.project import agent_value, leg_value
from streams.routing.world import World

GOES_ON: Final[dict[EndReason, EndReason]] = {
    EndReason.AGENT_ENDED: EndReason.LEFT_CONFERENCE,
    EndReason.CHANNEL_ENDED: EndReason.LEFT_CONFERENCE,
    EndReason.LEFT_CONFERENCE: EndReason.LEFT_CONFERENCE,
    EndReason.CHANNEL_FAILED: EndReason.AGENT_LOST,
    EndReason.AGENT_LOST: EndReason.AGENT_LOST,
}
"""Why an owner's part ended, when the contact goes on without him."""
TAKEN_BACK: Final[dict[EndReason, RescindReason]] = {
    EndReason.CUSTOMER_LEFT: RescindReason.CUSTOMER_LEFT,
    EndReason.TRANSFERRED: RescindReason.TRANSFERRED,
    EndReason.REQUEUED: RescindReason.TRANSFERRED,
    EndReason.CONSULT_CANCELLED: RescindReason.CONSULT_CANCELLED,
    EndReason.CALLBACK: RescindReason.CALLBACK,
}
"""Why what was pending beside an owner is taken back; for any other end it is cancelled."""


def part_ends(w: World, interaction: Interaction, leg: Leg, reason: EndReason, *, wraps_up: bool = True) -> None:
    """The agent of a connected leg goes. Others go on; with the last one who takes part all ends."""
    if leg is not interaction.main:
        endings.end_part(w, interaction, leg, reason, wraps_up=wraps_up)
        partaking.look_again(w, interaction)
        return
    heirs = partaking.participants(interaction)
    if not heirs:
        all_end(w, interaction, reason, wraps_up=wraps_up)
        return
    consult = partaking.open_consult(interaction)
    if consult is not None:
        dismiss(w, interaction, consult, EndReason.CONSULT_CANCELLED)
    take_over(w, interaction, heirs[0], GOES_ON[reason], wraps_up=wraps_up)


def all_end(w: World, interaction: Interaction, reason: EndReason, *, wraps_up: bool = True) -> None:
    """The customer is with nobody any more: every part ends, the owner's last."""
    dissolve(w, interaction, reason)
    endings.end_part(w, interaction, interaction.main, reason, wraps_up=wraps_up)


def dissolve(w: World, interaction: Interaction, reason: EndReason) -> None:
    """Nobody is beside the owner any more."""
    for leg in partaking.companions(interaction):
        dismiss(w, interaction, leg, reason)


def dismiss(w: World, interaction: Interaction, leg: Leg, reason: EndReason) -> None:
    """A companion's leg ends, whatever its state; who was connected wraps up."""
    if leg.state in TALKING:
        endings.end_part(w, interaction, leg, reason)
        return
    because = TAKEN_BACK.get(reason, RescindReason.CANCELLED)
    if leg.state is LegState.OFFERED:
        offers.rescind(w, interaction, leg, because)
    elif leg.state is LegState.CONNECTING:
        endings.end_connecting(w, interaction, leg, *offers.RINGS_ONCE[because])
    else:
        endings.end_waiting(w, interaction, leg, *offers.RINGS_ONCE[because])


def take_over(w: World, interaction: Interaction, heir: Leg, reason: EndReason, *, wraps_up: bool = True) -> None:
    """The heir's agent becomes owner, on hold where the heir was; the owner's part ends for `reason`."""
    old, agent = interaction.main, w.agents[heir.agent_id or ""]
    holds = heir.state is LegState.ON_HOLD
    agent.let_go(interaction, heir)
    w.transition(interaction, heir, LegState.COMPLETED, EndReason.TOOK_OVER)
    new = opening.main(w, interaction)
    opening.in_place(w, new, old)
    new.agent_id, new.queue, new.continues = agent.agent_id, old.queue, heir.number
    w.transition(interaction, new, LegState.CONNECTED)
    new.connected_ms = w.now_ms
    agent.keep(interaction, new)
    w.touch_agent(agent)
    w.decide(LegConnected, leg=leg_value(interaction, new), agent=agent_value(w, agent))
    w.decide(LegEnded, leg=leg_value(interaction, heir))
    endings.forget(w, interaction, heir)
    if holds:
        w.transition(interaction, new, LegState.ON_HOLD)
        w.touch_agent(agent)
        w.decide(LegHeld, leg=leg_value(interaction, new), agent=agent_value(w, agent))
    endings.end_part(w, interaction, old, reason, wraps_up=wraps_up)


def take_part(w: World, interaction: Interaction, leg: Leg, mode: JoinMode) -> None:
    """From now on the companion is with customer and owner in that mode."""
    leg.join_mode = mode
    w.decide(LegJoined, leg=leg_value(interaction, leg))
