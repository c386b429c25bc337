"""Users and API keys of a workspace, for its administrators."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from producers.admin import permissions
from producers.admin.accounts import ApiKey, Refused, User
from producers.admin.passwords import WeakPassword
from producers.admin.permissions import Operation
from producers.admin.refusals import Kind, invalid
from producers.admin.requests import KeyAnswer, NewApiKey, NewUser
from producers.admin.services import Services
from runtime.credentials import Principal
from runtime.problems import Problem
from runtime.validation import FieldError

_USERS = "/v1/workspaces/{workspace:str}/users"
_KEYS = "/v1/workspaces/{workspace:str}/keys"


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """The handlers of this matter."""
    return [*_user_handlers(services), *_key_handlers(services)]


def _user_handlers(services: Services) -> list[HTTPRouteHandler]:
    @get(_USERS)
    async def list_users(workspace: FromPath[str], principal: NamedDependency[Principal]) -> list[User]:
        """All users, revoked ones included."""
        permissions.check(principal, Operation.MANAGE_USERS, workspace)
        return await services.accounts.users(workspace)

    @post(_USERS, status_code=201)
    async def add_user(
        workspace: FromPath[str], data: JSONBody[NewUser], principal: NamedDependency[Principal]
    ) -> User:
        """Add a user. A name is not used again, even after it was revoked."""
        permissions.check(principal, Operation.MANAGE_USERS, workspace)
        try:
            password_hash = await services.passwords.hash(data.password)
        except WeakPassword as error:
            raise invalid([FieldError("password", str(error))]) from None
        try:
            return await services.accounts.add_user(
                workspace, data.name, password_hash, data.roles, data.agent_id, principal.user
            )
        except Refused as error:
            raise Problem(Kind.INVALID, str(error)) from None

    @delete(_USERS + "/{name:str}")
    async def revoke_user(workspace: FromPath[str], name: FromPath[str], principal: NamedDependency[Principal]) -> None:
        """Revoke a user and end the user's sessions. Other processes notice within 5 s."""
        permissions.check(principal, Operation.MANAGE_USERS, workspace)
        if not await services.accounts.revoke_user(workspace, name, principal.user):
            raise Problem(Kind.NOT_FOUND)

    return [list_users, add_user, revoke_user]


def _key_handlers(services: Services) -> list[HTTPRouteHandler]:
    @get(_KEYS)
    async def list_keys(workspace: FromPath[str], principal: NamedDependency[Principal]) -> list[ApiKey]:
        """All API keys, without their secrets, revoked ones included."""
        permissions.check(principal, Operation.MANAGE_KEYS, workspace)
        return await services.accounts.keys(workspace)

    @post(_KEYS, status_code=201)
    async def add_key(
        workspace: FromPath[str], data: JSONBody[NewApiKey], principal: NamedDependency[Principal]
    ) -> KeyAnswer:
        """Make an API key. The answer shows it this once."""
        permissions.check(principal, Operation.MANAGE_KEYS, workspace)
        try:
            made = await services.accounts.add_key(workspace, data.label, data.roles, data.adapter, principal.user)
        except Refused as error:
            raise Problem(Kind.INVALID, str(error)) from None
        key = made.key
        return KeyAnswer(key_id=key.key_id, raw=made.raw, label=key.label, roles=key.roles, adapter=key.adapter)

    @delete(_KEYS + "/{key_id:str}")
    async def revoke_key(
        workspace: FromPath[str], key_id: FromPath[str], principal: NamedDependency[Principal]
    ) -> None:
        """Revoke a key. Other processes notice within 5 s."""
        permissions.check(principal, Operation.MANAGE_KEYS, workspace)
        if not await services.accounts.revoke_key(workspace, key_id, principal.user):
            raise Problem(Kind.NOT_FOUND)

    return [list_keys, add_key, revoke_key]
