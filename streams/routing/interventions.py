"""What a supervisor's command was, as its answer tells it: who, what, why, on what. From version 2 of the rules on."""

from __future__ import annotations

from schemas.event import wire_type
from schemas.inputs import Command, RequestCallback, SupervisorCommand
from schemas.values import Intervention
from streams.routing import rules


def intervention_of(event: Command, version: int) -> Intervention | None:
    """What to tell of the command under these rules; None = it is no supervisor's, or they tell nothing."""
    if not _by_a_supervisor(event) or not rules.says_interventions(version):
        return None
    return Intervention(
        act=wire_type(event),
        actor=event.actor,
        reason=getattr(event, "reason", ""),
        interaction_id=getattr(event, "interaction_id", None),
        agent_id=getattr(event, "agent_id", None),
        to_agent=getattr(event, "to_agent", None),
        queue=getattr(event, "to_queue", None),
        status=getattr(event, "status", None),
        priority=getattr(event, "priority", None),
        mode=getattr(event, "mode", None),
    )


def _by_a_supervisor(event: Command) -> bool:
    return isinstance(event, SupervisorCommand) or (isinstance(event, RequestCallback) and event.by_agent is None)
