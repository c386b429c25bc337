"""What holds of a whole state after an input: looks at all work, all agents and all timers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deploy.checking.rules import Claim, Load, Rules, Scene
from deploy.checking.told import Told
from schemas.configuration import OFFLINE
from schemas.values import AgentValue, LegValue
from schemas.vocabulary import ENDED, LegState
from streams.routing import project
from streams.routing.breach import BrokenInvariant
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.timers import TimerKind
from streams.routing.world import World

WAITS = (LegState.QUEUED, LegState.OFFERED)
IN_HAND = (LegState.CONNECTING, LegState.CONNECTED, LegState.ON_HOLD, LegState.WRAP_UP)
TIMED = {
    LegState.OFFERED: TimerKind.OFFER,
    LegState.CONNECTING: TimerKind.CONNECT,
    LegState.WRAP_UP: TimerKind.WRAP_UP,
    LegState.SCHEDULED: TimerKind.SCHEDULED,
}
Pending = dict[tuple[int, str, int], int]
"""When a live timer is due, by kind, subject and leg's number."""


class Loads(Mapping[str, Load]):
    """The same as `loads`, of those alone who are asked for, while nothing new is told."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._known: dict[str, Load] = {}

    def __getitem__(self, name: str) -> Load:
        if name not in self._known:
            self._known[name] = load_of(self._told, self._told.agents[name])
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._told.agents)

    def __len__(self) -> int:
        return len(self._told.agents)


def loads(told: Told) -> dict[str, Load]:
    """What each agent is offered or has in hand."""
    return {agent.agent_id: load_of(told, agent) for agent in told.agents.values()}


def load_of(told: Told, agent: AgentValue) -> Load:
    """What an agent is offered or has in hand."""
    mine = (*agent.legs, *(name.rpartition("/")[0] for name in agent.offers))
    legs = [told.legs[name] for name in mine if name in told.legs]
    return [(told.interactions[leg.interaction_id].channel, leg.state) for leg in legs]


def whole(told: Told, rules: Rules | None, attended_ms: int, claims: dict[str, Claim], world: World) -> None:
    """Everything.

    Raises:
        BrokenInvariant: the first promise that does not hold.
    """
    if rules is None:
        return
    _told(told, world)
    held = loads(told)
    _one_owner(told, world)
    _units(told, rules, held)
    scene = Scene(rules, told.agents, held, attended_ms)
    for leg in told.legs.values():
        if leg.state is LegState.QUEUED:
            nobody_idles(scene, told, leg, claims[leg.leg_id])
        if leg.state in WAITS:
            place(rules, told, leg, world)
    _timers(rules, world)


def _told(told: Told, world: World) -> None:
    """Whoever only follows the decisions knows the state."""
    live = {}
    for interaction in world.interactions.values():
        legs = [leg for leg in interaction.all_legs() if leg.state not in ENDED]
        for leg in legs:
            live[project.leg_id(interaction, leg)] = project.leg_value(interaction, leg)
        if legs:
            _same(f"interaction {interaction.interaction_id}", told.interactions.get(interaction.interaction_id),
                  project.interaction_value(world, interaction))  # fmt: skip
    for name in {**live, **told.legs}:
        _same(f"leg {name}", told.legs.get(name), live.get(name))
    _same("agents", sorted(told.agents), sorted(world.agents))
    for name in world.agents:
        told_of_agent(told, world, name)
    for name in world.policy.queues:
        told_of_queue(told, world, name)


def told_of_interaction(told: Told, world: World, interaction_id: str) -> None:
    """What was told of one interaction and its legs is so. Raises BrokenInvariant."""
    interaction = world.interactions.get(interaction_id)
    legs = [leg for leg in interaction.all_legs() if leg.state not in ENDED] if interaction is not None else []
    live = {}
    if interaction is not None and legs:
        live = {project.leg_id(interaction, leg): project.leg_value(interaction, leg) for leg in legs}
        true = project.interaction_value(world, interaction)
        _same(f"interaction {interaction_id}", told.interactions.get(interaction_id), true)
    known = {leg.leg_id: leg for leg in told.legs_of(interaction_id)}
    for name in {**live, **known}:
        _same(f"leg {name}", known.get(name), live.get(name))


def told_of_agent(told: Told, world: World, name: str) -> None:
    """What was told of one agent is so. Raises BrokenInvariant."""
    agent = world.agents.get(name)
    _same(f"agent {name} is known", name in told.agents, agent is not None)
    if agent is not None:
        _same(f"agent {name}", _of_told(told, name), _of_state(world, agent))


def told_of_queue(told: Told, world: World, name: str) -> None:
    """What was told of one queue is so. Raises BrokenInvariant."""
    _same(f"queue {name}", told.queues.get(name), project.queue_value(world, name))


def _same(what: str, told: object, true: object) -> None:
    if told != true:
        raise BrokenInvariant("told", f"{what}: told {told}, in truth {true}")


def _of_told(told: Told, name: str) -> tuple[object, ...]:
    value = told.agents[name]
    return (value.status, value.next_status, value.sessions, value.routing_status, value.units, value.capacity,
            value.idle_since_ms, set(value.legs), set(value.offers), value.skills, value.queues)  # fmt: skip


def _of_state(world: World, agent: Agent) -> tuple[object, ...]:
    offers, legs = set(), set()
    for interaction, leg in agent.work.values():
        if leg.state is LegState.OFFERED:
            offers.add(project.offer_id(interaction, leg))
        else:
            legs.add(project.leg_id(interaction, leg))
    idle = None if legs else agent.idle_since_ms
    return (agent.status, agent.next_status, len(agent.sessions), project.routing_status(world, agent),
            world.capacity.room(agent)[2], agent.settings.capacity, idle, legs, offers, agent.settings.skills,
            agent.settings.queues)  # fmt: skip


def _one_owner(told: Told, world: World) -> None:
    holders: dict[str, str] = {}
    for agent in told.agents.values():
        for name in (*agent.legs, *(offer.rpartition("/")[0] for offer in agent.offers)):
            if name in holders:
                raise BrokenInvariant("one_owner", f"{name}: {holders[name]} and {agent.agent_id}")
            holders[name] = agent.agent_id
    wanted = {name for name, leg in told.legs.items() if leg.state in IN_HAND or leg.state is LegState.OFFERED}
    if wanted != set(holders):
        raise BrokenInvariant("one_owner", f"held are {sorted(holders)}, should be {sorted(wanted)}")
    if set(told.offers) != {leg.offer_id for leg in told.legs.values() if leg.state is LegState.OFFERED}:
        raise BrokenInvariant("one_owner", f"pending offers {sorted(told.offers)}")
    accounted_for(world)


def accounted_for(world: World) -> None:
    """Whatever was accepted is live or has ended. Raises BrokenInvariant."""
    live = len(world.interactions)
    if world.accepted != live + world.ended:
        raise BrokenInvariant("accepted_is_accounted_for", f"{world.accepted} of {live} and {world.ended}")


def _units(told: Told, rules: Rules, held: dict[str, Load]) -> None:
    for name, agent in told.agents.items():
        units_of(rules, name, agent, held[name])


def units_of(rules: Rules, name: str, agent: AgentValue, held: Load) -> None:
    """An agent was told to have so many units in use as the load takes. Raises BrokenInvariant."""
    units = rules.units(held)
    if units != agent.units:
        raise BrokenInvariant("within_capacity", f"{name}: {agent.units} units told, {units} in use")


def nobody_idles(scene: Scene, told: Told, leg: LegValue, claim: Claim) -> None:
    """Nobody could take the queued leg now. Raises BrokenInvariant."""
    interaction = told.interactions[leg.interaction_id]
    for name in scene.free(leg.queue, interaction.channel, claim.target):
        if scene.passed_over(name, leg, interaction, claim) is None:
            raise BrokenInvariant("nobody_idles", f"{name} could take {leg.leg_id}")


def place(rules: Rules, told: Told, leg: LegValue, world: World) -> None:
    """The step is the one that waiting has reached, and the place follows from arrival and head starts, unless it was
    taken over from an abandoned contact. Raises BrokenInvariant.
    """
    waited = leg.waited_ms + world.clocks.now_ms - leg.since_ms
    step = rules.reached(leg.queue, waited)
    if step != leg.step:
        raise BrokenInvariant("steps", f"{leg.leg_id} is on step {leg.step}, having waited {waited} ms")
    named = rules.step(leg.queue, step).head_start_ms
    interaction = world.interactions[leg.interaction_id]
    record = interaction.leg(leg.number)
    if leg.virtual_arrival_ms is None or named is None or record is None or record.own_place is not None:
        return
    taken_off = rules.head_start_ms(told.interactions[leg.interaction_id]) + named
    if leg.virtual_arrival_ms != leg.arrived_ms - taken_off:
        raise BrokenInvariant("place", f"{leg.leg_id}: {leg.arrived_ms} - {taken_off} is not {leg.virtual_arrival_ms}")


def _timers(rules: Rules, world: World) -> None:
    """Whatever has a deadline has a timer for it, still to come; nothing else has one."""
    log, attended = world.pending_timers()
    pending: Pending = {(kind, subject, number): due for due, _, kind, subject, number in (*log, *attended)}
    if len(pending) != len(log) + len(attended):
        raise BrokenInvariant("timers", "two timers for one thing")
    wanted: set[tuple[int, str, int]] = set()
    for interaction in world.interactions.values():
        for leg in interaction.all_legs():
            _of_leg(rules, interaction, leg, world, pending, wanted)
        if interaction.passed:
            wanted.add((TimerKind.REOFFER, interaction.interaction_id, 0))
    for agent in world.agents.values():
        lost = not agent.sessions and agent.status != OFFLINE
        if lost and (not agent.removed or agent.grace_timer):
            wanted.add((TimerKind.GRACE, agent.agent_id, 0))
        if agent.responds_timer and agent.not_responding:
            wanted.add((TimerKind.NOT_RESPONDING, agent.agent_id, 0))
    wanted.update((TimerKind.LEASE, name, 0) for name, gateway in world.gateways.items() if gateway.sessions)
    if wanted != set(pending):
        missing, idle = sorted(wanted - set(pending)), sorted(set(pending) - wanted)
        raise BrokenInvariant("timers", f"missing {missing}, for nothing {idle}")


def _of_leg(
    rules: Rules, interaction: Interaction, leg: Leg, world: World, pending: Pending, wanted: set[tuple[int, str, int]]
) -> None:
    subject = interaction.interaction_id
    kind = TIMED.get(leg.state)
    if kind is not None:
        wanted.add((kind, subject, leg.number))
        due = pending.get((kind, subject, leg.number))
        now_ms = world.clocks.now_ms if leg.state is LegState.SCHEDULED else world.clocks.attended_ms
        if due is not None and due <= now_ms:
            raise BrokenInvariant("timers", f"{subject}.{leg.number}: {kind.name} was due at {due}")
    if leg.state not in WAITS:
        return
    waited = leg.waited_ms + world.clocks.now_ms - leg.since_ms
    moments = [step.at_ms for step in rules.steps(leg.queue) if step.at_ms > waited][:1]
    expiry = rules.queue(leg.queue).expire_after_ms
    if expiry is not None:
        moments.append(expiry)
    if moments:
        key = (TimerKind.WAITING, subject, leg.number)
        wanted.add(key)
        due = world.clocks.now_ms + max(0, min(moments) - waited)
        if pending.get(key, due) != due:
            raise BrokenInvariant("timers", f"{subject}.{leg.number} wakes at {pending[key]}, not at {due}")
