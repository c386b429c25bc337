from __future__ import annotations

import pytest

from producers.http.access import Admitted, admit, check_owner
from producers.http.problems import Kind
from runtime.credentials import Principal
from runtime.problems import Problem
from schemas.ids import interaction_id
from schemas.vocabulary import Role

WEB = Principal(user="hk_1", workspace="bookcity", roles=frozenset({Role.ADAPTER}), adapter="web")
ADMITTED = Admitted(workspace="bookcity", adapter="web", key_id="hk_1")


def a_principal(**changes: object) -> Principal:
    known = {"user": "hk_1", "workspace": "bookcity", "roles": frozenset({Role.ADAPTER}), "adapter": "web"}
    return Principal(**{**known, **changes})  # type: ignore[arg-type] # fields by name


def test_an_adapters_key_is_admitted_to_its_workspace() -> None:
    assert admit(WEB, "bookcity") == ADMITTED


@pytest.mark.parametrize(
    ("principal", "kind"),
    [
        (None, Kind.UNAUTHENTICATED),
        (a_principal(workspace="bank"), Kind.FORBIDDEN),
        (a_principal(roles=frozenset({Role.ADMINISTRATOR})), Kind.FORBIDDEN),
        (a_principal(adapter=None), Kind.FORBIDDEN),
    ],
    ids=["unknown key", "another workspace", "another role", "no adapter"],
)
def test_others_are_not(principal: Principal | None, kind: Kind) -> None:
    with pytest.raises(Problem) as caught:
        admit(principal, "bookcity")
    assert caught.value.kind is kind


def test_an_adapter_speaks_of_its_own_interactions() -> None:
    check_owner(ADMITTED, interaction_id("bookcity", "web", "c1"))


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        (interaction_id("bookcity", "phone", "c1"), Kind.FORBIDDEN),
        (interaction_id("bank", "web", "c1"), Kind.FORBIDDEN),
        ("c1", Kind.NOT_FOUND),
        (interaction_id("bookcity", "web", "c1") + "\n", Kind.NOT_FOUND),
        (interaction_id("bookcity", "web", "c1") + ".1", Kind.NOT_FOUND),
    ],
)
def test_and_of_no_other(about: str, kind: Kind) -> None:
    with pytest.raises(Problem) as caught:
        check_owner(ADMITTED, about)
    assert caught.value.kind is kind
