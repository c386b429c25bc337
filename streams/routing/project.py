"""State to the values that decisions carry."""

from __future__ import annotations

from schemas import ids
from schemas.configuration import DEFAULT_FORMULA, SHORT_ABANDON_MS
from schemas.values import AgentValue, InteractionValue, LegValue, OfferValue, QueueValue, ReportingValue
from schemas.vocabulary import LegKind, LegState, OfferState, RescindReason, RoutingStatus
from streams.routing import legs
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.world import World


def leg_id(interaction: Interaction, leg: Leg) -> str:
    """The leg's id."""
    return ids.leg_id(interaction.interaction_id, leg.number)


def offer_id(interaction: Interaction, leg: Leg) -> str:
    """The id of the leg's newest offer."""
    return ids.offer_id(leg_id(interaction, leg), leg.offers)


def interaction_value(w: World, interaction: Interaction) -> InteractionValue:
    """The interaction as it is now."""
    profile = w.profile(interaction)
    return InteractionValue(
        interaction_id=interaction.interaction_id,
        channel=profile.channel,
        adapter=profile.adapter,
        instance=profile.instance,
        arrived_ms=interaction.arrived_ms,
        customer_id=interaction.customer_id,
        tier=profile.tier,
        card_type=profile.card_type,
        language=profile.language,
        priority=profile.priority,
        requirements=dict(profile.requirements),
        preferred_agent=interaction.preferred_agent,
        owner=interaction.owner,
        do_not_contact=profile.do_not_contact,
        site=profile.site,
        campaign=profile.campaign,
        case_ids=interaction.case_ids,
        direction=profile.direction,
        confirms_connection=profile.confirms_connection,
        linked_to=interaction.linked_to,
    )


def leg_value(interaction: Interaction, leg: Leg) -> LegValue:
    """The leg as it is now."""
    offered = leg.state is LegState.OFFERED
    own_id = leg_id(interaction, leg)
    return LegValue(
        leg_id=own_id,
        interaction_id=interaction.interaction_id,
        number=leg.number,
        kind=leg.kind,
        state=leg.state,
        since_ms=leg.since_ms,
        queue=leg.queue,
        agent_id=None if offered else leg.agent_id,
        offer_id=ids.offer_id(own_id, leg.offers) if offered else None,
        reason=leg.reason,
        arrived_ms=leg.arrived_ms,
        entered_queue_ms=leg.entered_queue_ms,
        waited_ms=leg.waited_ms,
        virtual_arrival_ms=_place(leg),
        place=leg.place if leg.state in legs.WAITING else None,
        scheduled_for_ms=leg.scheduled_for_ms,
        step=leg.step,
        connected_ms=leg.connected_ms,
        held_ms=leg.held_ms,
        wrap_up_ends_ms=leg.due_ms if leg.state is LegState.WRAP_UP else None,
        disposition=leg.disposition,
        join_mode=leg.join_mode,
        callback_ms=leg.callback_ms,
        preferred_agent=None if leg.callback_ms is None else leg.preferred,
        continues=leg.continues or None,
    )


def _place(leg: Leg) -> int | None:
    """The virtual arrival of what has or had a place in a queue; what is scheduled has none yet."""
    stands = leg.queue is not None or leg.kind is LegKind.CONSULT
    return leg.virtual_arrival_ms if stands and leg.state is not LegState.SCHEDULED else None


def offer_value(
    interaction: Interaction,
    leg: Leg,
    agent: Agent,
    state: OfferState,
    made_ms: int,
    rescind_reason: RescindReason | None = None,
) -> OfferValue:
    """The leg's newest offer, as state `state`."""
    of_leg = leg_id(interaction, leg)
    return OfferValue(
        offer_id=ids.offer_id(of_leg, leg.offers),
        leg_id=of_leg,
        interaction_id=interaction.interaction_id,
        agent_id=agent.agent_id,
        state=state,
        made_ms=made_ms,
        queue=leg.queue,
        due_ms=leg.due_ms if state is OfferState.PENDING else None,
        rescind_reason=rescind_reason,
    )


def routing_status(w: World, agent: Agent) -> RoutingStatus:
    """What routing sees of the agent: the first that holds."""
    if not w.policy.is_routable(agent.status):
        return RoutingStatus.OFF_QUEUE
    if agent.not_responding:
        return RoutingStatus.NOT_RESPONDING
    found = RoutingStatus.IDLE
    for key in agent.in_hand:
        state = agent.work[key][1].state
        if state in legs.INTERACTING:
            return RoutingStatus.INTERACTING
        if state is LegState.WRAP_UP:
            found = RoutingStatus.WRAP_UP
    return found


def agent_value(w: World, agent: Agent) -> AgentValue:
    """The agent as of now; since when the routing status holds is noted on the way."""
    status = routing_status(w, agent)
    if status is not agent.routing_status:
        agent.routing_status = status
        agent.since_ms = w.now_ms
    settings = agent.settings
    return AgentValue(
        agent_id=agent.agent_id,
        status=agent.status,
        routing_status=status,
        since_ms=agent.since_ms,
        next_status=agent.next_status,
        team=settings.team,
        site=settings.site,
        connected=bool(agent.sessions),
        sessions=len(agent.sessions),
        units=w.capacity.room(agent)[2],
        capacity=settings.capacity,
        idle_since_ms=None if agent.in_hand else agent.idle_since_ms,
        legs=tuple(agent.in_hand.values()),
        offers=tuple(agent.ringing.values()),
        skills=settings.skills,
        queues=settings.queues,
    )


def queue_value(w: World, queue: str) -> QueueValue:
    """The queue as configured and as opening hours have it."""
    policy = w.policy.queue(queue)
    level = policy.settings.service_level
    short_ms = policy.settings.short_abandon_ms
    return QueueValue(
        queue=queue,
        open=w.queue(queue).open,
        class_=policy.class_,
        strategy=policy.strategy,
        service_level_within_ms=level.within_ms if level else None,
        service_level_goal_percent=level.goal_percent if level else None,
        max_waiting=policy.settings.max_waiting,
        service_level_formula=level.formula if level and level.formula != DEFAULT_FORMULA else None,
        short_abandon_ms=None if short_ms == SHORT_ABANDON_MS else short_ms,
    )


def reporting_value(w: World) -> ReportingValue | None:
    """What figures are counted by, apart from queues; None = nothing is configured."""
    configuration = w.policy.configuration
    tiers = {
        tier: settings.service_level_within_ms
        for tier, settings in sorted(configuration.tiers.items())
        if settings.service_level_within_ms is not None
    }
    time_zone = configuration.settings.time_zone
    return ReportingValue(time_zone=time_zone, tiers=tiers) if tiers or time_zone is not None else None
