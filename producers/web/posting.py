"""Puts what customers write into the log, in order, and acknowledges it when the broker has it.

The same id is the same message: what is known to be in the log is acknowledged at once, what is on its way is waited for
once more. What the broker has not taken in time is unknown; it goes on being sent, and `sent` may still come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, NamedTuple

from producers.web import events
from producers.web.chat import Chat, ChatRow
from producers.web.parts import Parts
from producers.web.past import decisions_of
from producers.web.showing import sanitised
from producers.web.window import Window
from runtime.kept_messages import Away
from runtime.typing_signals import TypingSignals
from schemas import chat
from schemas.chat import NotSentReason
from schemas.messages import Attachment

MOST_ON_WAY: Final = 32


class _Put(NamedTuple):
    """A message on its way: `done` when the broker has it."""

    interaction_id: str
    done: asyncio.Future[list[None]]


class Posting:
    """See the module."""

    def __init__(self, parts: Parts, *, answer_timeout_ms: int) -> None:
        self._parts = parts
        self._timeout_s = answer_timeout_ms / 1000
        self._tasks: set[asyncio.Task[None]] = set()
        self._signals = TypingSignals(parts.sender, parts.clock, f"/web/{parts.instance}")

    def post(self, window: Window, send: chat.Send) -> None:
        """Begins; the window is told what became of it."""
        found = window.chat
        if found is None:
            return
        message_id = found.row.message_id(send.id)
        known = found.posted.get(message_id) or found.acknowledged.get(message_id)
        if known is not None:
            self._sent(window, send.id, message_id, known)
        elif message_id in found.on_way:
            self._start(self._wait(window, send.id, message_id, found.on_way[message_id]))
        elif len(found.on_way) >= MOST_ON_WAY:
            self._refuse(window, send.id, NotSentReason.TOO_MANY_WAITING)
        else:
            on_way: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            found.on_way[message_id] = on_way
            self._start(self._post(window, found, send, message_id, on_way))
            self._start(self._wait(window, send.id, message_id, on_way))

    def leave(self, window: Window) -> None:
        """The customer ends the contact, after all that was posted before; nothing when there is none."""
        if window.chat is not None:
            self._start(self._leave(window.chat))

    def say_left(self, workspace: str, interaction_id: str, why: str) -> None:
        """Says so in the log, as often as it takes."""
        self._parts.metrics.web_left.labels(why).inc()
        self._parts.sender.put(events.left_output(workspace, interaction_id), keep=True)

    def signal(self, row: ChatRow, active: bool) -> None:
        """The agent shall see that the customer writes, or no longer does."""
        self._signals.say(events.typing_of(row, active, self._parts.clock.now_ms()))

    async def stop(self) -> None:
        """Nobody waits any longer."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _leave(self, found: Chat) -> None:
        async with found.order:
            if found.is_open:
                self.say_left(found.row.workspace, str(found.row.interaction_id), "ended")

    async def _post(
        self, window: Window, found: Chat, send: chat.Send, message_id: str, on_way: asyncio.Future[str]
    ) -> None:
        try:
            put = await self._put(window, found, send, message_id)
            if put is not None:
                await put.done
                found.acknowledged[message_id] = put.interaction_id
                on_way.set_result(put.interaction_id)
        finally:
            found.on_way.pop(message_id, None)
            on_way.cancel()

    async def _put(self, window: Window, found: Chat, send: chat.Send, message_id: str) -> _Put | None:
        """Into the log, and first its contact if that is new; None = it was refused."""
        async with found.order:
            attachments = await self._attachments(found, send)
            if attachments is None:
                self._refuse(window, send.id, NotSentReason.UNKNOWN_ATTACHMENT)
                return None
            arrival = await self._arrival(found)
            text = sanitised(send.text, send.media_type)
            now_ms = self._parts.clock.now_ms()
            message = events.message_of(found.row, message_id, text, send.media_type, attachments, now_ms)
            output = events.message_output(message, self._parts.child_trace(None))
            puts = [] if arrival is None else [arrival]
            puts.append(self._parts.sender.put(output, keep=True))
            return _Put(message.interaction_id, asyncio.gather(*puts))

    async def _arrival(self, found: Chat) -> asyncio.Future[None] | None:
        """Puts the contact first, if there is none under way or none that is known to have arrived."""
        view = self._parts.follower.views[found.row.workspace]
        linked_to = None
        if not found.is_open:
            offset = self._parts.follower.positions[decisions_of(found.row.workspace)]
            linked_to = found.next_contact(offset)
            found.change(seen_ms=self._parts.clock.now_ms())
            self._parts.chats.index(found)
            await self._save(found)
        elif found.arrival_sent or view.interaction(str(found.row.interaction_id)) is not None:
            return None
        elif found.row.number > 1:
            linked_to = found.row.interaction(found.row.number - 1)
        found.arrival_sent = True
        now_ms = self._parts.clock.now_ms()
        contact = events.contact_of(found.row, self._parts.instance, linked_to, now_ms)
        arrival = self._parts.sender.put(events.received_output(contact, self._parts.child_trace(None)), keep=True)
        self._parts.metrics.web_contacts.labels(contact.channel).inc()
        self._parts.watching.tell(found, now_ms)
        return arrival

    async def _save(self, found: Chat) -> None:
        """Before the contact is in the log, if the database answers; else the next beat saves it."""
        row = found.row
        try:
            await self._parts.store.save([row])
        except Away:
            return
        found.is_saved = found.is_saved or found.row is row

    async def _attachments(self, found: Chat, send: chat.Send) -> tuple[Attachment, ...] | None:
        row = found.row
        try:
            known = [await self._parts.attachments.find(row.workspace, row.chat_id, one) for one in send.attachments]
        except OSError:
            return None
        attachments = tuple(one for one in known if one is not None)
        return attachments if len(attachments) == len(known) else None

    async def _wait(self, window: Window, client_id: str, message_id: str, on_way: asyncio.Future[str]) -> None:
        done, _ = await asyncio.wait([on_way], timeout=self._timeout_s)
        if not done:
            self._refuse(window, client_id, NotSentReason.UNAVAILABLE)
            await asyncio.wait([on_way])
        if on_way.cancelled():
            return
        self._sent(window, client_id, message_id, on_way.result())
        if window.chat is not None and window.chat.row.ended_by is not None:
            # It may have ended (closed, full) before the page could know that it is its contact.
            window.tell(self._parts.watching.state(window.chat, self._parts.clock.now_ms()))

    def _sent(self, window: Window, client_id: str, message_id: str, interaction_id: str) -> None:
        self._parts.metrics.web_messages.labels("sent").inc()
        window.tell(
            chat.Sent(
                id=client_id,
                message_id=message_id,
                interaction_id=interaction_id,
                at_ms=self._parts.clock.now_ms(),
            )
        )

    def _refuse(self, window: Window, client_id: str, reason: NotSentReason) -> None:
        self._parts.metrics.web_messages.labels(reason).inc()
        window.tell(chat.NotSent(id=client_id, reason=reason, at_ms=self._parts.clock.now_ms()))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
