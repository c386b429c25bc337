"""Credentials in memory: the twin of PostgreSQL behind `runtime.credential_store`, and the suite that both pass."""

from __future__ import annotations

import abc
from collections.abc import Awaitable, Callable

from runtime.credential_store import CredentialStore, Principal, StoredKey, StoredSession, secret_hash
from runtime.credentials import new_key, new_session_token
from schemas.vocabulary import Role

NEVER_MS = 4_000_000_000_000
"""An expiry that no other test's clean-up reaches."""


def a_principal(workspace: str = "shop", *roles: Role, user: str = "ana", agent_id: str | None = None) -> Principal:
    return Principal(user=user, workspace=workspace, roles=frozenset(roles or {Role.SUPERVISOR}), agent_id=agent_id)


class MemoryCredentials:
    """See `CredentialStore`. While `away` every question raises what a closed connection raises; `asked` counts them."""

    def __init__(self) -> None:
        self.keys: dict[str, StoredKey] = {}
        self.sessions: dict[bytes, StoredSession] = {}
        self.used: set[str] = set()
        self.away = False
        self.asked = 0

    def add_key(self, principal: Principal) -> str:
        made = new_key()
        self.keys[made.key_id] = StoredKey(secret_hash=made.secret_hash, principal=principal)
        return made.raw

    def revoke_key(self, raw: str) -> None:
        del self.keys["_".join(raw.split("_")[:2])]

    def add_session(self, principal: Principal, expires_ms: int) -> str:
        token = new_session_token()
        self.sessions[secret_hash(token)] = StoredSession(principal=principal, expires_ms=expires_ms)
        return token

    def end_session(self, token: str) -> None:
        del self.sessions[secret_hash(token)]

    async def find_key(self, key_id: str) -> StoredKey | None:
        self._ask()
        return self.keys.get(key_id)

    async def find_session(self, token_hash: bytes) -> StoredSession | None:
        self._ask()
        return self.sessions.get(token_hash)

    async def use_ticket(self, ticket_id: str, expires_ms: int) -> bool:
        self._ask()
        first = ticket_id not in self.used
        self.used.add(ticket_id)
        return first

    def _ask(self) -> None:
        self.asked += 1
        if self.away:
            raise ConnectionRefusedError


Add = Callable[[Principal], Awaitable[str]]


class CredentialSuite(abc.ABC):
    """What holds for every store of credentials. A test class of a store implements the helpers."""

    @abc.abstractmethod
    async def store(self) -> CredentialStore: ...

    @abc.abstractmethod
    async def a_key(self, workspace: str) -> str: ...

    @abc.abstractmethod
    async def revoke(self, raw: str) -> None: ...

    async def test_a_key_is_found_by_its_id_until_it_is_revoked(self) -> None:
        store = await self.store()
        raw = await self.a_key("shop")
        key_id, secret = "_".join(raw.split("_", 2)[:2]), raw.split("_", 2)[2]
        found = await store.find_key(key_id)
        assert found is not None
        assert (found.principal.workspace, found.principal.user) == ("shop", key_id)
        assert found.secret_hash == secret_hash(secret)
        await self.revoke(raw)
        assert await store.find_key(key_id) is None

    async def test_what_was_never_added_is_not_found(self) -> None:
        store = await self.store()
        assert await store.find_key("hk_nobody") is None
        assert await store.find_session(secret_hash("hs_nobody")) is None

    async def test_a_ticket_is_used_once(self) -> None:
        store = await self.store()
        ticket = new_session_token()
        assert await store.use_ticket(ticket, NEVER_MS)
        assert not await store.use_ticket(ticket, NEVER_MS)
        assert await store.use_ticket(ticket + "2", NEVER_MS)
