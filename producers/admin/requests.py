"""Bodies and answers of the HTTP interface, as they stand in its OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from producers.admin.hours_now import QueueHours
from schemas.frame import CommandId
from schemas.supervision import AnyAct
from schemas.supervision import Reason as ActReason
from schemas.vocabulary import Role

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.@\-]*$")]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]

CustomerId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what is sent: an unknown field is an error, as it would be ignored."""


class SignIn(Body, frozen=True, kw_only=True):
    workspace: Name
    user: Name
    password: Password


class NewUser(Body, frozen=True, kw_only=True):
    """`agent_id` with the role agent, and only then."""

    name: Name
    password: Password
    roles: tuple[Role, ...]
    agent_id: Name | None = None


class NewApiKey(Body, frozen=True, kw_only=True):
    """`adapter` with the role adapter, and only then."""

    label: Label
    roles: tuple[Role, ...]
    adapter: Name | None = None


class MergeWish(Body, frozen=True, kw_only=True):
    """`merged_id` is to be read as the customer of the address; with `preview` nothing is done. `reason`: in words."""

    merged_id: CustomerId
    preview: bool = False
    reason: Reason | None = None


class UndoWish(Body, frozen=True, kw_only=True):
    """Why, in words."""

    reason: Reason | None = None


class Dismissal(Body, frozen=True, kw_only=True):
    """Two customers, in any order, who are not the same."""

    customer_id: CustomerId
    other_id: CustomerId


class CommandWish(Body, frozen=True, kw_only=True):
    """A supervisor's act under a random id of the sender's own: the same id again is the same command."""

    command_id: CommandId
    do: AnyAct


class HandOverWish(Body, frozen=True, kw_only=True):
    """To whom, and why, in words that name no customer. With `preview` nothing is done, and neither id nor reason is
    needed; the same id again is the same act.
    """

    to_agent: Name
    command_id: CommandId | None = None
    reason: ActReason | None = None
    preview: bool = False


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """How many suggestions are new."""

    found: int


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks."""

    user: str
    workspace: str
    roles: tuple[Role, ...]
    agent_id: str | None = None
    adapter: str | None = None


class SignInAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`token` goes into `Authorization: Bearer`; it ends at `expires_ms` or with sign-out."""

    token: str
    expires_ms: int
    me: Me


class TicketAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket for one socket, to be used within `valid_s`."""

    ticket: str
    valid_s: int


class KeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A new API key; `raw` is the key itself, shown this once."""

    key_id: str
    raw: str
    label: str
    roles: tuple[Role, ...]
    adapter: str | None


class DocumentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The current version. `state` `waiting`: routing has not answered yet, `applied_version` is still in force.
    `hours`: what this document's opening hours mean now.
    """

    workspace: str
    version: int
    state: str
    applied_version: int
    document: dict[str, Any]
    created_ms: int
    created_by: str
    hours: list[QueueHours]
