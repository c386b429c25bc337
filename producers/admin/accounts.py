"""Users, API keys and sign-in sessions in PostgreSQL. Every change has its row in the audit, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from producers.admin.audit import Action, Entry, record
from producers.admin.fields import BAD_ID, is_id
from runtime.clock import Clock
from runtime.credential_store import Principal, secret_hash
from runtime.credentials import new_key, new_session_token
from runtime.postgres import Pool
from schemas.ids import RESERVED_ADAPTERS
from schemas.vocabulary import Role

_USER_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@\-]{0,63}")
SESSION_MS: Final = 12 * 60 * 60 * 1000


class Refused(Exception):
    """A change that cannot be: the message says why in one sentence."""


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A user as lists show it."""

    workspace: str
    name: str
    roles: tuple[Role, ...]
    agent_id: str | None
    created_ms: int
    created_by: str
    revoked_ms: int | None = None


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as lists show it: never its secret."""

    key_id: str
    workspace: str
    label: str
    roles: tuple[Role, ...]
    adapter: str | None
    created_ms: int
    created_by: str
    revoked_ms: int | None = None


class MadeKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key just made; `raw` is shown this once."""

    key: ApiKey
    raw: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session just begun; `token` is given out this once."""

    token: str
    expires_ms: int
    principal: Principal


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """What a password is checked against."""

    principal: Principal
    password_hash: str


def wanted_roles(roles: Sequence[Role], agent_id: str | None, adapter: str | None) -> tuple[Role, ...]:
    """The roles, each once.

    Raises:
        Refused: none is given, or agent and adapter are not said where their role needs them.
    """
    found = tuple(role for role in Role if role in roles)
    if not found:
        raise Refused(f"at least one role is needed: {', '.join(Role)}")
    if (Role.AGENT in found) is not (agent_id is not None):
        raise Refused("the role agent needs the agent's id, and only that role has one")
    if (Role.ADAPTER in found) is not (adapter is not None):
        raise Refused("the role adapter needs the adapter's name, and only that role has one")
    return found


def check_names(workspace: str, name: str) -> None:
    """Raises Refused for a workspace or a user that could not be named at sign-in."""
    if not is_id(workspace):
        raise Refused(f'"{workspace}" is no workspace: {BAD_ID}')
    if not _USER_NAME.fullmatch(name):
        raise Refused(f'"{name}" is no user name: 1 to 64 letters, digits, _, -, . or @')


class Accounts:
    """Users, keys and sessions of all workspaces."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def add_user(
        self, workspace: str, name: str, password_hash: str, roles: Sequence[Role], agent_id: str | None, actor: str
    ) -> User:
        """Raises Refused when the name was ever used in this workspace, or name or roles do not fit."""
        check_names(workspace, name)
        fitting = wanted_roles(roles, agent_id, "-" if Role.ADAPTER in roles else None)
        if Role.ADAPTER in fitting:
            raise Refused("the role adapter is for API keys")
        now = self._clock.now_ms()
        async with self._pool.acquire() as connection, connection.transaction():
            added = await connection.fetchval(
                "INSERT INTO users (workspace, name, roles, agent_id, password_hash, created_ms, created_by)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING 1",
                workspace,
                name,
                [role.value for role in fitting],
                agent_id,
                password_hash,
                now,
                actor,
            )
            if added is None:
                raise Refused(f'the name "{name}" is taken in {workspace}')
            await record(connection, _entry(now, workspace, actor, Action.USER_ADDED, name))
        return User(workspace=workspace, name=name, roles=fitting, agent_id=agent_id, created_ms=now, created_by=actor)

    async def users(self, workspace: str | None) -> list[User]:
        """All users of a workspace, or of all, revoked ones included."""
        rows = await self._pool.fetch(
            "SELECT workspace, name, roles, agent_id, created_ms, created_by, revoked_ms FROM users"
            " WHERE $1::text IS NULL OR workspace = $1 ORDER BY workspace, name",
            workspace,
        )
        return [msgspec.convert(dict(row), User) for row in rows]

    async def revoke_user(self, workspace: str, name: str, actor: str) -> bool:
        """Ends the user's sessions with it; False when there is no such user, or it was revoked before."""
        now = self._clock.now_ms()
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetchval(
                "UPDATE users SET revoked_ms = $3 WHERE workspace = $1 AND name = $2 AND revoked_ms IS NULL"
                " RETURNING 1",
                workspace,
                name,
                now,
            )
            if found is None:
                return False
            await connection.execute(
                "UPDATE sign_in_sessions SET ended_ms = $3"
                " WHERE workspace = $1 AND user_name = $2 AND ended_ms IS NULL",
                workspace,
                name,
                now,
            )
            await record(connection, _entry(now, workspace, actor, Action.USER_REVOKED, name))
        return True

    async def login(self, workspace: str, name: str) -> Login | None:
        """What the password of a user is checked against; None = no such user, or revoked."""
        row = await self._pool.fetchrow(
            "SELECT roles, agent_id, password_hash FROM users"
            " WHERE workspace = $1 AND name = $2 AND revoked_ms IS NULL",
            workspace,
            name,
        )
        if row is None:
            return None
        roles = frozenset(Role(role) for role in row["roles"])
        principal = Principal(user=name, workspace=workspace, roles=roles, agent_id=row["agent_id"])
        return Login(principal=principal, password_hash=row["password_hash"])

    async def start_session(self, principal: Principal, valid_ms: int = SESSION_MS) -> SignedIn:
        """Begins a session of a user whose password was right."""
        now = self._clock.now_ms()
        token = new_session_token()
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO sign_in_sessions (token_hash, workspace, user_name, created_ms, expires_ms)"
                " VALUES ($1, $2, $3, $4, $5)",
                secret_hash(token),
                principal.workspace,
                principal.user,
                now,
                now + valid_ms,
            )
            await record(connection, _entry(now, principal.workspace, principal.user, Action.SIGNED_IN, principal.user))
        return SignedIn(token=token, expires_ms=now + valid_ms, principal=principal)

    async def note_refused(self, workspace: str, name: str) -> None:
        """A sign-in with a wrong password, for the audit."""
        async with self._pool.acquire() as connection:
            await record(connection, _entry(self._clock.now_ms(), workspace, name, Action.SIGN_IN_REFUSED, name))

    async def end_session(self, token: str, principal: Principal) -> None:
        """Ends the session; nothing when it has ended before, or when the token is an API key."""
        now = self._clock.now_ms()
        async with self._pool.acquire() as connection, connection.transaction():
            ended = await connection.fetchval(
                "UPDATE sign_in_sessions SET ended_ms = $2 WHERE token_hash = $1 AND ended_ms IS NULL RETURNING 1",
                secret_hash(token),
                now,
            )
            if ended is not None:
                entry = _entry(now, principal.workspace, principal.user, Action.SIGNED_OUT, principal.user)
                await record(connection, entry)

    async def add_key(
        self, workspace: str, label: str, roles: Sequence[Role], adapter: str | None, actor: str
    ) -> MadeKey:
        """Raises Refused when workspace, adapter or roles do not fit."""
        check_names(workspace, adapter or "key")
        if adapter in RESERVED_ADAPTERS:
            raise Refused(f'"{adapter}" is the name of an adapter of ours: choose another')
        if Role.AGENT in roles:
            raise Refused("the role agent is for users")
        fitting = wanted_roles(roles, None, adapter)
        now = self._clock.now_ms()
        made = new_key()
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO api_keys (key_id, workspace, label, roles, adapter, secret_hash, created_ms, created_by)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                made.key_id,
                workspace,
                label,
                [role.value for role in fitting],
                adapter,
                made.secret_hash,
                now,
                actor,
            )
            await record(connection, _entry(now, workspace, actor, Action.KEY_ADDED, made.key_id))
        key = ApiKey(
            key_id=made.key_id,
            workspace=workspace,
            label=label,
            roles=fitting,
            adapter=adapter,
            created_ms=now,
            created_by=actor,
        )
        return MadeKey(key=key, raw=made.raw)

    async def keys(self, workspace: str | None) -> list[ApiKey]:
        """All keys of a workspace, or of all, revoked ones included."""
        rows = await self._pool.fetch(
            "SELECT key_id, workspace, label, roles, adapter, created_ms, created_by, revoked_ms FROM api_keys"
            " WHERE $1::text IS NULL OR workspace = $1 ORDER BY workspace, created_ms, key_id",
            workspace,
        )
        return [msgspec.convert(dict(row), ApiKey) for row in rows]

    async def revoke_key(self, workspace: str | None, key_id: str, actor: str) -> bool:
        """False when there is no such key (in that workspace), or it was revoked before."""
        now = self._clock.now_ms()
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetchval(
                "UPDATE api_keys SET revoked_ms = $3"
                " WHERE key_id = $1 AND ($2::text IS NULL OR workspace = $2) AND revoked_ms IS NULL"
                " RETURNING workspace",
                key_id,
                workspace,
                now,
            )
            if found is None:
                return False
            await record(connection, _entry(now, found, actor, Action.KEY_REVOKED, key_id))
        return True

    async def forget_old(self, kept_ms: int = SESSION_MS) -> None:
        """Deletes sessions and used tickets that ended more than `kept_ms` ago; the audit keeps what happened."""
        before = self._clock.now_ms() - kept_ms
        await self._pool.execute("DELETE FROM sign_in_sessions WHERE expires_ms < $1", before)
        await self._pool.execute("DELETE FROM used_tickets WHERE expires_ms < $1", before)


def _entry(at_ms: int, workspace: str, actor: str, action: Action, subject: str) -> Entry:
    return Entry(at_ms=at_ms, workspace=workspace, actor=actor, action=action, subject=subject)
