from __future__ import annotations

import itertools

import pytest

from producers.admin.permissions import PERMITTED, Operation, check
from producers.admin.refusals import Kind
from runtime.credential_store import Principal
from runtime.problems import Problem
from schemas.vocabulary import Role


def allowed(principal: Principal, operation: Operation, workspace: str = "w") -> bool:
    try:
        check(principal, operation, workspace)
    except Problem as refusal:
        return refusal.kind is not Kind.FORBIDDEN
    return True


def test_every_operation_is_in_the_table() -> None:
    assert set(PERMITTED) == set(Operation)


@pytest.mark.parametrize(("role", "operation"), list(itertools.product(Role, Operation)))
def test_a_role_may_do_what_the_table_says_and_only_in_its_workspace(role: Role, operation: Operation) -> None:
    principal = Principal(user="x", workspace="w", roles=frozenset({role}))
    assert allowed(principal, operation) is (role in PERMITTED[operation])
    assert not allowed(principal, operation, "v")


def test_without_a_role_nothing_is_allowed() -> None:
    nobody = Principal(user="x", workspace="w")
    assert not any(allowed(nobody, operation) for operation in Operation)


def test_only_administrators_change_anything() -> None:
    writing = [operation for operation in Operation if operation.value.startswith(("write", "manage"))]
    assert all(PERMITTED[operation] == {Role.ADMINISTRATOR} for operation in writing)
