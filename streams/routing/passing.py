"""Who is passed over for an interaction because he rejected it, missed it or transferred it away."""

from __future__ import annotations

from streams.routing.audiences import Audience
from streams.routing.model import Interaction
from streams.routing.world import World


def blocked(w: World, interaction: Interaction, audience: Audience) -> tuple[str, ...]:
    """The agents who may not be asked now.

    While others on queue meet the step and are not passed over, for `reoffer_after`, even if they are busy; when
    there are none, for `reoffer_pause`.
    """
    if not interaction.passed:
        return ()
    settings = w.policy.settings
    others = audience.on_queue
    for agent_id in interaction.passed:
        agent = w.agents.get(agent_id)
        if agent is not None and agent_id in audience.members and agent.code_now >= 0:
            others -= 1
    wait = settings.reoffer_after_ms
    if others <= 0:
        wait = min(wait, settings.reoffer_pause_ms)
    now = w.clocks.attended_ms
    return tuple(agent_id for agent_id, at in interaction.passed.items() if now < at + wait)
