"""Which role may do what, within its own workspace. One literal table; what is not in it nobody may do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from producers.admin.refusals import Kind
from runtime.credential_store import Principal
from runtime.problems import Problem
from schemas.vocabulary import Role


class Operation(StrEnum):
    """What can be asked of this process, once signed in."""

    TAKE_TICKET = "take_ticket"
    READ_DOCUMENT = "read_document"
    WRITE_DOCUMENT = "write_document"
    MANAGE_USERS = "manage_users"
    MANAGE_KEYS = "manage_keys"
    READ_CUSTOMER = "read_customer"
    WRITE_CUSTOMER = "write_customer"
    MERGE_CUSTOMERS = "merge_customers"
    INTERVENE = "intervene"
    HAND_OVER_AGENT = "hand_over_agent"


PERMITTED: Final[Mapping[Operation, frozenset[Role]]] = {
    Operation.TAKE_TICKET: frozenset({Role.AGENT, Role.SUPERVISOR}),
    Operation.READ_DOCUMENT: frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.ANALYST}),
    Operation.WRITE_DOCUMENT: frozenset({Role.ADMINISTRATOR}),
    Operation.MANAGE_USERS: frozenset({Role.ADMINISTRATOR}),
    Operation.MANAGE_KEYS: frozenset({Role.ADMINISTRATOR}),
    Operation.READ_CUSTOMER: frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AGENT}),
    Operation.WRITE_CUSTOMER: frozenset({Role.ADMINISTRATOR}),
    Operation.MERGE_CUSTOMERS: frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR}),
    Operation.INTERVENE: frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR}),
    Operation.HAND_OVER_AGENT: frozenset({Role.ADMINISTRATOR}),
}


def check(principal: Principal, operation: Operation, workspace: str) -> None:
    """Returns when the principal may do that there.

    Raises:
        Problem: 403, for another workspace as for a missing role.
    """
    if principal.workspace != workspace:
        raise Problem(Kind.FORBIDDEN, "you belong to another workspace")
    if not principal.roles & PERMITTED[operation]:
        wanted = ", ".join(sorted(PERMITTED[operation]))
        raise Problem(Kind.FORBIDDEN, f"this takes one of the roles {wanted}")
