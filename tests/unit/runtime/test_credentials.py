from __future__ import annotations

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from runtime.clock import ManualClock
from runtime.credential_store import secret_hash
from runtime.credentials import (
    BearerVerifier,
    KeyVerifier,
    SessionVerifier,
    StoreAway,
    TicketIssuer,
    TicketVerifier,
    new_key,
    new_session_token,
)
from schemas.vocabulary import Role
from tests.support.credentials import MemoryCredentials, a_principal

SECRET = "a key for tickets that is long enough"
ANA = a_principal("shop", Role.AGENT, user="ana", agent_id="ana")


def test_a_new_key_shows_its_secret_once_and_keeps_a_hash() -> None:
    made = new_key()
    assert made.raw.startswith(made.key_id + "_")
    secret = made.raw.removeprefix(made.key_id + "_")
    assert made.secret_hash == secret_hash(secret)
    assert new_key().key_id != made.key_id
    assert new_session_token() != new_session_token()


async def test_a_key_is_known_by_its_secret() -> None:
    store = MemoryCredentials()
    raw = store.add_key(ANA)
    keys = KeyVerifier(store, ManualClock())
    assert await keys.verify(raw) == ANA
    other = new_key()
    stolen_id = "_".join(raw.split("_")[:2]) + "_" + other.raw.split("_", 2)[2]
    assert await keys.verify(stolen_id) is None


@pytest.mark.parametrize("raw", ["", "hk", "hk_", "hk_a", "hk_a_", "hk__b", "hs_a_b", "HK_a_b"])
async def test_what_is_no_key_is_not_even_looked_up(raw: str) -> None:
    store = MemoryCredentials()
    assert await KeyVerifier(store, ManualClock()).verify(raw) is None
    assert store.asked == 0


async def test_a_revoked_key_is_refused_within_five_seconds() -> None:
    store, clock = MemoryCredentials(), ManualClock()
    raw = store.add_key(ANA)
    keys = KeyVerifier(store, clock)
    await keys.verify(raw)
    store.revoke_key(raw)
    clock.advance_ms(5_000)
    assert await keys.verify(raw) is None


async def test_a_known_key_opens_while_the_database_is_away_and_an_unknown_one_is_not_judged() -> None:
    store, clock = MemoryCredentials(), ManualClock()
    raw, never_seen = store.add_key(ANA), store.add_key(ANA)
    keys = KeyVerifier(store, clock)
    await keys.verify(raw)
    store.away = True
    clock.advance_ms(600_000)
    assert await keys.verify(raw) == ANA
    assert await keys.verify(raw + "x") is None
    with pytest.raises(StoreAway):
        await keys.verify(never_seen)


async def test_a_session_ends_at_its_time_even_while_the_database_is_away() -> None:
    store, clock = MemoryCredentials(), ManualClock()
    token = store.add_session(ANA, clock.now_ms() + 60_000)
    sessions = SessionVerifier(store, clock)
    assert await sessions.verify(token) == ANA
    store.away = True
    clock.advance_ms(59_999)
    assert await sessions.verify(token) == ANA
    clock.advance_ms(1)
    assert await sessions.verify(token) is None


async def test_signing_out_is_seen_at_once_where_it_happened() -> None:
    store, clock = MemoryCredentials(), ManualClock()
    token = store.add_session(ANA, clock.now_ms() + 60_000)
    sessions = SessionVerifier(store, clock)
    await sessions.verify(token)
    store.end_session(token)
    sessions.forget(token)
    assert await sessions.verify(token) is None


async def test_a_bearer_may_be_a_key_or_a_session() -> None:
    store, clock = MemoryCredentials(), ManualClock()
    bearer = BearerVerifier(store, clock)
    assert await bearer.verify(store.add_key(ANA)) == ANA
    assert await bearer.verify(store.add_session(ANA, clock.now_ms() + 1)) == ANA
    assert await bearer.verify("something else") is None


async def test_a_ticket_opens_once() -> None:
    store, clock = MemoryCredentials(), ManualClock()
    ticket = TicketIssuer(SECRET, clock).issue(ANA)
    verifier = TicketVerifier(SECRET, store, clock)
    assert await verifier.redeem(ticket) == ANA
    assert await verifier.redeem(ticket) is None


async def test_a_ticket_opens_once_across_all_gateways() -> None:
    store, clock = MemoryCredentials(), ManualClock()
    ticket = TicketIssuer(SECRET, clock).issue(ANA)
    here, there = TicketVerifier(SECRET, store, clock), TicketVerifier(SECRET, store, clock)
    assert await here.redeem(ticket) == ANA
    assert await there.redeem(ticket) is None


async def test_while_the_database_is_away_a_ticket_opens_once_a_gateway() -> None:
    store, clock = MemoryCredentials(), ManualClock()
    ticket = TicketIssuer(SECRET, clock).issue(ANA)
    store.away = True
    here = TicketVerifier(SECRET, store, clock)
    assert await here.redeem(ticket) == ANA
    assert await here.redeem(ticket) is None


async def test_a_ticket_is_worth_nothing_after_its_time() -> None:
    store, clock = MemoryCredentials(), ManualClock()
    issuer = TicketIssuer(SECRET, clock, valid_s=30)
    in_time, late = issuer.issue(ANA), issuer.issue(ANA)
    verifier = TicketVerifier(SECRET, store, clock)
    clock.advance_ms(29_000)
    assert await verifier.redeem(in_time) == ANA
    clock.advance_ms(1_000)
    assert await verifier.redeem(late) is None


async def test_used_tickets_are_forgotten_after_their_time() -> None:
    store, clock = MemoryCredentials(), ManualClock()
    issuer, verifier = TicketIssuer(SECRET, clock), TicketVerifier(SECRET, store, clock)
    for _ in range(50):
        assert await verifier.redeem(issuer.issue(ANA)) == ANA
        clock.advance_ms(10_000)
    assert len(verifier._used) <= 4


@pytest.mark.parametrize(
    ("header", "changes", "secret"),
    [
        ({"alg": "HS256"}, {}, "another key for tickets, just as long"),
        ({"alg": "HS384"}, {}, SECRET),
        ({"alg": "HS256"}, {"aud": "elsewhere"}, SECRET),
        ({"alg": "HS256"}, {"exp": 1_700_003_600}, SECRET),
        ({"alg": "HS256"}, {"roles": ["king"]}, SECRET),
        ({"alg": "HS256"}, {"jti": None}, SECRET),
    ],
)
async def test_a_forged_ticket_opens_nothing(header: dict[str, str], changes: dict[str, object], secret: str) -> None:
    clock = ManualClock()
    claims = {"aud": "hubline-socket", "jti": "t_1", "sub": "eve", "ws": "shop", "roles": ["supervisor"]}
    claims |= {"iat": 1_700_000_000, "exp": 1_700_000_030, **changes}  # type: ignore[dict-item]
    key = OctKey.import_key(secret.encode())
    forged = jwt.encode(header, claims, key, algorithms=["HS256", "HS384"])
    assert await TicketVerifier(SECRET, MemoryCredentials(), clock).redeem(forged) is None


@pytest.mark.parametrize("ticket", ["", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJldmUifQ.", "\x00", "é.é.é"])
async def test_what_is_no_ticket_opens_nothing(ticket: str) -> None:
    assert await TicketVerifier(SECRET, MemoryCredentials(), ManualClock()).redeem(ticket) is None


def test_weak_keys_and_long_tickets_are_refused_at_start() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        TicketIssuer("short", ManualClock())
    with pytest.raises(ValueError, match="60 s"):
        TicketIssuer(SECRET, ManualClock(), valid_s=61)
