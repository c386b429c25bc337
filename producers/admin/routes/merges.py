"""Merging customers, undoing it, and the history of both."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody

from producers.admin import permissions
from producers.admin.merges import Merge
from producers.admin.merging import Preview
from producers.admin.permissions import Operation
from producers.admin.refusals import Kind
from producers.admin.requests import MergeWish, UndoWish
from producers.admin.services import Services
from runtime.credentials import Principal
from runtime.problems import Problem

_WORKSPACE = "/v1/workspaces/{workspace:str}"


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """The handlers of this matter."""

    @post(_WORKSPACE + "/customers/{key:path}", status_code=200)
    async def merge(
        workspace: FromPath[str],
        key: FromPath[str],
        data: JSONBody[MergeWish],
        principal: NamedDependency[Principal],
    ) -> Response[Preview | Merge]:
        """At `.../customers/{id}/merge`: read `merged_id` as this customer from now on, or with `preview` show what that
        would give.
        """
        customer_id = _survivor_in(key)
        permissions.check(principal, Operation.MERGE_CUSTOMERS, workspace)
        if data.preview:
            return Response(await services.merges.preview(workspace, customer_id, data.merged_id))
        done = await services.merges.merge(workspace, customer_id, data.merged_id, principal.user, data.reason)
        return Response(done.merge, status_code=201 if done.changed else 200)

    @post(_WORKSPACE + "/merges/{merge_id:str}/undo", status_code=200)
    async def undo(
        workspace: FromPath[str],
        merge_id: FromPath[str],
        data: JSONBody[UndoWish],
        principal: NamedDependency[Principal],
    ) -> Merge:
        """Read both as themselves again. Possible at any time and in any order."""
        permissions.check(principal, Operation.MERGE_CUSTOMERS, workspace)
        return (await services.merges.undo(workspace, merge_id, principal.user, data.reason)).merge

    @get(_WORKSPACE + "/merges/{merge_id:str}")
    async def read_merge(
        workspace: FromPath[str], merge_id: FromPath[str], principal: NamedDependency[Principal]
    ) -> Merge:
        """One merge: who, when, why, and whether it was undone."""
        permissions.check(principal, Operation.READ_CUSTOMER, workspace)
        return await services.merges.find(workspace, merge_id)

    @get(_WORKSPACE + "/merges")
    async def read_merges(
        workspace: FromPath[str], principal: NamedDependency[Principal], customer: FromQuery[str | None] = None
    ) -> tuple[Merge, ...]:
        """The newest merges, those undone too; with `customer` those in which that one is a side."""
        permissions.check(principal, Operation.READ_CUSTOMER, workspace)
        return await services.merges.history(workspace, customer)

    return [merge, undo, read_merge, read_merges]


def _survivor_in(key: str) -> str:
    """The id in `/{id}/merge`: contact points take the whole rest of the address, so it is taken apart here."""
    customer_id, _, verb = key.removeprefix("/").partition("/")
    if verb != "merge":
        raise Problem(Kind.METHOD_NOT_ALLOWED)
    return customer_id
