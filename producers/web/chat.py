"""One customer's chat: a row that outlives this process, and what is in memory while sockets are there.

A chat is a line of contacts, one after the other; each is linked to the one before. Its id is the digest of its token, the
ids of its interactions and messages are derived from it.
"""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

import msgspec

from runtime.credential_store import secret_hash
from runtime.ids import random_secret
from schemas import chat, ids
from schemas.chat import EndedBy

ADAPTER: Final = ids.WEB_ADAPTER
CHANNEL: Final = "web_chat"
_ID_DIGITS: Final = 30


class ChatRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a chat.

    `number` of the contact it is at, 0 = none yet; `ended_by` None = that has not ended, as of decision `next_offset` (not
    included); `seen_ms`: when a process last had a socket of it.
    """

    digest: bytes
    workspace: str
    number: int = 0
    ended_by: EndedBy | None = None
    next_offset: int = 0
    seen_ms: int = 0
    queue: str | None = None
    language: str | None = None
    account: str | None = None
    customer_name: str | None = None

    @property
    def chat_id(self) -> str:
        """Names the chat outside; the token does not follow from it."""
        return f"w_{self.digest.hex()[:_ID_DIGITS]}"

    @property
    def interaction_id(self) -> str | None:
        """The contact it is at."""
        return self.interaction(self.number) if self.number else None

    def external_id(self, number: int) -> str:
        """How the adapter knows the `number`-th contact."""
        return f"{self.chat_id}.{number}"

    def interaction(self, number: int) -> str:
        """The id of the `number`-th contact."""
        return ids.interaction_id(self.workspace, ADAPTER, self.external_id(number))

    def message_id(self, client_id: str) -> str:
        """The id of what the page sent as `client_id`."""
        return ids.message_id(self.workspace, ADAPTER, f"{self.chat_id} {client_id}")


class Member(Protocol):
    """A socket of the chat. `tell` never waits."""

    def tell(self, frame: chat.Frame) -> None: ...


class Chat:
    """A chat in memory. `posted`: the messages that the log has shown, with their contact, all of the latest
    contacts once `is_loaded`; `acknowledged`: those that the broker has taken.
    `on_way`: those that the broker has not acknowledged yet. `arrival_sent`: this process has put its contact into the log.
    `shown`: the state told last. `order`: who holds it puts the next message into the log.
    """

    __slots__ = (
        "acknowledged",
        "arrival_sent",
        "is_loaded",
        "is_saved",
        "members",
        "on_way",
        "order",
        "posted",
        "row",
        "shown",
    )

    def __init__(self, row: ChatRow, *, is_saved: bool) -> None:
        self.row = row
        self.is_saved = is_saved
        self.members: list[Member] = []
        self.posted: dict[str, str] = {}
        self.acknowledged: dict[str, str] = {}
        self.is_loaded = row.number == 0
        self.on_way: dict[str, asyncio.Future[str]] = {}
        self.order = asyncio.Lock()
        self.arrival_sent = False
        self.shown: chat.State | None = None

    @property
    def is_open(self) -> bool:
        """Whether a contact is under way, as far as is known."""
        return self.row.number > 0 and self.row.ended_by is None

    def tell(self, frame: chat.Frame) -> None:
        """Says it to every window."""
        for member in list(self.members):
            member.tell(frame)

    def ended(self, by: EndedBy) -> None:
        """Its contact has ended."""
        if self.is_open:
            self.change(ended_by=by)

    def next_contact(self, next_offset: int) -> str | None:
        """Goes on to the next contact; the one before, to which that is linked."""
        linked_to = self.row.interaction_id
        self.change(number=self.row.number + 1, ended_by=None, next_offset=next_offset)
        self.arrival_sent = False
        self.shown = None
        return linked_to

    def begin_anew(self, row: ChatRow) -> None:
        """Another process has taken it to a later contact."""
        self.row, self.is_saved = row, True
        self.is_loaded = self.arrival_sent = False
        self.shown = None

    def change(self, **changes: object) -> None:
        """Sets fields of the row; it must be saved."""
        self.row = msgspec.structs.replace(self.row, **changes)
        self.is_saved = False


def new_token() -> str:
    """A secret of 256 bits."""
    return random_secret()


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return secret_hash(token)
