"""What supervisors may do to agents and waiting work, as they ask for it over a socket or HTTP. Pure.

Each act carries its reason, in the supervisor's words: the log and the audit keep it, so it names no customer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

import msgspec

from schemas import inputs
from schemas.frame import Id, Moment, Name
from schemas.vocabulary import JoinMode

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
"""Not blank, and nothing that the audit could not keep."""
Priority = Annotated[int, msgspec.Meta(ge=1, le=10)]


class Act(msgspec.Struct, frozen=True, kw_only=True, tag_field="name", omit_defaults=True):
    """Base of supervisors' acts."""

    reason: Reason


class ForceStatus(Act, frozen=True, kw_only=True, tag="force_status"):
    """Sets an agent's status for them; `offline` logs out: every socket of the agent is closed."""

    agent_id: Id
    status: Name


class Move(Act, frozen=True, kw_only=True, tag="move"):
    """Puts waiting work into another queue; it keeps its virtual arrival."""

    interaction_id: Id
    to_queue: Name


class Assign(Act, frozen=True, kw_only=True, tag="assign"):
    """Offers waiting work to that agent, whatever the rules."""

    interaction_id: Id
    to_agent: Id


class Prioritise(Act, frozen=True, kw_only=True, tag="prioritise"):
    """Gives waiting work another priority: 1 is most urgent, 5 neutral."""

    interaction_id: Id
    priority: Priority


class Cancel(Act, frozen=True, kw_only=True, tag="cancel"):
    """Ends work that is not connected."""

    interaction_id: Id


class Join(Act, frozen=True, kw_only=True, tag="join"):
    """Takes part in connected work, as the agent that the supervisor is."""

    interaction_id: Id
    mode: JoinMode


class CallBack(Act, frozen=True, kw_only=True, tag="call_back"):
    """Has the customer called back: in the place kept, or at `at_ms`; by that agent first, or by anybody."""

    interaction_id: Id
    at_ms: Moment | None = None
    agent_id: Id | None = None


AnyAct = ForceStatus | Move | Assign | Prioritise | Cancel | Join | CallBack
ActInput = inputs.SupervisorCommand | inputs.RequestCallback
"""What an act becomes."""


def _force_status(act: ForceStatus, _own: str, **who: str) -> inputs.SupervisorCommand:
    return inputs.ForceStatus(agent_id=act.agent_id, status=act.status, **who)


def _move(act: Move, _own: str, **who: str) -> inputs.SupervisorCommand:
    return inputs.MoveInteraction(interaction_id=act.interaction_id, to_queue=act.to_queue, **who)


def _assign(act: Assign, _own: str, **who: str) -> inputs.SupervisorCommand:
    return inputs.AssignInteraction(interaction_id=act.interaction_id, to_agent=act.to_agent, **who)


def _prioritise(act: Prioritise, _own: str, **who: str) -> inputs.SupervisorCommand:
    return inputs.ReprioritiseInteraction(interaction_id=act.interaction_id, priority=act.priority, **who)


def _cancel(act: Cancel, _own: str, **who: str) -> inputs.SupervisorCommand:
    return inputs.CancelInteraction(interaction_id=act.interaction_id, **who)


def _join(act: Join, own: str, **who: str) -> inputs.SupervisorCommand:
    return inputs.JoinInteraction(interaction_id=act.interaction_id, agent_id=own, mode=act.mode, **who)


def _call_back(act: CallBack, _own: str, **who: str) -> ActInput:
    return inputs.RequestCallback(interaction_id=act.interaction_id, at_ms=act.at_ms, agent_id=act.agent_id, **who)


INPUTS: Final[Mapping[type[Act], Callable[..., ActInput]]] = {
    ForceStatus: _force_status,
    Move: _move,
    Assign: _assign,
    Prioritise: _prioritise,
    Cancel: _cancel,
    Join: _join,
    CallBack: _call_back,
}
"""How an act becomes an input."""


def takes_own_agent(act: Any) -> bool:
    """Whether the supervisor takes part, which takes being an agent of the workspace."""
    return isinstance(act, Join)


def input_of(act: Act, *, workspace: str, command_id: str, actor: str, own_agent: str | None) -> ActInput:
    """The input that the act becomes; `own_agent`: the agent that the supervisor is, needed where `takes_own_agent`."""
    who = {"workspace": workspace, "command_id": command_id, "actor": actor, "reason": act.reason.strip()}
    return INPUTS[type(act)](act, own_agent or "", **who)
