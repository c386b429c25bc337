"""Customers by any of their contact points: `phone:+8613800138000`, `card:6001`, `email:li@example.com`."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from producers.admin import permissions
from producers.admin.customer_record import POINT_ERRORS, CustomerRecord, check_record, words_of
from producers.admin.customers import Customer, NotStored, Stale
from producers.admin.permissions import Operation
from producers.admin.preconditions import entity_tag, version_conflict, version_of
from producers.admin.refusals import Kind, invalid
from producers.admin.services import Services
from runtime.contact_points import NormalPoint, parse_key
from runtime.credentials import Principal
from runtime.problems import Problem
from runtime.validation import FieldError
from schemas.vocabulary import Role

HttpRequest = Request[Any, Any, Any]
SEE_CONTACT_POINTS: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
_CUSTOMER = "/v1/workspaces/{workspace:str}/customers/{key:path}"


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """The handlers of this matter."""

    @get(_CUSTOMER)
    async def read_customer(
        workspace: FromPath[str], key: FromPath[str], principal: NamedDependency[Principal]
    ) -> Response[Customer]:
        """The customer whom this contact point belongs to. An agent sees no other contact point than this one here."""
        permissions.check(principal, Operation.READ_CUSTOMER, workspace)
        point = parse_key(key.removeprefix("/"), services.region)
        if point.error is not None:
            raise invalid([FieldError("key", POINT_ERRORS[point.error])])
        found = await services.customers.find(workspace, point)
        if found is None:
            raise Problem(Kind.NOT_FOUND, "no customer has this contact point")
        return _answered(_seen(principal, found, point))

    @put(_CUSTOMER)
    async def write_customer(
        request: HttpRequest,
        workspace: FromPath[str],
        key: FromPath[str],
        data: JSONBody[CustomerRecord],
        principal: NamedDependency[Principal],
    ) -> Response[Customer]:
        """Create the customer or replace its attributes; contact points are added, none is taken away.

        With If-Match (the version that was read, as ETag gives it) nobody's change in between is lost: 412.
        """
        permissions.check(principal, Operation.WRITE_CUSTOMER, workspace)
        current = await services.versions.current(workspace)
        if current is None:
            raise Problem(Kind.UNKNOWN_WORKSPACE)
        words = words_of(current.document)
        checked, problems = check_record(key.removeprefix("/"), data, words, services.region)
        if problems.found:
            raise invalid(problems.found)
        if_match = request.headers.get("if-match")
        expected = None if if_match is None else version_of(if_match)
        try:
            stored = await services.customers.put(workspace, checked, principal.user, expected)
        except NotStored as error:
            raise Problem(Kind.TAKEN, errors=error.problems) from None
        except Stale as error:
            raise version_conflict(if_match, error.current) from None
        return _answered(stored.customer)

    return [read_customer, write_customer]


def _answered(customer: Customer) -> Response[Customer]:
    return Response(customer, headers={"etag": entity_tag(customer.version)})


def _seen(principal: Principal, customer: Customer, asked: NormalPoint) -> Customer:
    """The customer as the principal may see it: the query API says when an agent sees more of the contact points."""
    if principal.roles & SEE_CONTACT_POINTS:
        return customer
    known = tuple(point for point in customer.contact_points if (point.kind, point.value) == (asked.kind, asked.value))
    return msgspec.structs.replace(customer, contact_points=known)
