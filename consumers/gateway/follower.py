"""What the gateway makes of the decisions and messages that it follows: screens are told after each batch, workspace by
workspace, and a message reaches those who subscribed to its interaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from consumers.gateway.waits import Waits
from consumers.gateway.workspace import Member, Workspace
from runtime.broker import Fetched, Reader
from runtime.clock import Clock
from runtime.following import FollowerHooks, ViewFollower, Views
from runtime.log import Logger
from runtime.metrics import Metrics
from runtime.records import Record, TopicPartition
from runtime.transcripts import message_in
from runtime.typing_signals import typing_in
from schemas import live
from schemas.decisions import Decision
from schemas.topics import MESSAGES, TYPING
from schemas.view import Touch, View


class Hooks(msgspec.Struct, frozen=True):
    """Who else hears: of every new decision, of a workspace that is new here, of members who are too slow."""

    decided: Callable[[Decision], None]
    appeared: Callable[[Workspace], None]
    too_slow: Callable[[Member], None]


class Follower:
    """`workspaces` by name, and their expected `waits`; `positions` of every partition followed: all below is applied and told."""

    def __init__(self, reader: Reader, clock: Clock, log: Logger, hooks: Hooks, metrics: Metrics) -> None:
        self._clock = clock
        self._hooks = hooks
        self._metrics = metrics
        ours = FollowerHooks(appeared=self._appeared, decided=self._decided, settled=self._settled)
        self._views = ViewFollower(reader, log, ours, beside=(MESSAGES, TYPING))
        self.workspaces: dict[str, Workspace] = {}
        self.waits: dict[str, Waits] = {}

    @property
    def positions(self) -> dict[TopicPartition, int]:
        """See the class."""
        return self._views.positions

    async def start(self) -> None:
        """Takes the snapshots in. Raises LogBroken when the decisions do not go on from them."""
        await self._views.start()

    async def run(self) -> None:
        """Follows until cancelled; raises schemas.view.Gap."""
        await self._views.run(take=self._take_timed)

    def take(self, fetched: Fetched) -> None:
        """Applies a batch and tells what came of it."""
        self._views.take(fetched)

    def _take_timed(self, fetched: Fetched) -> None:
        begun_s = self._clock.monotonic()
        self.take(fetched)
        self._metrics.gateway_tell_seconds.observe(self._clock.monotonic() - begun_s)

    def _appeared(self, view: View) -> None:
        workspace = self.workspaces[view.workspace] = Workspace(view)
        self.waits[view.workspace] = Waits(view)
        self._hooks.appeared(workspace)

    def _decided(self, view: View, decision: Decision, touches: list[Touch]) -> None:
        self.workspaces[view.workspace].applied(touches)
        self.waits[view.workspace].heard(touches)
        self._hooks.decided(decision)

    def _settled(self, changed: Views, beside: Sequence[Record]) -> None:
        now_ms = self._clock.now_ms()
        for view in changed:
            self.workspaces[view.workspace].flush(now_ms)
        for record in beside:
            self._deliver(record, now_ms)

    def _signal(self, record: Record, now_ms: int) -> None:
        signal = typing_in(record, now_ms)
        workspace = None if signal is None else self.workspaces.get(signal.workspace)
        if signal is None or workspace is None or not workspace.has_subscribers(signal.interaction_id):
            return
        frame = live.TypingShown(
            interaction_id=signal.interaction_id,
            author=signal.author,
            at_ms=now_ms,
            active=signal.active,
            agent_id=signal.agent_id,
        )
        workspace.hint(signal.interaction_id, live.encode(frame))

    def _deliver(self, record: Record, now_ms: int) -> None:
        if record.topic == TYPING.name:
            self._signal(record, now_ms)
            return
        message = message_in(record)
        workspace = None if message is None else self.workspaces.get(message.workspace)
        if message is None or workspace is None or not workspace.has_subscribers(message.interaction_id):
            return
        frame = live.MessageShown(
            interaction_id=message.interaction_id, at_ms=now_ms, offset=record.offset, message=message
        )
        for member in workspace.deliver(message.interaction_id, live.encode(frame)):
            self._hooks.too_slow(member)
