"""What decisions mean for chats: endings, places in line, and which contacts of this adapter are under way. No I/O.

It is told by a `ViewFollower`. Chats are told of what changed after each batch; places in line once a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from producers.web.chat import ADAPTER, CHANNEL, Chat
from producers.web.chats import Chats
from producers.web.showing import ended_by, is_news, newest_main, shown_message, state_of
from runtime.clock import Clock
from runtime.following import FollowerHooks, Views
from runtime.records import Record
from runtime.transcripts import message_in
from runtime.typing_signals import typing_in
from schemas import chat as frames
from schemas.decisions import Decision, EpochStarted
from schemas.estimate import QueueOrders
from schemas.ids import adapter_mark
from schemas.messages import Author
from schemas.shown import Kind
from schemas.topics import TYPING
from schemas.values import InteractionValue, LegValue
from schemas.view import Touch, View


class Watched:
    """A workspace: its lines, and the chats of this adapter that are in its view with their instance."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.mark = adapter_mark(view.workspace, ADAPTER)
        self.begin()

    def begin(self) -> None:
        """Reads all of the view."""
        self.orders = QueueOrders.of(self.view)
        self.contacts: dict[str, str] = {}
        for value in self.view.interactions():
            self.note(value, live=True)

    def note(self, value: InteractionValue, *, live: bool) -> None:
        """An interaction has come, changed or gone."""
        if live and value.channel == CHANNEL and value.interaction_id.startswith(self.mark):
            self.contacts[value.interaction_id] = value.instance
        else:
            self.contacts.pop(value.interaction_id, None)

    def under_way(self) -> Iterator[tuple[str, str]]:
        """Contacts that are not over for their customer, with their instance."""
        for interaction_id, instance in self.contacts.items():
            leg = newest_main(self.view.legs_of(interaction_id))
            if leg is None or ended_by(leg) is None:
                yield interaction_id, instance


class Watching:
    """See the module."""

    def __init__(self, chats: Chats, clock: Clock) -> None:
        self._chats = chats
        self._clock = clock
        self._changed: dict[bytes, Chat] = {}
        self.workspaces: dict[str, Watched] = {}

    def hooks(self) -> FollowerHooks:
        """For the follower."""
        return FollowerHooks(appeared=self._appeared, decided=self._decided, settled=self._settled)

    def state(self, chat: Chat, now_ms: int) -> frames.State:
        """Where the chat stands now; `now_ms` is the time of what no decision has spoken of yet."""
        row = chat.row
        if row.interaction_id is None:
            return frames.State(at_ms=now_ms, state=frames.ChatState.NEW)
        if row.ended_by is not None:
            return frames.State(
                at_ms=now_ms,
                state=frames.ChatState.ENDED,
                interaction_id=row.interaction_id,
                ended_by=row.ended_by,
            )
        watched = self.workspaces.get(row.workspace)
        known = None if watched is None else state_of(watched.view, row.interaction_id, watched.orders)
        return known or frames.State(at_ms=now_ms, state=frames.ChatState.WAITING, interaction_id=row.interaction_id)

    def tell(self, chat: Chat, now_ms: int) -> None:
        """Tells the chat's windows where it stands, if that is news."""
        state = self.state(chat, now_ms)
        if chat.members and is_news(chat.shown, state):
            chat.shown = state
            chat.tell(state)

    def tell_waiting(self, now_ms: int) -> None:
        """Tells everyone who waits of the new place in line."""
        for chat in self._chats:
            if chat.is_open and chat.members:
                self.tell(chat, now_ms)

    def _appeared(self, view: View) -> None:
        self.workspaces[view.workspace] = Watched(view)

    def _decided(self, view: View, decision: Decision, touches: list[Touch]) -> None:
        watched = self.workspaces[view.workspace]
        if isinstance(decision, EpochStarted):
            watched.begin()
        watched.orders.heard(touches, view.at_ms)
        for touch in touches:
            if touch.kind is Kind.LEG and isinstance(touch.value, LegValue):
                self._leg(touch.value)
            elif touch.kind is Kind.INTERACTION and isinstance(touch.value, InteractionValue):
                self._interaction(watched, touch.value, touch.live)

    def _leg(self, leg: LegValue) -> None:
        chat = self._chats.at(leg.interaction_id)
        if chat is None or chat.row.interaction_id != leg.interaction_id:
            return
        by = ended_by(leg)
        if by is not None:
            chat.ended(by)
        self._changed[chat.row.digest] = chat

    def _interaction(self, watched: Watched, value: InteractionValue, live: bool) -> None:
        watched.note(value, live=live)
        before = None if value.linked_to is None else self._chats.at(value.linked_to)
        if live and before is not None and value.interaction_id == before.row.interaction(before.row.number + 1):
            before.next_contact(before.row.next_offset)
            self._chats.index(before)
            self._changed[before.row.digest] = before

    def _settled(self, _changed: Views, beside: Sequence[Record]) -> None:
        changed, self._changed = self._changed, {}
        for chat in changed.values():
            self.tell(chat, self.workspaces[chat.row.workspace].view.at_ms)
        for record in beside:
            if record.topic == TYPING.name:
                self._signal(record)
            else:
                self._deliver(record)

    def _signal(self, record: Record) -> None:
        """Whoever else writes; the customer's own windows were told at once."""
        chat = None if record.key is None else self._chats.at(record.key.decode(errors="replace"))
        signal = None if chat is None or not chat.members else typing_in(record, self._clock.now_ms())
        if chat is None or signal is None or signal.workspace != chat.row.workspace:
            return
        if signal.author is not Author.CUSTOMER and signal.interaction_id == chat.row.interaction_id:
            chat.tell(frames.TypingShown(author=signal.author, at_ms=signal.at_ms, active=signal.active))

    def _deliver(self, record: Record) -> None:
        chat = None if record.key is None else self._chats.at(record.key.decode(errors="replace"))
        message = None if chat is None else message_in(record)
        if chat is None or message is None or message.workspace != chat.row.workspace:
            return
        if message.message_id in chat.posted:
            return
        chat.posted[message.message_id] = message.interaction_id
        shown = shown_message(message, record.offset)
        chat.tell(frames.MessageShown(interaction_id=message.interaction_id, message=shown))
