"""What a scenario expects, looked up in the engine's state and in what became of ended contacts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from schemas import ids
from schemas.configuration import OFFLINE
from schemas.decisions import Decision, LegEnded, OfferMade
from schemas.vocabulary import ENDED, EndReason, LegKind, LegState, PassedOver, RoutingStatus
from streams.routing import explain, project
from streams.routing.engine import Engine
from streams.routing.legs import IN_HAND
from streams.routing.model import Interaction, Leg
from streams.routing.scenario_values import ANY

Answer = str | None
"""None = as expected; else what there is instead."""


class Seen:
    """What has happened so far: how each contact's newest main leg ended, and the answer to the last command."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.ends: dict[str, tuple[int, LegState, str | None]] = {}
        self.refusal: str | None = None
        self.detail = ""

    def note(self, decisions: tuple[Decision, ...]) -> None:
        """Remember how main legs ended: of a contact's, the newest."""
        for decision in decisions:
            leg = decision.leg
            if isinstance(decision, LegEnded) and leg is not None and leg.kind is LegKind.MAIN:
                contact = ids.interaction_of(leg.leg_id)
                if leg.number >= self.ends.get(contact, (0,))[0]:
                    self.ends[contact] = (leg.number, leg.state, leg.reason.value if leg.reason else None)

    def answer(self, refusal: str | None, detail: str = "") -> None:
        """The last command was refused for that reason; None = it was not."""
        self.refusal, self.detail = refusal, detail

    def interaction(self, contact: str) -> Interaction | None:
        """The contact while it lives."""
        return self.engine.world.interactions.get(contact)

    def state(self, contact: str) -> str:
        """The contact's state: its newest main leg's."""
        interaction = self.interaction(contact)
        if interaction is not None:
            return interaction.main.state.value
        return self.ends[contact][1].value if contact in self.ends else "not here yet"

    def end(self, contact: str) -> tuple[str, str | None] | None:
        """How the contact ended, and why; None = it has not. One whose line broke has failed at once, though its agent
        still wraps up."""
        interaction = self.interaction(contact)
        if interaction is None:
            found = self.ends.get(contact)
            return None if found is None else (found[1].value, found[2])
        main = interaction.main
        reason = main.reason.value if main.reason else None
        if main.reason is EndReason.CHANNEL_FAILED:
            return LegState.FAILED.value, reason
        return (main.state.value, reason) if main.state in ENDED else None

    def queued(self, queue: str) -> list[str]:
        """The contacts that wait in the queue, first to go first."""
        waiting = [
            (leg.virtual_arrival_ms, leg.place, interaction.interaction_id)
            for interaction in self.engine.world.interactions.values()
            for leg in interaction.all_legs()
            if leg.state is LegState.QUEUED and leg.queue == queue
        ]
        return [entry[2] for entry in sorted(waiting)]


def check(seen: Seen, verb: str, said: dict[str, Any]) -> Answer:
    """None when the expectation holds now; its values are as the grammar has read them."""
    return _TABLE[verb](seen, said)


def was_so(seen: Seen, verb: str, said: dict[str, Any], decisions: tuple[Decision, ...]) -> bool:
    """Whether it holds now, or an offer of the last input's `decisions` was such: it may have been accepted at once."""
    if check(seen, verb, said) is None:
        return True
    if verb != "offered":
        return False
    offers = [
        decision.offer for decision in decisions if isinstance(decision, OfferMade) and decision.offer is not None
    ]
    return any(one.interaction_id == said["offered"] and said.get("to", one.agent_id) == one.agent_id for one in offers)


def _equal(found: Any, wanted: Any) -> Answer:
    return None if found == wanted else f"it is {found!r}"


def _pending(seen: Seen, contact: str) -> list[tuple[Leg, str]]:
    interaction = seen.interaction(contact)
    legs = interaction.all_legs() if interaction is not None else ()
    return [(leg, leg.agent_id or "") for leg in legs if leg.state is LegState.OFFERED]


def _offered(seen: Seen, said: dict[str, Any]) -> Answer:
    contact = said["offered"]
    agents = [agent for _, agent in _pending(seen, contact)]
    if not agents:
        return f"it is {seen.state(contact)}, offered to nobody"
    return None if said.get("to", agents[0]) in agents else f"it is offered to {', '.join(agents)}"


def _not_offered(seen: Seen, said: dict[str, Any]) -> Answer:
    agents = [agent for _, agent in _pending(seen, said["not_offered"])]
    return f"it is offered to {', '.join(agents)}" if agents else None


def _state(seen: Seen, said: dict[str, Any]) -> Answer:
    return _equal(seen.state(said["state"]), said["is"])


def _owner(seen: Seen, said: dict[str, Any]) -> Answer:
    interaction = seen.interaction(said["owner"])
    main = interaction.main if interaction is not None else None
    return _equal(main.agent_id if main is not None and main.state in IN_HAND else None, said["is"])


def _agent(seen: Seen, said: dict[str, Any]) -> Answer:
    agent = seen.engine.world.agents.get(said["agent"])
    routing = RoutingStatus.OFF_QUEUE if agent is None else project.routing_status(seen.engine.world, agent)
    return _equal(routing.value, said["is"])


def _status(seen: Seen, said: dict[str, Any]) -> Answer:
    agent = seen.engine.world.agents.get(said["status"])
    return _equal(OFFLINE if agent is None else agent.status, said["is"])


def _units(seen: Seen, said: dict[str, Any]) -> Answer:
    agent = seen.engine.world.agents.get(said["units"])
    return _equal(0 if agent is None else seen.engine.world.capacity.room(agent)[2], said["is"])


def _waiting(seen: Seen, said: dict[str, Any]) -> Answer:
    return _equal(len(seen.queued(said["waiting"])), said["is"])


def _order(seen: Seen, said: dict[str, Any]) -> Answer:
    return _equal(seen.queued(said["order"]), said["is"])


def _position(seen: Seen, said: dict[str, Any]) -> Answer:
    contact = said["position"]
    interaction = seen.interaction(contact)
    if interaction is None or interaction.main.state is not LegState.QUEUED:
        return f"it is {seen.state(contact)}, not queued"
    return _equal(seen.queued(interaction.main.queue or "").index(contact) + 1, said["is"])


def _ended(seen: Seen, said: dict[str, Any]) -> Answer:
    contact = said["ended"]
    found = seen.end(contact)
    if found is None:
        return f"it is {seen.state(contact)}"
    state, reason = found
    if said.get("as", state) != state:
        return f"it ended as {state}"
    return None if said.get("reason", reason) == reason else f"the reason is {reason}"


def _refused(seen: Seen, said: dict[str, Any]) -> Answer:
    if seen.refusal is None:
        return "the last command was not refused"
    if said["refused"] in (ANY, seen.refusal):
        return None
    return f"it was refused as {seen.refusal}" + (f" ({seen.detail})" if seen.detail else "")


def _passed(seen: Seen, said: dict[str, Any]) -> Answer:
    world = seen.engine.world
    agent = world.agents.get(said["agent"])
    interaction = seen.interaction(said["passed"])
    if agent is None or interaction is None:
        return (
            f"{said['passed']} is {seen.state(said['passed'])}" if interaction is None else "there is no such agent now"
        )
    leg = next((one for one in interaction.all_legs() if one.state is LegState.QUEUED), interaction.main)
    if agent.agent_id not in {one.agent_id for one in world.serving.get(leg.queue or "", ())}:
        return "the agent does not serve the queue"
    if leg.agent_id == agent.agent_id:
        return f"it is {leg.state.value} with that agent"
    reasons = explain.reasons(world, interaction, leg, agent)
    if PassedOver(said["reason"]) in reasons:
        return None
    return f"what keeps the agent away is {', '.join(reasons) or 'nothing'}"


_TABLE: Final[dict[str, Callable[[Seen, dict[str, Any]], Answer]]] = {
    "offered": _offered,
    "not_offered": _not_offered,
    "state": _state,
    "owner": _owner,
    "agent": _agent,
    "status": _status,
    "units": _units,
    "waiting": _waiting,
    "order": _order,
    "position": _position,
    "ended": _ended,
    "refused": _refused,
    "passed": _passed,
}
