from __future__ import annotations

import itertools

import pytest

from consumers.query.permissions import PERMITTED, SEES, Operation, Part, Visible, check, visible
from consumers.query.problems import Kind
from runtime.credential_store import Principal
from runtime.problems import Problem, ProblemKind
from schemas.vocabulary import Role


def who(*roles: Role) -> Principal:
    return Principal(user="x", workspace="w", roles=frozenset(roles))


def refused(principal: Principal, operation: Operation, workspace: str = "w") -> ProblemKind | None:
    try:
        check(principal, operation, workspace)
    except Problem as problem:
        return problem.kind
    return None


def test_the_tables_are_whole() -> None:
    assert set(PERMITTED) == set(Operation)
    assert set(SEES) == set(Part)
    assert all(set(seen) == set(Role) - {Role.ADAPTER} for seen in SEES.values())


@pytest.mark.parametrize(("role", "operation"), list(itertools.product(Role, Operation)))
def test_a_role_may_ask_what_the_table_says_and_only_of_its_workspace(role: Role, operation: Operation) -> None:
    expected = None if role in PERMITTED[operation] else Kind.FORBIDDEN
    assert refused(who(role), operation) is expected
    assert refused(who(role), operation, "another") is Kind.NOT_FOUND


def test_those_without_a_role_ask_nothing_and_adapters_only_how_long_it_takes() -> None:
    for principal, asked in ((who(), set()), (who(Role.ADAPTER), {Operation.READ_WAIT})):
        assert {operation for operation in Operation if refused(principal, operation) is None} == asked
        assert all(visible(principal, part) is Visible.NEVER for part in Part)


def test_of_several_roles_the_one_that_sees_most_counts() -> None:
    assert visible(who(Role.ANALYST), Part.CONTACT_POINTS) is Visible.NEVER
    assert visible(who(Role.ANALYST, Role.AGENT), Part.CONTACT_POINTS) is Visible.WITH_WORK
    assert visible(who(Role.ANALYST, Role.SUPERVISOR), Part.CONTENTS) is Visible.ALWAYS


def test_analysts_see_neither_contact_points_nor_contents_and_cannot_look_people_up_by_them() -> None:
    assert {visible(who(Role.ANALYST), part) for part in Part} == {Visible.NEVER}
    for operation in (Operation.READ_TRANSCRIPT, Operation.FIND_BY_CONTACT_POINT):
        assert refused(who(Role.ANALYST), operation) is Kind.FORBIDDEN
