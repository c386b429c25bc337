"""An agent who leaves or changes teams: all that names him goes to another agent, in one act.

Live work that he owns, prefers him (an agent-owned callback too) or waits for him names the other from then on. What he
has in hand, and what rings with him, stays with him: logging out decides about that. He need not be configured any more;
the other must be. Contacts that identity looked up before the act may still come in under his name: the act is
remembered, for `STILL_NAMED_MS` while he is configured, and for as long as he is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from schemas.decisions import InteractionChanged
from schemas.inputs import HandOverAgent
from schemas.vocabulary import LegState, Refusal
from streams.routing import commands, waiting
from streams.routing.lanes import is_waiting
from streams.routing.legs import WAITING
from streams.routing.model import Interaction, Leg, Successor
from streams.routing.project import interaction_value, leg_value
from streams.routing.refusals import Refused
from streams.routing.world import World

STILL_NAMED_MS: Final = 5 * 60 * 1000
"""For so long after the act a contact may come in that was looked up before it."""


def hand_over(w: World, event: HandOverAgent) -> None:
    """What names the one agent names the other."""
    heir = commands.agent_of(w, event.to_agent)
    if heir.removed:
        raise Refused(Refusal.UNKNOWN_AGENT, event.to_agent)
    if event.agent_id == event.to_agent:
        raise Refused(Refusal.NOT_PERMITTED, "an agent hands over to another one")
    aimed = list(_aimed_at(w, event.agent_id))
    for interaction in w.names.of(event.agent_id):
        _rename(w, interaction, event.agent_id, event.to_agent)
    for interaction, leg in aimed:
        leg.target = event.to_agent
        if leg.state is LegState.QUEUED:
            waiting.touch(w, interaction, leg)
    _remember(w, event.agent_id, Successor(event.to_agent, w.now_ms))


def now_named(w: World, agent_id: str | None) -> str | None:
    """The agent whom a contact that comes in now means when it names `agent_id`."""
    found = w.successors.get(agent_id or "")
    if found is None or agent_id is None:
        return agent_id
    agent = w.agents.get(agent_id)
    is_there = agent is not None and not agent.removed
    if is_there and w.now_ms > found.at_ms + STILL_NAMED_MS:
        return agent_id
    return found.agent_id


def _rename(w: World, interaction: Interaction, old: str, new: str) -> None:
    main = interaction.main
    before = _named(interaction)
    if interaction.preferred_agent == old:
        interaction.preferred_agent = new
    if interaction.owner == old:
        interaction.owner = new
    if main.preferred == old:
        main.preferred = new
    w.names.note(interaction)
    if main.state in WAITING and (main.preferred or interaction.preferred_agent) == new:
        main.skipped = False
    if main.state is LegState.QUEUED:
        waiting.touch(w, interaction, main)
    if _named(interaction) != before:
        w.decide(InteractionChanged, interaction=interaction_value(w, interaction), leg=leg_value(interaction, main))


def _named(interaction: Interaction) -> tuple[str | None, ...]:
    """Whom the interaction names as far as its values tell; whose callback it is, too."""
    main = interaction.main
    callback_of = None if main.callback_ms is None else main.preferred
    return interaction.preferred_agent, interaction.owner, callback_of


def _aimed_at(w: World, agent_id: str) -> Iterator[tuple[Interaction, Leg]]:
    """The waiting main legs that were transferred or assigned to the agent; who is not there is not waited for.

    A consult and a joining ask for that very agent, and nobody else.
    """
    agent = w.agents.get(agent_id)
    if agent is None:
        return
    for interaction, leg in agent.work.values():
        if leg.state is LegState.OFFERED and leg.target == agent_id and leg is interaction.main:
            yield interaction, leg
    for audience in agent.audiences:
        if audience.key.only != agent_id:
            continue
        alone = [(entry[0], entry[1]) for entry in audience.alone.values() if entry[1].turn == entry[2]]
        in_lanes = [
            (entry[3], entry[4]) for lane in audience.lanes.values() for entry in lane.heap if is_waiting(entry)
        ]
        for interaction, leg in sorted([*alone, *in_lanes], key=lambda one: (one[1].virtual_arrival_ms, one[1].place)):
            if leg.state is LegState.QUEUED and leg.target == agent_id and leg is interaction.main:
                yield interaction, leg


def _remember(w: World, agent_id: str, heir: Successor) -> None:
    """Who succeeded the agent is succeeded too; the heir succeeds himself from now on."""
    kept = {
        name: Successor(heir.agent_id, found.at_ms) if found.agent_id == agent_id else found
        for name, found in w.successors.items()
    }
    kept[agent_id] = heir
    kept.pop(heir.agent_id, None)
    w.successors = kept
