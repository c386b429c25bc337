"""Suggestions of customers who may be the same: listed, looked for, dismissed."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from producers.admin import permissions
from producers.admin.merge_suggestions import MergeSuggestion
from producers.admin.permissions import Operation
from producers.admin.requests import Dismissal, Looked
from producers.admin.services import Services
from runtime.credentials import Principal

_SUGGESTIONS = "/v1/workspaces/{workspace:str}/merge-suggestions"


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """The handlers of this matter."""

    @get(_SUGGESTIONS)
    async def read_suggestions(
        workspace: FromPath[str], principal: NamedDependency[Principal]
    ) -> tuple[MergeSuggestion, ...]:
        """Customers who may be the same and of whom nobody has decided it, newest first."""
        permissions.check(principal, Operation.MERGE_CUSTOMERS, workspace)
        return await services.merge_suggestions.open(workspace)

    @post(_SUGGESTIONS + "/look", status_code=200)
    async def look(workspace: FromPath[str], principal: NamedDependency[Principal]) -> Looked:
        """Look among the customers changed last for the same names with something else in common."""
        permissions.check(principal, Operation.MERGE_CUSTOMERS, workspace)
        return Looked(found=await services.merge_suggestions.look(workspace))

    @post(_SUGGESTIONS + "/dismiss", status_code=204)
    async def dismiss(
        workspace: FromPath[str], data: JSONBody[Dismissal], principal: NamedDependency[Principal]
    ) -> None:
        """They are not the same: do not suggest it again."""
        permissions.check(principal, Operation.MERGE_CUSTOMERS, workspace)
        await services.merge_suggestions.dismiss(workspace, data.customer_id, data.other_id, principal.user)

    return [read_suggestions, look, dismiss]
