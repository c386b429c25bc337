"""What a supervisor did to a customer's contact, to an entry. Pure, and without memory.

It stands in the answer to the command, which comes after whatever the command changed, and may come when the contact is
over already: so, like a message, it says only whose interaction it is about. What was refused is no part of a history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schemas import ids
from schemas.decisions import CommandApplied, Decision
from schemas.event import wire_type
from schemas.inputs import (
    AssignInteraction,
    CancelInteraction,
    MoveInteraction,
    ReprioritiseInteraction,
)
from schemas.timeline import TimelineEntryAdded, TimelineKind

KINDS: Final[Mapping[str, TimelineKind]] = {
    wire_type(MoveInteraction): TimelineKind.CONTACT_MOVED,
    wire_type(AssignInteraction): TimelineKind.CONTACT_ASSIGNED,
    wire_type(ReprioritiseInteraction): TimelineKind.CONTACT_PRIORITISED,
    wire_type(CancelInteraction): TimelineKind.CONTACT_CANCELLED,
}
"""The acts that a customer's history shows; agents' statuses are nobody's history; a callback and a
joining are told where they begin."""


def of_intervention(decision: Decision) -> list[TimelineEntryAdded]:
    """The entry of a supervisor's act, with who and why; none for any other decision."""
    if not isinstance(decision, CommandApplied) or decision.intervention is None:
        return []
    act = decision.intervention
    kind = KINDS.get(act.act)
    if kind is None or act.interaction_id is None:
        return []
    return [
        TimelineEntryAdded(
            workspace=decision.workspace,
            entry_id=ids.decision_id(decision.workspace, decision.epoch, decision.seq),
            kind=kind,
            at_ms=decision.at_ms,
            order=decision.seq,
            interaction_id=act.interaction_id,
            queue=act.queue,
            agent_id=act.to_agent or act.agent_id,
            by=act.actor,
            reason=act.reason,
        )
    ]
