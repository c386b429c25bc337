"""One workspace in a gateway: its view, the feeds of those who look at it, and what each of them is still to be told.

Decisions are applied one by one and told together: `flush` after each batch. Between two flushes nothing is sent, so
all that a client gets is of one mark. Everything here is in memory and takes no time of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from consumers.gateway.backlog import Backlog, Sink
from consumers.gateway.changes import Pending
from consumers.gateway.cursors import place_of
from consumers.gateway.feed import Feed
from consumers.gateway.scopes import Scope, keys_of, scope_mark
from schemas import live
from schemas.concerned import agent
from schemas.decisions import Decision
from schemas.shown import Kind, Stopped
from schemas.view import Touch, View


class Member(Protocol):
    """A session, as its workspace sees it."""

    sink: Sink
    backlog: Backlog | None


class Workspace:
    """See the module."""

    __slots__ = ("_epoch", "_feeds", "_head", "_listeners", "_members", "_pending", "_subscribers", "_unused", "view")

    def __init__(self, view: View) -> None:
        self.view = view
        self._feeds: dict[Scope, Feed] = {}
        self._members: dict[Feed, list[Member]] = {}
        self._listeners: dict[str, list[Feed]] = {}
        self._subscribers: dict[str, list[tuple[Member, Scope]]] = {}
        self._unused: dict[Scope, int] = {}
        self._pending = Pending()
        self._epoch = view.epoch
        self._head = self._head_now()

    @property
    def is_known(self) -> bool:
        """Whether a configuration has ever been applied."""
        return self.view.configuration_version > 0

    # Following

    def apply(self, decision: Decision) -> bool:
        """Applies it; False when it was known. Raises schemas.view.Gap."""
        before = self.view.mark
        self.applied(self.view.apply(decision))
        return self.view.mark != before

    def applied(self, touches: list[Touch]) -> None:
        """The view was changed so by whoever keeps it up to date."""
        self._pending.add(touches)

    def flush(self, now_ms: int) -> None:
        """Tells everyone what has changed since the last time."""
        if self._epoch != self.view.epoch:
            self._epoch = self.view.epoch
            self._pending = Pending()
            self._restart(list(self._feeds.values()), "a new epoch", now_ms)
            return
        told: dict[Feed, None] = {}
        moved: dict[Feed, None] = {}
        for item, changed in self._pending.settle(self.view):
            feeds = [feed for key in changed.seen for feed in self._listeners.get(key, ())]
            for feed in feeds if len(changed.seen) == 1 else dict.fromkeys(feeds):
                feed.change().take(item, changed, feed.keys)
                told[feed] = None
            if item[0] is Kind.AGENT:
                moved.update((feed, None) for feed in self._with_new_keys(item[1]))
        if self._head != self._head_now():
            self._head = self._head_now()
            for feed in self._feeds.values():
                feed.change().head = True
                told[feed] = None
        self._restart(list(moved), "what you may see has changed", now_ms)
        for feed in told:
            self._tell_change(feed)

    def deliver(self, interaction_id: str, frame: bytes) -> list[Member]:
        """A message of an interaction, to its subscribers who may still see it; those are returned who are too slow."""
        too_slow = []
        for member, scope in tuple(self._subscribers.get(interaction_id, ())):
            if not self.may_see(scope, interaction_id):
                self.unsubscribe(member, interaction_id)
            elif not self.tell(member, frame):
                too_slow.append(member)
        return too_slow

    def hint(self, interaction_id: str, frame: bytes) -> None:
        """Something passing, to the interaction's subscribers who may see it and have room: it may be lost."""
        for member, scope in self._subscribers.get(interaction_id, ()):
            if member.backlog is None and member.sink.has_room() and self.may_see(scope, interaction_id):
                member.sink.write(frame)

    # Members

    def can_resume(self, scope: Scope, cursor: str | None) -> bool:
        """Whether `join` with that cursor goes on from there."""
        return self._resume_from(scope, cursor) is not None

    def join(self, member: Member, scope: Scope, cursor: str | None) -> None:
        """The member gets what it lacks now, and every change from now on."""
        resume_from = self._resume_from(scope, cursor)
        feed = self._feeds.get(scope)
        if feed is None:
            feed = self._feeds[scope] = Feed(scope, self.view)
            self._members[feed] = []
            self._listen(feed)
        self._members[feed].append(member)
        self._unused.pop(scope, None)
        missed = feed.fresh(self.view) if resume_from is None else feed.since(resume_from, self.view)
        if missed is not None:
            member.sink.write(missed)

    def leave(self, member: Member, scope: Scope, subscriptions: Iterable[str], now_ms: int) -> None:
        """The member is gone; its feed is kept for a while, should the client come back."""
        for interaction_id in subscriptions:
            self.unsubscribe(member, interaction_id)
        feed = self._feeds[scope]
        self._members[feed].remove(member)
        if not self._members[feed]:
            self._unused[scope] = now_ms

    def tell(self, member: Member, frame: bytes) -> bool:
        """Sends a frame that must not be lost, or keeps it until there is room; False when too many are kept."""
        if member.backlog is None and member.sink.has_room():
            member.sink.write(frame)
            return True
        if member.backlog is None:
            member.backlog = Backlog()
        return member.backlog.hold(frame)

    def tell_all(self, frame: bytes) -> None:
        """Sends a frame to every member that is not slow: it is said again anyway."""
        for members in self._members.values():
            for member in members:
                if member.backlog is None and member.sink.has_room():
                    member.sink.write(frame)

    def drained(self, member: Member, scope: Scope, now_ms: int) -> None:
        """There is room again: what waited goes out, changes merged into one."""
        backlog = member.backlog
        if backlog is None or not backlog.release(member.sink):
            return
        behind_from = backlog.behind_from
        member.backlog = None
        if behind_from is None:
            return
        feed = self._feeds[scope]
        if feed.reaches(self.view.epoch, behind_from):
            missed = feed.since(behind_from, self.view)
            if missed is not None:
                member.sink.write(missed)
        else:
            self._resync(member, feed, "too far behind", now_ms)

    def drop_unused(self, before_ms: int) -> None:
        """Forgets feeds that nobody has listened to since before that moment."""
        for scope, since_ms in list(self._unused.items()):
            if since_ms < before_ms:
                del self._unused[scope]
                feed = self._feeds.pop(scope)
                del self._members[feed]
                self._unlisten(feed)

    def members(self) -> Iterator[Member]:
        """Everyone."""
        return (member for members in self._members.values() for member in members)

    # What a scope may see

    def may_see(self, scope: Scope, interaction_id: str) -> bool:
        """Whether the interaction concerns the scope now."""
        return not keys_of(scope, self.view).isdisjoint(self.view.concerned_by_interaction(interaction_id))

    def shown_of(self, scope: Scope, interaction_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Those of them that the scope may still see."""
        return tuple(one for one in interaction_ids if self.may_see(scope, one))

    def subscribe(self, member: Member, scope: Scope, interaction_id: str) -> None:
        """The member gets the interaction's messages from now on, each once, however often it has asked."""
        entries = self._subscribers.setdefault(interaction_id, [])
        if all(known is not member for known, _ in entries):
            entries.append((member, scope))

    def has_subscribers(self, interaction_id: str) -> bool:
        """Whether anybody wants its messages."""
        return interaction_id in self._subscribers

    def unsubscribe(self, member: Member, interaction_id: str) -> None:
        """The member gets them no longer."""
        left = [entry for entry in self._subscribers.get(interaction_id, ()) if entry[0] is not member]
        if left:
            self._subscribers[interaction_id] = left
        else:
            self._subscribers.pop(interaction_id, None)

    def _head_now(self) -> tuple[int, Stopped | None]:
        return self.view.configuration_version, self.view.stopped

    def _resume_from(self, scope: Scope, cursor: str | None) -> int | None:
        place = None if cursor is None else place_of(cursor, scope_mark(self.view.workspace, scope))
        if place is None:
            return None
        feed = self._feeds.get(scope)
        if feed is None:
            return place[1] if place == self.view.mark else None
        return place[1] if feed.reaches(*place) else None

    def _tell_change(self, feed: Feed) -> None:
        members = self._members[feed]
        after = feed.seq
        frame = feed.close_change(self.view, told_now=bool(members))
        if frame is None:
            return
        for member in members:
            if member.backlog is None and member.sink.has_room():
                member.sink.write(frame)
            else:
                if member.backlog is None:
                    member.backlog = Backlog()
                member.backlog.fall_behind(after)

    def _with_new_keys(self, agent_id: str) -> list[Feed]:
        feeds = self._listeners.get(agent(agent_id), ())
        return [feed for feed in feeds if feed.keys != keys_of(feed.scope, self.view)]

    def _restart(self, feeds: list[Feed], reason: str, now_ms: int) -> None:
        for feed in feeds:
            self._unlisten(feed)
            feed.restart(self.view)
            self._listen(feed)
            for member in self._members[feed]:
                if member.backlog is None and member.sink.has_room():
                    self._resync(member, feed, reason, now_ms)
                else:
                    member.backlog = member.backlog or Backlog()
                    member.backlog.behind_from = -1

    def _resync(self, member: Member, feed: Feed, reason: str, now_ms: int) -> None:
        member.sink.write(live.encode(live.Resync(reason=reason, at_ms=now_ms)))
        member.sink.write(feed.fresh(self.view))

    def _listen(self, feed: Feed) -> None:
        for key in feed.keys:
            self._listeners.setdefault(key, []).append(feed)

    def _unlisten(self, feed: Feed) -> None:
        for key in feed.keys:
            feeds = self._listeners[key]
            feeds.remove(feed)
            if not feeds:
                del self._listeners[key]
