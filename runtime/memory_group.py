"""A group of the in-memory broker: who its members are, what each holds, what is committed.

Rebalances are eager, as aiokafka's are: every member gives up everything, then partitions are dealt out anew. A static
member that comes back takes over from its older self, which is fenced, without a rebalance.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from runtime.broker import Membership
from runtime.records import TopicPartition


class Member(Protocol):
    """A consumer, seen by its group."""

    static_member_id: str | None

    @property
    def membership(self) -> Membership: ...

    def take(self) -> None:
        """Starts over: every partition it holds is new to it."""
        ...

    def drop(self) -> None:
        """Reads nothing more of what it held."""
        ...

    def fence(self) -> None: ...


class MemoryGroup:
    """All state of one group."""

    def __init__(self) -> None:
        self.committed: dict[TopicPartition, int] = {}
        self._members: list[Member] = []
        self._held: dict[int, list[TopicPartition]] = {}
        self._rebalancing = asyncio.Lock()

    def holds(self, member: Member, partition: TopicPartition) -> bool:
        return partition in self._held.get(id(member), ())

    async def join(self, member: Member, partitions: Sequence[TopicPartition]) -> None:
        async with self._rebalancing:
            older = self._older_self(member)
            if older is None:
                self._members.append(member)
                await self._rebalance(partitions)
                return
            older.fence()
            self._members[self._members.index(older)] = member
            self._give(member, self._held.pop(id(older), []))

    async def leave(self, member: Member, partitions: Sequence[TopicPartition]) -> None:
        """A static member keeps its place when it stops: see `expire`."""
        if member.static_member_id is None:
            await self.expire(member, partitions)

    async def expire(self, member: Member, partitions: Sequence[TopicPartition]) -> None:
        """The session of a member has ended without it."""
        async with self._rebalancing:
            if member not in self._members:
                return
            self._members.remove(member)
            self._held.pop(id(member), None)
            member.drop()
            await self._rebalance(partitions)

    def _older_self(self, member: Member) -> Member | None:
        if member.static_member_id is None:
            return None
        return next((it for it in self._members if it.static_member_id == member.static_member_id), None)

    async def _rebalance(self, partitions: Sequence[TopicPartition]) -> None:
        held = [(member, self._held[id(member)]) for member in self._members if id(member) in self._held]
        await asyncio.gather(*(member.membership.revoked(given) for member, given in held))
        self._held.clear()
        for member, _ in held:
            member.drop()
        for index, member in enumerate(self._members):
            self._give(member, partitions[index :: len(self._members)])

    def _give(self, member: Member, partitions: Sequence[TopicPartition]) -> None:
        self._held[id(member)] = list(partitions)
        member.take()
        member.membership.assigned(partitions)
