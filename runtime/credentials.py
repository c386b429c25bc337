"""Who asks: API keys, sign-in sessions and one-time tickets, verified.

- API key `hk_<id>_<secret>` and session `hs_<secret>`: both as `Authorization: Bearer`. Revoked ones are refused within
  5 s; while PostgreSQL is away the last known answer stands.
- Ticket: a JWT (HS256) of at most 60 s that opens one socket, once across all gateways; while PostgreSQL is away once
  for each gateway process.
A secret is seen once, when it is made; only its hash is kept.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Final

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from runtime.clock import Clock
from runtime.credential_store import CredentialStore, Principal, StoredKey, StoredSession, secret_hash
from runtime.ids import random_id, random_secret
from runtime.last_known import LastKnown, StoreAway
from runtime.postgres import AWAY
from schemas.vocabulary import Role

__all__ = [
    "BearerVerifier",
    "KeyVerifier",
    "NewKey",
    "Principal",
    "SessionVerifier",
    "StoreAway",
    "TicketIssuer",
    "TicketVerifier",
    "new_key",
    "new_session_token",
]

KEY_PREFIX: Final = "hk"
SESSION_PREFIX: Final = "hs"
TICKET_LIMIT_S: Final = 60
_AUDIENCE: Final = "hubline-socket"
_ALGORITHMS: Final = ["HS256"]
_KEY_BYTES: Final = 32


class NewKey(msgspec.Struct, frozen=True):
    """An API key as it is made: `raw` is shown once, `secret_hash` is stored."""

    key_id: str
    raw: str
    secret_hash: bytes


def new_key() -> NewKey:
    """A new API key with a random id and 256 random bits of secret."""
    key_id = random_id(KEY_PREFIX)
    secret = random_secret()
    return NewKey(key_id, f"{key_id}_{secret}", secret_hash(secret))


def new_session_token() -> str:
    """A new sign-in token; its `secret_hash` is what is stored."""
    return f"{SESSION_PREFIX}_{random_secret()}"


class KeyVerifier:
    """Verifies API keys."""

    def __init__(self, store: CredentialStore, clock: Clock) -> None:
        self._known: LastKnown[str, StoredKey] = LastKnown(store.find_key, clock)

    async def verify(self, raw_key: str) -> Principal | None:
        """Whose key it is; None = not a key, unknown, revoked or a wrong secret.

        Raises:
            StoreAway: PostgreSQL is away and this key was never seen here.
        """
        prefix, separator, rest = raw_key.partition("_")
        number, second, secret = rest.partition("_")
        if prefix != KEY_PREFIX or not (separator and second and number and secret):
            return None
        found = await self._known.get(f"{prefix}_{number}")
        if found is None or not hmac.compare_digest(found.secret_hash, secret_hash(secret)):
            return None
        return found.principal


class SessionVerifier:
    """Verifies tokens of sign-in sessions."""

    def __init__(self, store: CredentialStore, clock: Clock) -> None:
        self._clock = clock
        self._known: LastKnown[bytes, StoredSession] = LastKnown(store.find_session, clock)

    async def verify(self, token: str) -> Principal | None:
        """Who signed in; None = unknown, ended or expired. Raises StoreAway as `KeyVerifier.verify`."""
        if not token.startswith(SESSION_PREFIX + "_"):
            return None
        found = await self._known.get(secret_hash(token))
        if found is None or found.expires_ms <= self._clock.now_ms():
            return None
        return found.principal

    def forget(self, token: str) -> None:
        """The session was ended here: refused at once."""
        self._known.forget(secret_hash(token))


class BearerVerifier:
    """Verifies whatever stands after `Bearer`: an API key or a session's token."""

    def __init__(self, store: CredentialStore, clock: Clock) -> None:
        self.keys = KeyVerifier(store, clock)
        self.sessions = SessionVerifier(store, clock)

    async def verify(self, raw: str) -> Principal | None:
        """Who asks; None = nobody we know. Raises StoreAway as `KeyVerifier.verify`."""
        if raw.startswith(SESSION_PREFIX + "_"):
            return await self.sessions.verify(raw)
        return await self.keys.verify(raw)


class _Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a ticket says; `iat` and `exp` in whole seconds."""

    aud: str
    jti: str
    sub: str
    ws: str
    roles: tuple[Role, ...]
    iat: int
    exp: int
    agent: str | None = None


def _signing_key(secret: str) -> OctKey:
    """Raises ValueError for a secret that is too short to sign with."""
    raw = secret.encode()
    if len(raw) < _KEY_BYTES:
        raise ValueError(f"the ticket key needs at least {_KEY_BYTES} characters")
    return OctKey.import_key(raw)


class TicketIssuer:
    """Makes one-time tickets, valid for `valid_s` (at most 60)."""

    def __init__(self, secret: str, clock: Clock, valid_s: int = 30) -> None:
        if not 0 < valid_s <= TICKET_LIMIT_S:
            raise ValueError(f"a ticket is valid for at most {TICKET_LIMIT_S} s")
        self._key = _signing_key(secret)
        self._clock = clock
        self.valid_s = valid_s

    def issue(self, principal: Principal) -> str:
        """A ticket for one socket of this principal."""
        now = self._clock.now_ms() // 1000
        claims = _Claims(
            aud=_AUDIENCE,
            jti=random_id("t"),
            sub=principal.user,
            ws=principal.workspace,
            roles=tuple(sorted(principal.roles)),
            iat=now,
            exp=now + self.valid_s,
            agent=principal.agent_id,
        )
        return jwt.encode({"alg": "HS256"}, msgspec.to_builtins(claims), self._key, algorithms=_ALGORITHMS)


class TicketVerifier:
    """Redeems one-time tickets."""

    def __init__(self, secret: str, store: CredentialStore, clock: Clock, *, limit_ms: int = 500) -> None:
        self._key = _signing_key(secret)
        self._store = store
        self._clock = clock
        self._limit_s = limit_ms / 1000
        self._used: dict[str, int] = {}
        self._swept_s = 0

    async def redeem(self, ticket: str) -> Principal | None:
        """Whose ticket it is, the first time; None = forged, expired or used."""
        claims = self._claims(ticket)
        now_s = self._clock.now_ms() // 1000
        if claims is None or not now_s < claims.exp <= claims.iat + TICKET_LIMIT_S:
            return None
        if not self._first_here(claims.jti, claims.exp, now_s) or not await self._first_anywhere(claims):
            return None
        return Principal(user=claims.sub, workspace=claims.ws, roles=frozenset(claims.roles), agent_id=claims.agent)

    def _claims(self, ticket: str) -> _Claims | None:
        try:
            claims = msgspec.convert(jwt.decode(ticket, self._key, algorithms=_ALGORITHMS).claims, _Claims)
        except (JoseError, ValueError, msgspec.ValidationError):
            return None
        return claims if claims.aud == _AUDIENCE else None

    def _first_here(self, ticket_id: str, exp_s: int, now_s: int) -> bool:
        if ticket_id in self._used:
            return False
        if now_s > self._swept_s:  # Not for each: when everybody comes back at once, they are many.
            self._used = {other: end_s for other, end_s in self._used.items() if end_s > now_s}
            self._swept_s = now_s
        self._used[ticket_id] = exp_s
        return True

    async def _first_anywhere(self, claims: _Claims) -> bool:
        try:
            async with asyncio.timeout(self._limit_s):
                return await self._store.use_ticket(claims.jti, claims.exp * 1000)
        except AWAY:
            return True
