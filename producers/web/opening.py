"""Opens chats: new ones, and those that a token resumes, at whatever instance.

A resumed chat is brought up to date before its window takes part: the newer of memory and store, contacts that the view
shows, and whether its contact ended unwatched. Then the window gets its transcripts up to a border, one piece after the other
as its page takes them; what comes from there on waits behind them. So nothing is missing and nothing comes twice.
"""

from __future__ import annotations

from typing import Final

import msgspec

from producers.web import events
from producers.web.chat import Chat, ChatRow, digest_of, new_token
from producers.web.identity import Account
from producers.web.parts import Parts
from producers.web.past import decisions_of, ended_between
from producers.web.showing import shown_message
from producers.web.window import Window
from runtime.errors import LogBroken
from runtime.kept_messages import Away
from runtime.partitioner import partition_of
from runtime.records import TopicPartition
from runtime.transcripts import Wanted
from schemas import chat
from schemas.live import Message
from schemas.topics import MESSAGES
from schemas.view import View

AGAIN_S: Final = 1.0
MOST_FRUITLESS: Final = 30
"""After so many tries that brought nothing more, the page is left with what there is: its records may be gone for good."""
MOST_CONTACTS: Final = 5
"""Transcripts of so many contacts, the newest, are sent to a page that names none."""


class Refused(Exception):
    """The socket must be closed."""

    def __init__(self, code: chat.Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class OpeningPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`queues`: those that pages may name; empty = all."""

    queues: frozenset[str]
    max_attachment_bytes: int


class _Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One contact's transcript: read above `after`, shown above `shown_after`."""

    interaction_id: str
    after: int
    shown_after: int
    is_shown: bool


class Opening:
    """See the module."""

    def __init__(self, parts: Parts, policy: OpeningPolicy) -> None:
        self._parts = parts
        self._policy = policy

    async def open(self, window: Window, hello: chat.Hello) -> None:
        """The window takes part in its chat and has been told all. Raises Refused."""
        view = self._view(hello.workspace)
        account = self._account(hello)
        self._check_queue(hello, view)
        if hello.token is None:
            token = new_token()
            found = Chat(ChatRow(digest=digest_of(token), workspace=hello.workspace), is_saved=False)
            self._parts.chats.add(found)
        else:
            token = None
            found = await self._find(hello.workspace, digest_of(hello.token))
        self._know(found, hello, account)
        found.members.append(window)
        window.chat = found
        borders = dict(self._parts.follower.positions)
        window.tell_first(self._welcome(found, token))
        if token is None:
            await self._catch_up(found, borders[decisions_of(hello.workspace)])
            await self._transcripts(found, window, hello, borders)
            await window.drained()
        window.tell_first(self._parts.watching.state(found, self._parts.clock.now_ms()))
        window.release()

    def _view(self, workspace: str) -> View:
        view = self._parts.follower.views.get(workspace)
        if not self._parts.caught_up():
            raise Refused(chat.Close.TRY_AGAIN, "not up to date yet")
        if view is None or view.configuration_version == 0:
            raise Refused(chat.Close.UNKNOWN_WORKSPACE, "no such workspace")
        return view

    def _account(self, hello: chat.Hello) -> Account | None:
        if hello.identity is None:
            return None
        now_s = self._parts.clock.now_ms() // 1000
        account = self._parts.identities.verify(hello.workspace, hello.identity, now_s)
        if account is None:
            raise Refused(chat.Close.IDENTITY_REFUSED, "the identity is not valid")
        return account

    def _check_queue(self, hello: chat.Hello, view: View) -> None:
        if hello.queue is None:
            return
        if hello.queue not in view.queues or (self._policy.queues and hello.queue not in self._policy.queues):
            raise Refused(chat.Close.NOT_PERMITTED, "this queue may not be named here")

    async def _find(self, workspace: str, digest: bytes) -> Chat:
        here = self._parts.chats.find(digest)
        try:
            row = await self._parts.store.find(digest)
        except Away:
            row = None
            if here is None:
                raise Refused(chat.Close.TRY_AGAIN, "the chat cannot be looked up now") from None
        here = self._parts.chats.find(digest)
        if here is None and row is not None:
            here = self._parts.chats.add(Chat(row, is_saved=True))
        if here is None or here.row.workspace != workspace:
            raise Refused(chat.Close.UNKNOWN_CHAT, "no such chat")
        if row is not None and row.number > here.row.number:
            here.begin_anew(row)
            self._parts.chats.index(here)
        return here

    def _know(self, found: Chat, hello: chat.Hello, account: Account | None) -> None:
        """Takes in what the page says of itself this time."""
        if account is not None and found.row.account not in (None, account.account):
            raise Refused(chat.Close.IDENTITY_REFUSED, "this is another account's chat")
        if account is not None and found.row.account is None:
            found.change(account=account.account, customer_name=account.name)
            if found.is_open:
                self._parts.sender.put(events.account_output(found.row), keep=True)
        for field, value in (("queue", hello.queue), ("language", hello.language)):
            if value is not None and value != getattr(found.row, field):
                found.change(**{field: value})

    def _welcome(self, found: Chat, token: str | None) -> chat.Welcome:
        return chat.Welcome(
            protocol=chat.PROTOCOL_VERSION,
            workspace=found.row.workspace,
            at_ms=self._parts.clock.now_ms(),
            max_attachment_bytes=self._policy.max_attachment_bytes,
            token=token,
            resumed=token is None,
            signed_in=found.row.account is not None,
        )

    async def _catch_up(self, found: Chat, border: int) -> None:
        """Its contact may have ended, or be another one, since its row was written."""
        view = self._parts.follower.views[found.row.workspace]
        while view.interaction(found.row.interaction(found.row.number + 1)) is not None:
            found.next_contact(border)
            self._parts.chats.index(found)
        row = found.row
        if not found.is_open or row.interaction_id is None or view.interaction(row.interaction_id) is not None:
            return
        try:
            by = await ended_between(self._parts.reader, row.workspace, row.interaction_id, row.next_offset, border)
        except LogBroken:
            by = chat.EndedBy.OTHER
        if by is not None and found.row.number == row.number:
            found.ended(by)

    async def _transcripts(
        self, found: Chat, window: Window, hello: chat.Hello, borders: dict[TopicPartition, int]
    ) -> None:
        """The page gets what it has not seen; the chat learns what it must know of its latest contacts."""
        row, knows_all = found.row, found.is_loaded
        numbers = range(max(1, row.number - MOST_CONTACTS + 1), row.number + 1)
        named = next((one for one in numbers if row.interaction(one) == hello.interaction_id), numbers.start)
        for number in numbers:
            is_named = row.interaction(number) == hello.interaction_id
            after = hello.after if is_named else -1
            reading = _Reading(
                interaction_id=row.interaction(number),
                after=-1 if not knows_all else after,
                shown_after=after,
                is_shown=number >= named,
            )
            if reading.is_shown or not knows_all:
                await self._transcript(found, window, reading, borders)
        found.is_loaded = True

    async def _transcript(
        self, found: Chat, window: Window, reading: _Reading, borders: dict[TopicPartition, int]
    ) -> None:
        partition = partition_of(reading.interaction_id.encode(), MESSAGES.partitions)
        wanted = Wanted(
            workspace=found.row.workspace,
            interaction_id=reading.interaction_id,
            partition=partition,
            after=reading.after,
            border=borders[TopicPartition(MESSAGES.name, partition)],
        )
        seen: set[str] = set()
        fruitless = 0
        while True:
            read = await self._parts.transcripts.read(wanted, self._parts.clock.now_ms())
            fresh = [one for one in read.messages if one.message.message_id not in seen]
            seen.update(one.message.message_id for one in fresh)
            found.posted.update((one.message.message_id, reading.interaction_id) for one in fresh)
            if reading.is_shown:
                await window.drained()
                window.tell_first(_shown(reading, fresh, complete=read.complete))
            fruitless = 0 if fresh else fruitless + 1
            if read.complete or fruitless == MOST_FRUITLESS:
                return
            wanted = wanted.above(read.complete_to - 1)
            await self._parts.clock.sleep(AGAIN_S)


def _shown(reading: _Reading, messages: list[Message], *, complete: bool) -> chat.Transcript:
    shown = tuple(shown_message(one.message, one.offset) for one in messages if one.offset > reading.shown_after)
    return chat.Transcript(interaction_id=reading.interaction_id, complete=complete, messages=shown)
