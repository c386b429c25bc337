"""What a scenario expects, looked up in the engine's state and in what became of ended contacts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from schemas import ids
from schemas.decisions import Decision, LegEnded
from schemas.vocabulary import ENDED, LegKind, LegState, PassedOver
from streams.routing import explain, project
from streams.routing.engine import Engine
from streams.routing.legs import IN_HAND
from streams.routing.model import Interaction, Leg

Answer = str | None
"""None = as expected; else what there is instead."""


class Seen:
    """What has happened so far: how main legs ended, and the answer to the last command."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.ends: dict[str, tuple[LegState, str | None]] = {}
        self.refusal: str | None = None

    def note(self, decisions: tuple[Decision, ...]) -> None:
        """Remember what the decisions say of ended main legs."""
        for decision in decisions:
            if isinstance(decision, LegEnded) and decision.leg is not None and decision.leg.kind is LegKind.MAIN:
                reason = decision.leg.reason.value if decision.leg.reason else None
                self.ends[ids.interaction_of(decision.leg.leg_id)] = (decision.leg.state, reason)

    def interaction(self, contact: str) -> Interaction | None:
        """The contact while it lives."""
        return self.engine.world.interactions.get(contact)

    def state(self, contact: str) -> str:
        """The contact's state: its newest main leg's."""
        interaction = self.interaction(contact)
        if interaction is not None:
            return interaction.main.state.value
        return self.ends[contact][0].value if contact in self.ends else "unknown"

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
    """None when the expectation holds now."""
    return _TABLE[verb](seen, said)


def _equal(found: Any, wanted: Any) -> Answer:
    return None if found == wanted else f"it is {found!r}"


def _pending(seen: Seen, contact: str) -> list[tuple[Leg, str]]:
    interaction = seen.interaction(contact)
    legs = interaction.all_legs() if interaction is not None else ()
    return [(leg, leg.agent_id or "") for leg in legs if leg.state is LegState.OFFERED]


def _offered(seen: Seen, said: dict[str, Any]) -> Answer:
    contact = str(said["offered"])
    agents = [agent for _, agent in _pending(seen, contact)]
    if not agents:
        return f"it is {seen.state(contact)}, offered to nobody"
    return None if said.get("to", agents[0]) in agents else f"it is offered to {', '.join(agents)}"


def _not_offered(seen: Seen, said: dict[str, Any]) -> Answer:
    agents = [agent for _, agent in _pending(seen, str(said["not_offered"]))]
    return f"it is offered to {', '.join(agents)}" if agents else None


def _state(seen: Seen, said: dict[str, Any]) -> Answer:
    return _equal(seen.state(str(said["state"])), said["is"])


def _owner(seen: Seen, said: dict[str, Any]) -> Answer:
    interaction = seen.interaction(str(said["owner"]))
    main = interaction.main if interaction is not None else None
    return _equal(main.agent_id if main is not None and main.state in IN_HAND else None, said["is"])


def _agent(seen: Seen, said: dict[str, Any]) -> Answer:
    agent = seen.engine.world.agents.get(str(said["agent"]))
    if agent is None:
        return "there is no such agent"
    return _equal(project.routing_status(seen.engine.world, agent).value, said["is"])


def _status(seen: Seen, said: dict[str, Any]) -> Answer:
    agent = seen.engine.world.agents.get(str(said["status"]))
    return "there is no such agent" if agent is None else _equal(agent.status, said["is"])


def _units(seen: Seen, said: dict[str, Any]) -> Answer:
    agent = seen.engine.world.agents.get(str(said["units"]))
    return "there is no such agent" if agent is None else _equal(seen.engine.world.capacity.room(agent)[2], said["is"])


def _waiting(seen: Seen, said: dict[str, Any]) -> Answer:
    return _equal(len(seen.queued(str(said["waiting"]))), said["is"])


def _order(seen: Seen, said: dict[str, Any]) -> Answer:
    return _equal(seen.queued(str(said["order"])), [str(contact) for contact in said["is"] or ()])


def _position(seen: Seen, said: dict[str, Any]) -> Answer:
    contact = str(said["position"])
    interaction = seen.interaction(contact)
    if interaction is None or interaction.main.state is not LegState.QUEUED:
        return f"it is {seen.state(contact)}, not queued"
    return _equal(seen.queued(interaction.main.queue or "").index(contact) + 1, said["is"])


def _ended(seen: Seen, said: dict[str, Any]) -> Answer:
    contact = str(said["ended"])
    state = seen.state(contact)
    if state not in {ended.value for ended in ENDED}:
        return f"it is {state}"
    if "as" in said and state != said["as"]:
        return f"it ended as {state}"
    reason = seen.ends[contact][1]
    return None if "reason" not in said else (None if reason == said["reason"] else f"the reason is {reason}")


def _refused(seen: Seen, said: dict[str, Any]) -> Answer:
    wanted = said["refused"]
    if wanted == "any":
        return None if seen.refusal is not None else "the last command was not refused"
    return None if seen.refusal == wanted else f"the answer was {seen.refusal or 'not a refusal'}"


def _passed(seen: Seen, said: dict[str, Any]) -> Answer:
    world = seen.engine.world
    agent = world.agents.get(str(said["agent"]))
    interaction = seen.interaction(str(said["passed"]))
    if agent is None or interaction is None:
        return "there is no such agent or contact"
    if agent.agent_id not in {one.agent_id for one in world.serving.get(interaction.main.queue or "", ())}:
        return "the agent does not serve the queue"
    reasons = explain.reasons(world, interaction, interaction.main, agent)
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
