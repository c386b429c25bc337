"""Who is passed over for an interaction because he rejected it, missed it or transferred it away.

A consult passes over who is with the interaction already too; one with a named agent passes over nobody else.
"""

from __future__ import annotations

from schemas.vocabulary import LegKind, LegState
from streams.routing import partaking, rules, waiting
from streams.routing.audiences import Audience
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.timers import TimerKind
from streams.routing.world import World


def present(interaction: Interaction, leg: Leg) -> tuple[str, ...]:
    """The agents who are with the interaction already, of a consult."""
    return partaking.with_it(interaction) if leg.kind is LegKind.CONSULT else ()


def blocked(w: World, interaction: Interaction, leg: Leg, audience: Audience) -> tuple[str, ...]:
    """The agents who may not be asked now.

    While others on queue meet the step and are not passed over, for `reoffer_after`, even if they are busy; when
    there are none, for `reoffer_pause`.
    """
    there = present(interaction, leg)
    if not interaction.passed or (there and leg.target is not None):
        return there
    settings = w.policy.settings
    others = audience.on_queue
    for agent_id in dict.fromkeys((*interaction.passed, *there)):
        agent = w.agents.get(agent_id)
        if agent is not None and agent_id in audience.members and agent.code_now >= 0:
            others -= 1
    wait = settings.reoffer_after_ms
    if others <= 0:
        wait = min(wait, settings.reoffer_pause_ms)
    now = w.clocks.attended_ms
    passed = tuple(agent_id for agent_id, at in interaction.passed.items() if now < at + wait)
    return (*there, *passed) if there else passed


def may_be_asked_again(w: World, interaction: Interaction, leg: Leg, audience: Audience) -> bool:
    """Whether anybody who was passed over for the waiting leg may be asked now."""
    still = blocked(w, interaction, leg, audience)
    return any(agent_id not in still for agent_id in interaction.passed or ())


def pass_over(w: World, interaction: Interaction, agent: Agent) -> None:
    """From now on others go first; a transfer to this agent has failed."""
    for leg in interaction.all_legs():
        if leg.target == agent.agent_id:
            leg.target = None
    interaction.passed = {**(interaction.passed or {}), agent.agent_id: w.clocks.attended_ms}
    schedule(w, interaction)


def decline(w: World, interaction: Interaction, agent: Agent) -> None:
    """The agent rejected or missed it: passed over, and absent for every preferred step."""
    pass_over(w, interaction, agent)
    if rules.remembers_who_declined(w.engine_version) and agent.agent_id not in interaction.declined:
        interaction.declined = (*interaction.declined, agent.agent_id)


def forget(interaction: Interaction, agent_id: str) -> None:
    """Whatever the agent did with the interaction before counts no longer."""
    interaction.passed = {one: at for one, at in (interaction.passed or {}).items() if one != agent_id} or None
    interaction.declined = tuple(one for one in interaction.declined if one != agent_id)
    if interaction.passed is None:
        interaction.reoffer_timer = 0


def schedule(w: World, interaction: Interaction) -> None:
    """Look again at the next moment at which somebody may be asked who may not be asked now."""
    settings = w.policy.settings
    now = w.clocks.attended_ms
    moments = [
        at + wait
        for at in (interaction.passed or {}).values()
        for wait in (settings.reoffer_pause_ms, settings.reoffer_after_ms)
        if at + wait > now
    ]
    due_ms = min(moments, default=now)
    interaction.reoffer_timer = w.timers.set(TimerKind.REOFFER, due_ms, interaction.interaction_id)


def due(w: World, interaction: Interaction) -> None:
    """A pause or a period is over: forget those who may be asked again like others, and match the leg anew."""
    interaction.reoffer_timer = 0
    limit = w.clocks.attended_ms - w.policy.settings.reoffer_after_ms
    interaction.passed = {a: at for a, at in (interaction.passed or {}).items() if at > limit} or None
    if interaction.passed:
        schedule(w, interaction)
    ended(w, interaction)


def ended(w: World, interaction: Interaction) -> None:
    """Somebody may be asked now who might not before: what waits is matched anew."""
    for leg in interaction.all_legs():
        if leg.state is LegState.QUEUED:
            waiting.touch(w, interaction, leg)


def waits(interaction: Interaction) -> bool:
    """Whether any leg is queued, so that the end of a pause can matter."""
    return any(leg.state is LegState.QUEUED for leg in interaction.all_legs())
