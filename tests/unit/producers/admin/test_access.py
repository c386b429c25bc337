from __future__ import annotations

import pytest

from producers.admin.access import principal_of, token_of
from producers.admin.refusals import Kind, Refusal
from runtime.clock import ManualClock
from runtime.credentials import BearerVerifier
from tests.support.credentials import MemoryCredentials, a_principal


async def refused(verifier: BearerVerifier, authorization: str | None) -> Kind:
    with pytest.raises(Refusal) as raised:
        await principal_of(verifier, authorization)
    return raised.value.kind


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer  "])
def test_only_a_bearer_is_heard(header: str | None) -> None:
    with pytest.raises(Refusal) as raised:
        token_of(header)
    assert raised.value.kind is Kind.UNAUTHENTICATED


def test_the_scheme_may_be_written_as_one_likes() -> None:
    assert token_of("bearer hs_x") == "hs_x"


async def test_who_is_known_is_let_in_and_others_are_not() -> None:
    store = MemoryCredentials()
    raw = store.add_key(a_principal("shop"))
    verifier = BearerVerifier(store, ManualClock())
    assert (await principal_of(verifier, f"Bearer {raw}")).workspace == "shop"
    assert await refused(verifier, f"Bearer {raw}x") is Kind.UNAUTHENTICATED


async def test_without_the_database_nobody_new_is_judged() -> None:
    store = MemoryCredentials()
    raw = store.add_key(a_principal("shop"))
    store.away = True
    assert await refused(BearerVerifier(store, ManualClock()), f"Bearer {raw}") is Kind.AWAY
