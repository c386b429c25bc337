"""What a supervisor may do over a socket: acts become inputs, or are refused before they reach the log. Pure.

Who watches some queues only acts within them: on interactions and agents that the screen shows, and towards those queues.
What nobody knows is left to routing, whose word is the truth.
"""

from __future__ import annotations

from collections.abc import Iterator

from consumers.gateway.authority import WATCHING_ROLES, Admitted
from consumers.gateway.scopes import Scope, Sight, keys_of
from consumers.gateway.workspace import Workspace
from runtime.credential_store import Principal
from schemas import concerned, live, supervision
from schemas.vocabulary import Refusal


def intervention(
    principal: Principal, admitted: Admitted, workspace: Workspace, frame: live.Command
) -> supervision.ActInput | Refusal:
    """The input that a supervisor's act becomes, or why it is refused."""
    act = frame.do
    if not isinstance(act, supervision.Act) or admitted.role not in WATCHING_ROLES:
        return Refusal.NOT_PERMITTED
    if not all(_within(admitted.scope, workspace, act)):
        return Refusal.NOT_PERMITTED
    own_agent = principal.agent_id
    if supervision.takes_own_agent(act) and own_agent is None:
        return Refusal.NOT_PERMITTED
    return supervision.input_of(
        act, workspace=principal.workspace, command_id=frame.command_id, actor=principal.user, own_agent=own_agent
    )


def _within(scope: Scope, workspace: Workspace, act: supervision.Act) -> Iterator[bool]:
    """Of each thing that the act names, whether the scope reaches it."""
    if scope.sight is Sight.WORKSPACE:
        return
    interaction_id, agent_id = getattr(act, "interaction_id", None), _agent_in(act)
    if interaction_id is not None:
        yield workspace.may_see(scope, interaction_id)
    if agent_id is not None:
        value = workspace.view.agents.get(agent_id)
        yield value is not None and not keys_of(scope, workspace.view).isdisjoint(concerned.by_agent(value))
    if isinstance(act, supervision.Move):
        yield act.to_queue in scope.queues


def _agent_in(act: supervision.Act) -> str | None:
    match act:
        case supervision.ForceStatus(agent_id=agent_id):
            return agent_id
        case supervision.Assign(to_agent=agent_id):
            return agent_id
        case supervision.CallBack(agent_id=owner):
            return owner
    return None
