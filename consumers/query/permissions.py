"""Who may ask what, and what of it they see, within their own workspace. Two literal tables; what is not in them, nobody."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

from consumers.query.problems import Kind
from runtime.credential_store import Principal
from runtime.problems import Problem
from schemas.vocabulary import Role


class Operation(StrEnum):
    """What can be asked."""

    READ_CUSTOMER = "read_customer"
    FIND_BY_NAME = "find_by_name"
    FIND_BY_CONTACT_POINT = "find_by_contact_point"
    READ_INTERACTION = "read_interaction"
    READ_TRANSCRIPT = "read_transcript"
    READ_QUEUES = "read_queues"
    READ_WAIT = "read_wait"
    READ_AGENTS = "read_agents"
    READ_METRICS = "read_metrics"
    READ_AUDIT = "read_audit"
    READ_ADMINISTRATION = "read_administration"


_EVERYBODY: Final = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.ANALYST})
_AT_THE_DESK: Final = _EVERYBODY - {Role.ANALYST}
_WATCHING: Final = _EVERYBODY - {Role.AGENT}
PERMITTED: Final[Mapping[Operation, frozenset[Role]]] = {
    Operation.READ_CUSTOMER: _EVERYBODY,
    Operation.FIND_BY_NAME: _EVERYBODY,
    Operation.FIND_BY_CONTACT_POINT: _AT_THE_DESK,
    Operation.READ_INTERACTION: _EVERYBODY,
    Operation.READ_TRANSCRIPT: _AT_THE_DESK,
    Operation.READ_QUEUES: _EVERYBODY,
    Operation.READ_WAIT: _EVERYBODY | {Role.ADAPTER},
    Operation.READ_AGENTS: _WATCHING,
    Operation.READ_METRICS: _WATCHING,
    Operation.READ_AUDIT: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Operation.READ_ADMINISTRATION: frozenset({Role.ADMINISTRATOR}),
}


class Part(StrEnum):
    """What is personal in an answer."""

    CONTACT_POINTS = "contact_points"
    CONTENTS = "contents"


class Visible(IntEnum):
    """How far a part is seen; of several roles the one that sees most counts."""

    NEVER = 0
    WITH_WORK = 1
    ALWAYS = 2


SEES: Final[Mapping[Part, Mapping[Role, Visible]]] = {
    Part.CONTACT_POINTS: {
        Role.AGENT: Visible.WITH_WORK,
        Role.SUPERVISOR: Visible.ALWAYS,
        Role.ADMINISTRATOR: Visible.ALWAYS,
        Role.ANALYST: Visible.NEVER,
    },
    Part.CONTENTS: {
        Role.AGENT: Visible.ALWAYS,
        Role.SUPERVISOR: Visible.ALWAYS,
        Role.ADMINISTRATOR: Visible.ALWAYS,
        Role.ANALYST: Visible.NEVER,
    },
}
"""`WITH_WORK`: only of a customer one of whose interactions the agent owns or is offered just now. Contents are what was
written, subjects, and what adapters say in free attributes.
"""


def check(principal: Principal, operation: Operation, workspace: str) -> None:
    """Returns when the principal may ask that.

    Raises:
        Problem: 404 for another workspace, of which nothing is said; 403 for a missing role.
    """
    if principal.workspace != workspace:
        raise Problem(Kind.NOT_FOUND)
    if not principal.roles & PERMITTED[operation]:
        raise Problem(Kind.FORBIDDEN, f"this takes one of the roles {', '.join(sorted(PERMITTED[operation]))}")


def may(principal: Principal, operation: Operation) -> bool:
    """Whether one of the principal's roles allows it."""
    return not principal.roles.isdisjoint(PERMITTED[operation])


def visible(principal: Principal, part: Part) -> Visible:
    """How far the principal sees that part."""
    return max((SEES[part].get(role, Visible.NEVER) for role in principal.roles), default=Visible.NEVER)
