"""Where credentials are looked up: a protocol, and PostgreSQL (`deploy/postgres/0001_admin.sql`).

Only hashes are stored. A lookup by the hash of a long random secret needs no constant time: nobody can steer a hash.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

import msgspec

from runtime.postgres import Pool
from schemas.vocabulary import Role


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: `user` is a user's name or a key's id. `agent_id`: the agent they are; `adapter`: what a key speaks for."""

    user: str
    workspace: str
    roles: frozenset[Role] = frozenset()
    agent_id: str | None = None
    adapter: str | None = None


class StoredKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key that has not been revoked."""

    secret_hash: bytes
    principal: Principal


class StoredSession(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that was not ended, of a user who was not revoked."""

    principal: Principal
    expires_ms: int


class CredentialStore(Protocol):
    """What verifying needs. Any of these may raise one of `runtime.postgres.AWAY`."""

    async def find_key(self, key_id: str) -> StoredKey | None: ...

    async def find_session(self, token_hash: bytes) -> StoredSession | None: ...

    async def use_ticket(self, ticket_id: str, expires_ms: int) -> bool:
        """True for the first use of this ticket by anyone, False for every later one."""
        ...


def secret_hash(secret: str) -> bytes:
    """SHA-256: enough for secrets of 256 random bits, which nobody can guess."""
    return hashlib.sha256(secret.encode()).digest()


class PostgresCredentialStore:
    """See `CredentialStore`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find_key(self, key_id: str) -> StoredKey | None:
        row = await self._pool.fetchrow(
            "SELECT key_id, workspace, roles, adapter, secret_hash FROM api_keys"
            " WHERE key_id = $1 AND revoked_ms IS NULL",
            key_id,
        )
        if row is None:
            return None
        principal = Principal(
            user=row["key_id"],
            workspace=row["workspace"],
            roles=frozenset(Role(role) for role in row["roles"]),
            adapter=row["adapter"],
        )
        return StoredKey(secret_hash=bytes(row["secret_hash"]), principal=principal)

    async def find_session(self, token_hash: bytes) -> StoredSession | None:
        row = await self._pool.fetchrow(
            "SELECT u.name, u.workspace, u.roles, u.agent_id, s.expires_ms"
            " FROM sign_in_sessions s JOIN users u ON u.workspace = s.workspace AND u.name = s.user_name"
            " WHERE s.token_hash = $1 AND s.ended_ms IS NULL AND u.revoked_ms IS NULL",
            token_hash,
        )
        if row is None:
            return None
        principal = Principal(
            user=row["name"],
            workspace=row["workspace"],
            roles=frozenset(Role(role) for role in row["roles"]),
            agent_id=row["agent_id"],
        )
        return StoredSession(principal=principal, expires_ms=row["expires_ms"])

    async def use_ticket(self, ticket_id: str, expires_ms: int) -> bool:
        used = await self._pool.fetchval(
            "INSERT INTO used_tickets (ticket_id, expires_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1",
            ticket_id,
            expires_ms,
        )
        return used is not None
