"""What holds of what an input's decisions spoke of: a part of `look.whole`, cheap enough for every input.

Those contacts and their legs, those agents and queues; waiting work that was spoken of beside all who are free, and agents
who were spoken of and are free beside all waiting work. Timers and whatever changed in silence are left to the whole look.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from deploy.checking import look
from deploy.checking.rules import Claim, Rules, Scene
from deploy.checking.told import Told
from schemas.decisions import Decision
from schemas.vocabulary import LegState
from streams.routing.breach import BrokenInvariant
from streams.routing.world import World


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """The names of what decisions spoke of."""

    interactions: frozenset[str]
    agents: frozenset[str]
    queues: frozenset[str]


def touched_by(decisions: Iterable[Decision]) -> Touched:
    """What these decisions spoke of."""
    interactions, agents, queues = set(), set(), set()
    for decision in decisions:
        for value in (decision.interaction, decision.leg, decision.offer):
            if value is not None:
                interactions.add(value.interaction_id)
        if decision.agent is not None:
            agents.add(decision.agent.agent_id)
        if decision.queue is not None:
            queues.add(decision.queue.queue)
    return Touched(interactions=frozenset(interactions), agents=frozenset(agents), queues=frozenset(queues))


def look_at(
    touched: Touched, told: Told, rules: Rules, attended_ms: int, claims: dict[str, Claim], world: World
) -> None:
    """Look at what was touched.

    Raises:
        BrokenInvariant: the first promise that does not hold.
    """
    held = look.Loads(told)
    scene = Scene(rules, told.agents, held, attended_ms)
    for interaction_id in sorted(touched.interactions):
        look.told_of_interaction(told, world, interaction_id)
        _legs(scene, told, interaction_id, claims, world)
    for name in sorted(touched.agents):
        look.told_of_agent(told, world, name)
        if name in told.agents:
            look.units_of(rules, name, told.agents[name], held[name])
            _idles(scene, told, name, claims)
    for name in sorted(touched.queues & world.policy.queues.keys()):
        look.told_of_queue(told, world, name)
    look.accounted_for(world)


def _legs(scene: Scene, told: Told, interaction_id: str, claims: dict[str, Claim], world: World) -> None:
    for leg in told.legs_of(interaction_id):
        if leg.state is LegState.QUEUED:
            look.nobody_idles(scene, told, leg, claims[leg.leg_id])
        if leg.state in look.WAITS:
            look.place(scene.rules, told, leg, world)
        agent = told.agents.get(leg.agent_id or "")
        if leg.state in look.IN_HAND and (agent is None or leg.leg_id not in agent.legs):
            raise BrokenInvariant("one_owner", f"{leg.leg_id} is {leg.state} with {leg.agent_id}, who does not say so")


def _idles(scene: Scene, told: Told, name: str, claims: dict[str, Claim]) -> None:
    if scene.away(name) is not None:
        return
    for leg in told.legs.values():
        if leg.state is not LegState.QUEUED:
            continue
        interaction, claim = told.interactions[leg.interaction_id], claims[leg.leg_id]
        asked = scene.is_free(name, interaction.channel) and name in scene.serving(leg.queue, claim.target)
        if asked and scene.passed_over(name, leg, interaction, claim) is None:
            raise BrokenInvariant("nobody_idles", f"{name} could take {leg.leg_id}")
