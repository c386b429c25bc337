"""An agent who leaves or changes teams hands over."""

from __future__ import annotations

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from producers.admin import permissions
from producers.admin.command_answers import Standing
from producers.admin.hand_overs import HandOver, HandOverPreview
from producers.admin.permissions import Operation
from producers.admin.refusals import Kind, invalid
from producers.admin.requests import HandOverWish
from producers.admin.services import Services
from runtime.credentials import Principal
from runtime.problems import Problem
from runtime.validation import FieldError
from schemas.inputs import HandOverAgent
from schemas.vocabulary import Refusal


class HandedOver(HandOver, frozen=True, kw_only=True):
    """The act, and what routing made of it: `waiting` until it has answered. `refused`: customers are handed over, live
    work is not; hand over again, to somebody who is there.
    """

    routing: Standing
    refusal: Refusal | None = None


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """The handlers of this matter."""

    @post("/v1/workspaces/{workspace:str}/agents/{agent:str}/hand-over", status_code=200)
    async def hand_over(
        workspace: FromPath[str],
        agent: FromPath[str],
        data: JSONBody[HandOverWish],
        principal: NamedDependency[Principal],
    ) -> Response[HandOverPreview | HandedOver]:
        """Give an agent's customers, preferred links, promised callbacks and waiting work to another agent.

        200 done, 202 done but routing has not answered yet (it will), 422 for an agent nobody has heard of. What the
        agent has in hand stays with the agent. With `preview` nothing is done.
        """
        permissions.check(principal, Operation.HAND_OVER_AGENT, workspace)
        await _check(services, workspace, agent, data)
        if data.preview or data.command_id is None or data.reason is None:
            return Response(await services.hand_overs.preview(workspace, agent, data.to_agent))
        command = HandOverAgent(
            workspace=workspace,
            command_id=data.command_id,
            actor=principal.user,
            reason=data.reason.strip(),
            agent_id=agent,
            to_agent=data.to_agent,
        )
        after = await services.commander.after(workspace)
        done = await services.hand_overs.hand_over(workspace, command)
        answer = await services.commander.answered(workspace, data.command_id, after)
        told = HandedOver(**msgspec.structs.asdict(done), routing=answer.standing, refusal=answer.reason)
        return Response(told, status_code=202 if answer.standing is Standing.WAITING else 200)

    return [hand_over]


async def _check(services: Services, workspace: str, agent: str, wish: HandOverWish) -> None:
    """Raises Problem: 404 for an unknown workspace, 422 with everything else that is wrong."""
    version = await services.versions.applied(workspace)
    if not version.number:
        raise Problem(Kind.UNKNOWN_WORKSPACE)
    applied = version.routing.agents
    problems = []
    if wish.to_agent not in applied:
        problems.append(FieldError("to_agent", f'no agent "{wish.to_agent}"'))
    if wish.to_agent == agent:
        problems.append(FieldError("to_agent", "is the agent who hands over"))
    if agent not in applied and not await services.hand_overs.was_known(workspace, agent):
        problems.append(FieldError("agent", f'there never was an agent "{agent}"'))
    if not wish.preview:
        needed = {"command_id": wish.command_id, "reason": wish.reason}
        problems += [FieldError(name, "is required") for name, given in needed.items() if given is None]
    if problems:
        raise invalid(problems)
