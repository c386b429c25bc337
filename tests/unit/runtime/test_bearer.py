from __future__ import annotations

import pytest

from runtime.bearer import principal_of, token_of
from runtime.clock import ManualClock
from runtime.credentials import BearerVerifier, StoreAway
from runtime.problems import Problem, ProblemKind
from tests.support.credentials import MemoryCredentials, a_principal


class Kind(ProblemKind):
    NOBODY = (401, "nobody", "Nobody we know")


@pytest.mark.parametrize("header", ["Bearer hk_1_x", "bearer  hk_1_x ", " BEARER hk_1_x"])
def test_a_token_is_what_follows_bearer(header: str) -> None:
    assert token_of(header, Kind.NOBODY) == "hk_1_x"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic aGs6", "hk_1_x"])
def test_without_a_token_one_is_told_what_is_wanted(header: str | None) -> None:
    with pytest.raises(Problem) as raised:
        token_of(header, Kind.NOBODY, "KEY")
    assert raised.value.kind is Kind.NOBODY
    assert raised.value.detail == "send Authorization: Bearer KEY"


async def test_who_is_known_is_let_in_and_others_are_not() -> None:
    store = MemoryCredentials()
    raw = store.add_key(a_principal("shop"))
    verifier = BearerVerifier(store, ManualClock())
    assert (await principal_of(verifier, f"Bearer {raw}", Kind.NOBODY)).workspace == "shop"
    with pytest.raises(Problem) as raised:
        await principal_of(verifier, f"Bearer {raw}x", Kind.NOBODY)
    assert raised.value.kind is Kind.NOBODY


async def test_without_the_database_nobody_new_is_judged() -> None:
    store = MemoryCredentials()
    raw = store.add_key(a_principal("shop"))
    store.away = True
    with pytest.raises(StoreAway):
        await principal_of(BearerVerifier(store, ManualClock()), f"Bearer {raw}", Kind.NOBODY)
