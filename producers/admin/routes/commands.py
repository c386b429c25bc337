"""Supervisors' acts, for programs: the same as over a gateway's socket."""

from __future__ import annotations

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from producers.admin import permissions
from producers.admin.command_answers import CommandAnswer, Standing
from producers.admin.commander import BrokerAway
from producers.admin.permissions import Operation
from producers.admin.refusals import RETRY_AFTER_S, Kind
from producers.admin.requests import CommandWish
from producers.admin.services import Services
from runtime.credentials import Principal
from runtime.problems import Problem
from schemas.supervision import input_of, takes_own_agent


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """The handlers of this matter."""

    @post("/v1/workspaces/{workspace:str}/commands", status_code=200)
    async def give_command(
        workspace: FromPath[str], data: JSONBody[CommandWish], principal: NamedDependency[Principal]
    ) -> Response[CommandAnswer]:
        """Force a status, move, assign, prioritise, cancel or join, with a reason that the audit keeps.

        200 applied (or `duplicate`: answered before), 409 refused with routing's `reason`, 202 in the log but not
        answered in time, 503 unknown. Sent again with the same `command_id`, it takes effect once.
        """
        permissions.check(principal, Operation.INTERVENE, workspace)
        if takes_own_agent(data.do) and principal.agent_id is None:
            raise Problem(Kind.FORBIDDEN, "who joins is an agent of the workspace; you are none")
        if not await services.versions.in_force(workspace):
            raise Problem(Kind.UNKNOWN_WORKSPACE)
        command = input_of(
            data.do,
            workspace=workspace,
            command_id=data.command_id,
            actor=principal.user,
            own_agent=principal.agent_id,
        )
        try:
            return answered(await services.commander.give(command))
        except BrokerAway:
            raise Problem(Kind.BROKER_AWAY, retry_after_s=RETRY_AFTER_S) from None

    return [give_command]


def answered(answer: CommandAnswer) -> Response[CommandAnswer]:
    """The response for what became of a command; raises Problem (409) when routing refused it."""
    if answer.standing is Standing.REFUSED:
        extra = {"command_id": answer.command_id, "reason": answer.reason, "seq": answer.seq}
        raise Problem(Kind.COMMAND_REFUSED, answer.detail, extra=extra)
    return Response(answer, status_code=202 if answer.standing is Standing.WAITING else 200)
