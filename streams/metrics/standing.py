"""How things stand in each group: who waits since when, what is in hand, which agents are in which status."""

from __future__ import annotations

from schemas.line import Line
from schemas.metrics import Dimension, Now
from schemas.vocabulary import ACTIVE, LegKind, LegState, RoutingStatus
from streams.metrics.kept import WAITING, Group, KeptAgent, KeptContact, KeptLeg
from streams.metrics.tally import groups_of_agent, groups_of_contact, groups_of_desk, groups_of_queue


class _Place:
    """One group."""

    __slots__ = ("active", "agents", "callbacks", "line", "offers", "scheduled", "since_ms")

    def __init__(self) -> None:
        self.line = Line()
        self.active = 0
        self.offers = 0
        self.callbacks = 0
        self.scheduled = 0
        self.agents: dict[RoutingStatus, int] = {}
        self.since_ms: int | None = None


class Standing:
    """Kept up to date leg by leg and agent by agent; `touched` gathers the groups in which something changed."""

    def __init__(self, workspace: str) -> None:
        self._workspace = workspace
        self._places: dict[Group, _Place] = {}
        self.touched: dict[Group, None] = {}

    def leg(self, contact: KeptContact, before: KeptLeg | None, after: KeptLeg | None) -> None:
        """A leg of the contact changed; None = it is not (or no longer) live."""
        if before is not None:
            self._leave(self._groups_of_leg(contact, before), before)
        if after is not None:
            self._stand(self._groups_of_leg(contact, after), after, contact.arrived_ms)

    def agent(self, agent_id: str, before: KeptAgent | None, after: KeptAgent | None) -> None:
        """An agent changed."""
        was, now = _shown(before), _shown(after)
        if was == now:
            return
        if before is not None and after is not None and was[1:] == now[1:]:
            self._work(agent_id, after, after.offers - before.offers, after.legs - before.legs)
            return
        for value, sign in ((before, -1), (after, 1)):
            if value is None:
                continue
            self._work(agent_id, value, sign * value.offers, sign * value.legs)
            if value.online:
                for group in self._groups_of(agent_id, value):
                    agents = self._place(group).agents
                    agents[value.routing_status] = agents.get(value.routing_status, 0) + sign
        self._place((Dimension.AGENT, agent_id)).since_ms = after.since_ms if after and after.online else None

    def _work(self, agent_id: str, agent: KeptAgent, offers: int, legs: int) -> None:
        for group in groups_of_agent(agent_id, agent):
            place = self._place(group)
            place.offers += offers
            place.active += legs

    def groups(self) -> list[Group]:
        """Those in which something waits, is in hand, or somebody is."""
        return [group for group in self._places if self.is_anything(group)]

    def is_anything(self, group: Group) -> bool:
        """Whether anything waits, is in hand, or anybody is in the group."""
        place = self._places.get(group)
        if place is None:
            return False
        line = place.line
        return bool(
            line.queued or line.offered or place.active or place.offers or place.scheduled or any(place.agents.values())
        )

    def now(self, group: Group) -> Now:
        """How things stand in one group."""
        place = self._places.get(group)
        if place is None:
            return Now()
        return Now(
            waiting=place.line.queued,
            offered=place.line.offered + place.offers,
            active=place.active,
            oldest_arrived_ms=place.line.oldest_arrived_ms(),
            oldest_queued_ms=place.line.oldest_waiting_since_ms(),
            agents={status: number for status in RoutingStatus if (number := place.agents.get(status, 0))},
            since_ms=place.since_ms,
            callbacks_waiting=place.callbacks,
            scheduled=place.scheduled,
        )

    def _groups_of_leg(self, contact: KeptContact, leg: KeptLeg) -> tuple[Group, ...]:
        """A contact stands where its main leg does; a consult is in the line of the queue that is asked, no more."""
        queue = groups_of_queue(leg.queue)
        if leg.kind is LegKind.MAIN:
            return (*groups_of_contact(self._workspace, contact), *queue)
        return queue if leg.state in WAITING else ()

    def _groups_of(self, agent_id: str, agent: KeptAgent) -> tuple[Group, ...]:
        queues = tuple((Dimension.QUEUE, queue) for queue in agent.queues)
        return (*groups_of_desk(agent_id, agent), (Dimension.WORKSPACE, self._workspace), *queues)

    def _place(self, group: Group) -> _Place:
        self.touched[group] = None
        place = self._places.get(group)
        if place is None:
            place = self._places[group] = _Place()
        return place

    def _leave(self, groups: tuple[Group, ...], leg: KeptLeg) -> None:
        for group in groups:
            place = self._place(group)
            if leg.state in WAITING:
                place.line.remove(leg.leg_id)
                place.callbacks -= leg.callback
            elif leg.state in ACTIVE:
                place.active -= 1
            elif leg.state is LegState.SCHEDULED:
                place.scheduled -= 1

    def _stand(self, groups: tuple[Group, ...], leg: KeptLeg, arrived_ms: int) -> None:
        for group in groups:
            place = self._place(group)
            if leg.state in WAITING:
                ringing = leg.state is LegState.OFFERED
                arrived_ms = arrived_ms if leg.arrived_ms is None else leg.arrived_ms
                place.line.stand(leg.leg_id, arrived_ms, leg.waits_since_ms, offered=ringing)
                place.callbacks += leg.callback
            elif leg.state in ACTIVE:
                place.active += 1
            elif leg.state is LegState.SCHEDULED:
                place.scheduled += 1


def _shown(agent: KeptAgent | None) -> tuple[object, ...]:
    """What of an agent is seen here: first the work, then all that says where it counts."""
    if agent is None:
        return (None,)
    where = (agent.team, agent.site, agent.queues, agent.online, agent.routing_status, agent.since_ms)
    return ((agent.offers, agent.legs), *where)
