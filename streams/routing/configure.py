"""A configuration change on a live workspace: it applies to what waits, and cuts nothing that is connected.

This is the one input that may look at all work and all agents.
"""

from __future__ import annotations

from schemas.configuration import RoutingConfiguration
from schemas.decisions import AgentChanged, ConfigurationApplied, QueueChanged, QueueRemoved
from schemas.inputs import ConfigurationPublished, QueueClosed, QueueOpened
from schemas.values import QueueValue
from schemas.vocabulary import AgentCause, LegState, Refusal, RescindReason
from streams.routing import offers, passing, patches, presence, rules, statuses, steps, waiting
from streams.routing.audiences import unfit
from streams.routing.capacity import Capacity
from streams.routing.legs import WAITING
from streams.routing.model import OFF_QUEUE, Agent
from streams.routing.policy import Policy
from streams.routing.project import agent_value, queue_value, reporting_value
from streams.routing.refusals import Refused
from streams.routing.world import World


def published(w: World, event: ConfigurationPublished) -> None:
    """Collect the parts; with the last one, apply."""
    if event.base_version != w.policy.version or event.version <= event.base_version:
        raise Refused(Refusal.INVALID_CONFIGURATION, f"version: {w.policy.version} is in force")
    parts = w.parts if event.part > 1 else patches.begin(event)
    if parts is None or not parts.fits(event):
        raise Refused(Refusal.INVALID_CONFIGURATION, f"part: {event.part} of {event.parts} is out of order")
    text = "".join(parts.texts) + event.patch
    if event.part < event.parts:
        parts.texts.append(event.patch)
        w.parts = parts
        return
    w.parts = None
    try:
        configuration = patches.result(w.policy.configuration, text, event.digest)
    except patches.InvalidPatch as invalid:
        raise Refused(Refusal.INVALID_CONFIGURATION, str(invalid)) from invalid
    if rules.keeps_configurations_in_order(w.engine_version):
        configuration = patches.in_order(configuration)
    w.digest = event.digest
    before = {name: queue_value(w, name) for name in w.policy.queues}
    previous = w.policy
    derive_policy(w, configuration, event.version)
    w.decide(
        ConfigurationApplied,
        version=event.version,
        digest=event.digest,
        command_id=event.command_id,
        reporting=reporting_value(w),
    )
    apply(w, configuration, before, previous)


def apply(w: World, configuration: RoutingConfiguration, before: dict[str, QueueValue], previous: Policy) -> None:
    """Put everything in its place under the configuration now in force; `before` are the queues as they were, `previous`
    the rules."""
    _queues(w, before)
    changed = _agents(w, configuration)
    serve(w)
    if rules.change_looks_at_the_step_reached(w.engine_version):
        changed += _statuses(w, previous, changed)
        _renew(w, previous)
        _pending_offers(w)
        changed += _silent(w, changed)
    else:
        _pending_offers(w)
    for agent in changed:
        w.decide(AgentChanged, agent=agent_value(w, agent), because=AgentCause.CONFIGURED)
    for agent in w.agents.values():
        w.touch_agent(agent)
    if not rules.change_looks_at_the_step_reached(w.engine_version):
        _renew(w, previous)


def look_again(w: World) -> None:
    """Whatever waits and whoever is there is matched anew."""
    for agent in w.agents.values():
        w.touch_agent(agent)
    for interaction in w.interactions.values():
        for leg in interaction.all_legs():
            if leg.state is LegState.QUEUED:
                waiting.touch(w, interaction, leg)


def adopt(w: World) -> None:
    """Newer rules came into force: the configuration is read, and kept, by them."""
    configuration = w.policy.configuration
    if rules.keeps_configurations_in_order(w.engine_version):
        configuration = patches.in_order(configuration)
        for agent_id, settings in configuration.agents.items():
            w.agents[agent_id].settings = settings
    derive_policy(w, configuration, w.policy.version)


def derive_policy(w: World, configuration: RoutingConfiguration, version: int) -> None:
    """Make the rules ready, and what depends on their channels."""
    w.policy = Policy(configuration, version, w.engine_version)
    w.profiles.renumber(w.policy.channels)
    w.capacity = Capacity(w.policy.channels, w.profiles.channel_numbers)


def serve(w: World) -> None:
    """Who serves which queue, anew; everyone counts as off queue until looked at."""
    w.serving = {}
    w.skilled = {}
    w.on_queue = {}
    for agent in w.agents.values():
        agent.code = agent.code_now = OFF_QUEUE
        agent.take = 0
        agent.room = None
        agent.loose = False
        if not agent.removed:
            for queue in agent.settings.queues:
                w.serving.setdefault(queue, []).append(agent)
                for skill in agent.settings.skills:
                    w.skilled.setdefault((queue, skill), []).append(agent)
    w.forget_audiences()


def queue_opened(w: World, event: QueueOpened) -> None:
    """The queue's opening hours began."""
    if _is_news(w, event):
        _set_open(w, event.queue, open_now=True)


def queue_closed(w: World, event: QueueClosed) -> None:
    """The queue's opening hours ended; who waits is still served."""
    if _is_news(w, event):
        _set_open(w, event.queue, open_now=False)


def drop_retired(w: World) -> None:
    """Say goodbye to queues that are no longer configured, once nobody waits in them."""
    for name in w.retired:
        record = w.queues[name]
        if not record.waiting:
            del w.queues[name]
            w.decide(QueueRemoved, queue_id=name)
    w.retired = [name for name in w.retired if name in w.queues]


def _is_news(w: World, event: QueueOpened | QueueClosed) -> bool:
    """Whether a statement is to be obeyed: one that bears its place is not when it is of a queue that is not there, or
    not newer than what was said of that queue before."""
    if event.source is None:
        return True
    return event.queue in w.queues and w.memory.source_is_new(event.source)


def _set_open(w: World, queue: str, *, open_now: bool) -> None:
    record = w.queue(queue)
    if queue in w.policy.queues and record.open != open_now:
        record.open = open_now
        w.decide(QueueChanged, queue=queue_value(w, queue))
    record.open = open_now


def _queues(w: World, before: dict[str, QueueValue]) -> None:
    for name in w.policy.queues:
        record = w.queue(name)
        record.retired = False
        value = queue_value(w, name)
        if value != before.get(name):
            w.decide(QueueChanged, queue=value)
    for name in before:
        if name not in w.policy.queues:
            w.queue(name).retired = True
    w.retired = [name for name, record in w.queues.items() if record.retired]


def _agents(w: World, configuration: RoutingConfiguration) -> list[Agent]:
    changed: list[Agent] = []
    for agent_id, settings in configuration.agents.items():
        agent = w.agents.get(agent_id)
        if agent is None:
            agent = w.agents[agent_id] = Agent(agent_id, settings, w.now_ms)
            changed.append(agent)
        elif agent.settings != settings or agent.removed:
            if agent.removed and rules.awaits_who_is_configured_again(w.engine_version):
                presence.begin_grace(w, agent)
            agent.settings = settings
            agent.removed = False
            changed.append(agent)
        elif rules.keeps_configurations_in_order(w.engine_version):
            agent.settings = settings
    for agent_id, agent in w.agents.items():
        if agent_id not in configuration.agents and not agent.removed:
            agent.removed = True
            presence.drop_sessions(w, agent)
    return changed


def _renew(w: World, previous: Policy) -> None:
    """Whatever waits stands on the step that its waiting time has reached, or has waited too long."""
    for interaction in list(w.interactions.values()):
        for leg in interaction.all_legs():
            if leg.state in WAITING:
                waiting.renew(w, interaction, leg, previous.queue(leg.queue or ""))
                steps.expire_if_due(w, interaction, leg)
        if interaction.passed:
            passing.schedule(w, interaction)


def _statuses(w: World, previous: Policy, changed: list[Agent]) -> list[Agent]:
    """The agents, beyond those `changed`, whose status has become routable or is no more."""
    known = {agent.agent_id for agent in changed}
    found: list[Agent] = []
    for agent in w.agents.values():
        routable = bool(w.policy.is_routable(agent.status))
        if routable != bool(previous.is_routable(agent.status)):
            if routable:
                agent.idle_since_ms = w.now_ms
            if agent.agent_id not in known:
                found.append(agent)
    return found


def _silent(w: World, changed: list[Agent]) -> list[Agent]:
    """The agents, beyond those `changed`, whose units are others now, or whom nobody reaches any more."""
    if not rules.tells_what_configurations_change(w.engine_version):
        return []
    known = {agent.agent_id for agent in changed}
    return [
        agent
        for agent in w.agents.values()
        if agent.work and agent.agent_id not in known and (agent.removed or w.capacity.room(agent)[2] != agent.units)
    ]


def _pending_offers(w: World) -> None:
    for agent in list(w.agents.values()):
        if agent.removed:
            statuses.rescind_all(w, agent, RescindReason.AGENT_REMOVED)
            continue
        if not w.policy.is_routable(agent.status) and rules.change_looks_at_the_step_reached(w.engine_version):
            statuses.rescind_all(w, agent, RescindReason.STATUS_CHANGED)
        for interaction, leg in list(agent.work.values()):
            if leg.state is LegState.OFFERED:
                leg.step = min(leg.step, len(w.policy.queue(leg.queue or "").steps) - 1)
                if leg.target is not None:
                    continue
                fits = unfit(w.audience(interaction, leg).key, agent.agent_id, agent.settings) is None
                if not fits or leg.queue not in agent.settings.queues:
                    offers.rescind(w, interaction, leg, RescindReason.NO_LONGER_QUALIFIES)
