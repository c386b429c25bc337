"""Compares contacts under way with the sockets that are there, and acts on the difference: who is gone for the grace has left.

It runs from the moment at which the process is up to date, so a start and every later second are the same. Other
instances' sockets are known from the store; while that does not answer nobody is said to have left. Contacts that another
adapter of the same name posted over HTTP are neither in the store nor of this instance: they are left alone.
"""

from __future__ import annotations

from collections.abc import Callable

from producers.web.absences import Absences
from producers.web.chat import Chat
from producers.web.parts import Parts
from producers.web.past import decisions_of
from producers.web.watching import Watched
from runtime.kept_messages import Away

SayLeft = Callable[[str, str, str], None]


class Reconciler:
    """`say_left` puts it into the log: workspace, contact, why."""

    def __init__(self, parts: Parts, say_left: SayLeft, *, grace_ms: int) -> None:
        self._parts = parts
        self._say_left = say_left
        self._grace_ms = grace_ms
        self._absences = Absences(parts.instance, grace_ms)

    async def look(self) -> None:
        """One round; call it only while the process is live."""
        now_ms = self._parts.clock.now_ms()
        workspaces = self._parts.watching.workspaces
        owners = {
            interaction_id: watched
            for watched in workspaces.values()
            for interaction_id, _ in watched.under_way()
            if not self._parts.chats.is_held(interaction_id)
        }
        absent = ((one, watched.contacts[one]) for one, watched in owners.items())
        overdue = self._absences.look(absent, now_ms)
        for watched in {id(owners[one]): owners[one] for one in overdue}.values():
            mine = [one for one in overdue if owners[one] is watched]
            await self._act(watched, mine, now_ms)

    async def beat(self) -> None:
        """Saves what has changed and who is here, and forgets what is over."""
        now_ms = self._parts.clock.now_ms()
        chats = [chat for chat in self._parts.chats if chat.row.number and (chat.members or not chat.is_saved)]
        for chat in chats:
            offset = self._parts.follower.positions[decisions_of(chat.row.workspace)]
            seen_ms = now_ms if chat.members else chat.row.seen_ms
            chat.change(seen_ms=seen_ms, next_offset=offset if chat.is_loaded else chat.row.next_offset)
        rows = [chat.row for chat in chats]
        try:
            await self._parts.store.save(rows)
        except Away:
            return
        for chat, row in zip(chats, rows, strict=True):
            chat.is_saved = chat.is_saved or chat.row is row
        self._parts.chats.drop_idle()

    async def _act(self, watched: Watched, overdue: list[str], now_ms: int) -> None:
        workspace = watched.view.workspace
        try:
            rows = await self._parts.store.at(workspace, overdue)
        except Away:
            return
        known = {row.interaction_id: row for row in rows}
        for interaction_id in overdue:
            row = known.get(interaction_id)
            is_ours = row is not None or watched.contacts.get(interaction_id) == self._parts.instance
            if self._parts.chats.is_held(interaction_id) or not is_ours:
                continue
            if row is not None and now_ms - row.seen_ms < self._grace_ms:
                self._absences.again(interaction_id, row.seen_ms)
                continue
            if row is not None:
                self._parts.chats.add(Chat(row, is_saved=True))
            self._absences.again(interaction_id, now_ms)
            self._say_left(workspace, interaction_id, "gone")
