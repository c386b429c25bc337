"""Who may do what here: a key of the adapter's role, for its own workspace and its own interactions.

The order of refusals is fixed: 401, 403, 404. A key for another workspace is told nothing about this one.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

import msgspec

from producers.http.problems import Kind
from runtime.credentials import Principal
from runtime.problems import Problem
from schemas.ids import adapter_mark
from schemas.vocabulary import Role

_INTERACTION: Final = re.compile(r"i_[0-9a-f]{30}")


class Verifier(Protocol):
    """Knows API keys; may raise StoreAway."""

    async def verify(self, raw_key: str) -> Principal | None: ...


class Directory(Protocol):
    """Knows workspaces; may raise StoreAway."""

    async def known(self, workspace: str) -> bool: ...


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """A request that may go on: the adapter that asks, in its workspace, with one of its keys."""

    workspace: str
    adapter: str
    key_id: str


def admit(principal: Principal | None, workspace: str) -> Admitted:
    """The adapter that a key speaks for in `workspace`; raises Problem (401, 403)."""
    if principal is None:
        raise Problem(Kind.UNAUTHENTICATED, "the key is unknown or revoked")
    if principal.workspace != workspace:
        raise Problem(Kind.FORBIDDEN, "the key belongs to another workspace")
    if Role.ADAPTER not in principal.roles or principal.adapter is None:
        raise Problem(Kind.FORBIDDEN, "the key is not an adapter's")
    return Admitted(workspace=workspace, adapter=principal.adapter, key_id=principal.user)


def check_owner(admitted: Admitted, interaction_id: str) -> None:
    """Raises Problem: 404 for what is no interaction's id, 403 for another adapter's interaction."""
    if _INTERACTION.fullmatch(interaction_id) is None:
        raise Problem(Kind.NOT_FOUND, "this is not the id of an interaction")
    if not interaction_id.startswith(adapter_mark(admitted.workspace, admitted.adapter)):
        raise Problem(Kind.FORBIDDEN, "the interaction belongs to another adapter")
