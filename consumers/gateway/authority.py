"""Who may see and do what: roles to scopes, agents' wishes to inputs. Checked for every frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from consumers.gateway.scopes import WHOLE, Scope, Sight
from runtime.credential_store import Principal
from schemas import ids, inputs, live
from schemas.line import is_with_customer
from schemas.messages import Author, MessagePosted
from schemas.typing import TypingSignalled
from schemas.view import View
from schemas.vocabulary import Refusal, Role

WATCHING_ROLES: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR)
"""They see the whole workspace, or the queues that they wish for, and intervene there (`intervening`)."""
MESSAGE_SOURCE: Final = "gateway"


class Admitted(msgspec.Struct, frozen=True):
    """The role that a client acts in, and what it sees."""

    role: Role
    scope: Scope


def admit(principal: Principal, hello: live.Hello) -> Admitted | None:
    """What the principal may be here; None = nothing, or not what was wished for. An agent's role goes first."""
    for role in (hello.role,) if hello.role is not None else (Role.AGENT, *WATCHING_ROLES):
        if role not in principal.roles:
            continue
        if role is Role.AGENT and principal.agent_id is not None and not hello.queues:
            return Admitted(role, Scope(Sight.AGENT, principal.agent_id))
        if role in WATCHING_ROLES:
            scope = Scope(Sight.QUEUES, queues=tuple(sorted(set(hello.queues)))) if hello.queues else WHOLE
            return Admitted(role, scope)
    return None


_Builder = Callable[..., inputs.Command]


def _accept(do: live.Accept, **who: Any) -> inputs.AgentCommand:
    return inputs.AcceptOffer(offer_id=do.offer_id, **who)


def _reject(do: live.Reject, **who: Any) -> inputs.AgentCommand:
    return inputs.RejectOffer(offer_id=do.offer_id, **who)


def _hold(do: live.Hold, **who: Any) -> inputs.AgentCommand:
    return inputs.HoldInteraction(leg_id=do.leg_id, **who)


def _resume(do: live.Resume, **who: Any) -> inputs.AgentCommand:
    return inputs.ResumeInteraction(leg_id=do.leg_id, **who)


def _end(do: live.End, **who: Any) -> inputs.AgentCommand:
    return inputs.EndInteraction(leg_id=do.leg_id, **who)


def _transfer(do: live.Transfer, **who: Any) -> inputs.AgentCommand:
    return inputs.TransferInteraction(
        leg_id=do.leg_id, to_queue=do.to_queue, to_agent=do.to_agent, keep_place=do.keep_place, **who
    )


def _start_consult(do: live.StartConsult, **who: Any) -> inputs.AgentCommand:
    return inputs.StartConsult(leg_id=do.leg_id, to_queue=do.to_queue, to_agent=do.to_agent, **who)


def _finish_consult(do: live.FinishConsult, **who: Any) -> inputs.AgentCommand:
    return inputs.FinishConsult(leg_id=do.leg_id, how=do.how, **who)


def _leave_conference(do: live.LeaveConference, **who: Any) -> inputs.AgentCommand:
    return inputs.LeaveConference(leg_id=do.leg_id, **who)


def _extend_wrap_up(do: live.ExtendWrapUp, **who: Any) -> inputs.AgentCommand:
    return inputs.ExtendWrapUp(leg_id=do.leg_id, for_ms=do.for_ms, **who)


def _finish_wrap_up(do: live.FinishWrapUp, **who: Any) -> inputs.AgentCommand:
    return inputs.FinishWrapUp(leg_id=do.leg_id, disposition=do.disposition, **who)


def _request_callback(do: live.RequestCallback, *, agent_id: str, **who: Any) -> inputs.Command:
    return inputs.RequestCallback(
        interaction_id=do.interaction_id, at_ms=do.at_ms, agent_id=do.agent_id, by_agent=agent_id, **who
    )


def _set_status(do: live.SetStatus, **who: Any) -> inputs.AgentCommand:
    return inputs.SetStatus(status=do.status, **who)


def _set_next_status(do: live.SetNextStatus, **who: Any) -> inputs.AgentCommand:
    return inputs.SetNextStatus(status=do.status, **who)


def _log_out(_do: live.LogOut, **who: Any) -> inputs.AgentCommand:
    return inputs.LogOut(**who)


COMMANDS: Final[Mapping[type[live.Do], _Builder]] = {
    live.Accept: _accept,
    live.Reject: _reject,
    live.Hold: _hold,
    live.Resume: _resume,
    live.End: _end,
    live.Transfer: _transfer,
    live.StartConsult: _start_consult,
    live.FinishConsult: _finish_consult,
    live.LeaveConference: _leave_conference,
    live.ExtendWrapUp: _extend_wrap_up,
    live.FinishWrapUp: _finish_wrap_up,
    live.RequestCallback: _request_callback,
    live.SetStatus: _set_status,
    live.SetNextStatus: _set_next_status,
    live.LogOut: _log_out,
}


def command_input(principal: Principal, admitted: Admitted, frame: live.Command) -> inputs.Command | None:
    """The input that an agent's wish becomes, always about that agent; None = it is no wish of this role."""
    if admitted.role is not Role.AGENT or not isinstance(frame.do, live.Do):
        return None
    return COMMANDS[type(frame.do)](
        frame.do,
        workspace=principal.workspace,
        command_id=frame.command_id,
        actor=principal.user,
        agent_id=admitted.scope.agent_id,
    )


def typing_input(
    principal: Principal, admitted: Admitted, view: View, frame: live.Typing, now_ms: int
) -> TypingSignalled | None:
    """That an agent writes, if it is one who may write to that customer now."""
    leg = view.legs.get(frame.leg_id)
    agent_id = admitted.scope.agent_id
    if leg is None or agent_id is None or leg.agent_id != agent_id or not is_with_customer(leg):
        return None
    return TypingSignalled(
        workspace=principal.workspace,
        interaction_id=leg.interaction_id,
        author=Author.AGENT,
        at_ms=now_ms,
        active=frame.active,
        agent_id=agent_id,
    )


def message_input(
    principal: Principal, admitted: Admitted, view: View, frame: live.SendMessage, now_ms: int
) -> MessagePosted | Refusal:
    """The message that an agent writes, or why not: only the owner, or who takes part in the conference, writes to the
    customer.

    Its id follows from agent and command: the same command again is the same message.
    """
    agent_id = admitted.scope.agent_id
    if admitted.role is not Role.AGENT or agent_id is None:
        return Refusal.NOT_PERMITTED
    leg = view.legs.get(frame.leg_id)
    if leg is None:
        return Refusal.UNKNOWN_INTERACTION
    if leg.agent_id != agent_id:
        return Refusal.NOT_OWNER
    if not is_with_customer(leg):
        return Refusal.WRONG_STATE
    return MessagePosted(
        workspace=principal.workspace,
        interaction_id=leg.interaction_id,
        message_id=ids.message_id(principal.workspace, MESSAGE_SOURCE, f"{agent_id}\x1f{frame.command_id}"),
        author=Author.AGENT,
        sent_at_ms=now_ms,
        text=frame.text,
        media_type=frame.media_type,
        agent_id=agent_id,
        leg_id=leg.leg_id,
    )
