"""Customers by any of their contact points: `phone:+8613800138000`, `card:6001`, `email:li@example.com`."""

from __future__ import annotations

from litestar import get, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from producers.admin import permissions
from producers.admin.customer_record import POINT_ERRORS, CustomerRecord, check_record, words_of
from producers.admin.customers import Customer, NotStored
from producers.admin.permissions import Operation
from producers.admin.refusals import Kind, invalid
from producers.admin.services import Services
from runtime.contact_points import parse_key
from runtime.credentials import Principal
from runtime.problems import Problem
from runtime.validation import FieldError

_CUSTOMER = "/v1/workspaces/{workspace:str}/customers/{key:path}"


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """The handlers of this matter."""

    @get(_CUSTOMER)
    async def read_customer(
        workspace: FromPath[str], key: FromPath[str], principal: NamedDependency[Principal]
    ) -> Customer:
        """The customer whom this contact point belongs to."""
        permissions.check(principal, Operation.READ_CUSTOMER, workspace)
        point = parse_key(key.removeprefix("/"), services.region)
        if point.error is not None:
            raise invalid([FieldError("key", POINT_ERRORS[point.error])])
        found = await services.customers.find(workspace, point)
        if found is None:
            raise Problem(Kind.NOT_FOUND, "no customer has this contact point")
        return found

    @put(_CUSTOMER)
    async def write_customer(
        workspace: FromPath[str],
        key: FromPath[str],
        data: JSONBody[CustomerRecord],
        principal: NamedDependency[Principal],
    ) -> Customer:
        """Create the customer or replace its attributes; contact points are added, none is taken away."""
        permissions.check(principal, Operation.WRITE_CUSTOMER, workspace)
        current = await services.versions.current(workspace)
        if current is None:
            raise Problem(Kind.UNKNOWN_WORKSPACE)
        words = words_of(current.document)
        checked, problems = check_record(key.removeprefix("/"), data, words, services.region)
        if problems.found:
            raise invalid(problems.found)
        try:
            stored = await services.customers.put(workspace, checked, principal.user)
        except NotStored as error:
            raise Problem(Kind.TAKEN, errors=error.problems) from None
        return stored.customer

    return [read_customer, write_customer]
