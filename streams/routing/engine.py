"""The routing engine of one workspace: inputs in, decisions out, and nothing else.

`apply` is a pure function of the state and the input. What is due at a moment happens first, earliest first; then the
input; after each of them waiting work is matched until nothing more fits. Every decision bears the cause's offset.

An input that breaks an invariant raises and leaves the engine half changed: whoever holds it drops it and folds the
log again from a snapshot (`restore`), which ends in the state before that input, and then calls `stop`. The good path
pays nothing for this.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from schemas.decisions import (
    CommandApplied,
    CommandRefused,
    Decision,
    DuplicateIgnored,
    EngineVersionApplied,
    EpochStarted,
    WorkspaceStopped,
)
from schemas.decisions import WorkspaceResumed as WorkspaceResumedDecision
from schemas.inputs import (
    Command,
    ConfigurationPublished,
    EngineUpgraded,
    InputsTopicEvent,
    LogReopened,
    TimeAdvanced,
    WorkspaceResumed,
)
from schemas.interactions import InteractionEvent
from schemas.vocabulary import Refusal
from streams.routing import configure, firing, handlers, invariants, matching, restate, snapshot
from streams.routing.breach import BrokenInvariant, NewerEngine
from streams.routing.interventions import intervention_of
from streams.routing.model import Stopped
from streams.routing.refusals import Refused
from streams.routing.rules import ENGINE_VERSION, FIRST_VERSION
from streams.routing.world import World


class Engine:
    """One workspace, under the newest rules unless another `version` is asked for; for a log see `of_log`.

    `breach_at`: offsets at which an invariant is made to break, for tests.
    """

    def __init__(
        self,
        workspace: str,
        breach_at: frozenset[int] = frozenset(),
        *,
        version: int = ENGINE_VERSION,
        world: World | None = None,
    ) -> None:
        self._world = World(workspace, version) if world is None else world
        self._breach_at = breach_at

    @classmethod
    def of_log(cls, workspace: str) -> Self:
        """The engine that a log begins with: under the first rules, until the log says otherwise."""
        return cls(workspace, version=FIRST_VERSION)

    @property
    def world(self) -> World:
        """The state, for reading."""
        return self._world

    @property
    def workspace(self) -> str:
        """The workspace's name."""
        return self._world.workspace

    @property
    def epoch(self) -> int:
        """The epoch of the next decision."""
        return self._world.epoch

    @property
    def seq(self) -> int:
        """The last decision's number in its epoch; 0 = none yet."""
        return self._world.seq

    @property
    def offset(self) -> int:
        """The offset of the last input applied; -1 = none."""
        return self._world.offset

    @property
    def now_ms(self) -> int:
        """Log time."""
        return self._world.clocks.now_ms

    @property
    def engine_version(self) -> int:
        """The version of the rules in force."""
        return self._world.engine_version

    @property
    def stopped(self) -> Stopped | None:
        """The broken invariant while the workspace is stopped."""
        return self._world.stopped

    def apply(self, event: InputsTopicEvent, *, offset: int, stamp_ms: int) -> tuple[Decision, ...]:
        """The decisions that follow from the input at `offset`, stamped `stamp_ms` by the broker.

        Raises:
            BrokenInvariant: a rule that always holds did not; this engine must not be used any more.
            NewerEngine: the log asks for rules that this program does not know; nothing has changed.
            ValueError: the offset is not above the last one; nothing has changed.
        """
        w = self._world
        if isinstance(event, LogReopened):
            self._reopen(event, offset)
        elif offset <= w.offset:
            raise ValueError(f"input {offset} after input {w.offset}")
        else:
            w.begin(offset)
        if isinstance(event, EngineUpgraded) and event.version > ENGINE_VERSION:
            raise NewerEngine(event.version, ENGINE_VERSION)
        firing.advance(w, stamp_ms)
        w.memory.advance(w.now_ms)
        if isinstance(event, TimeAdvanced):
            w.clocks.tick()
            firing.advance(w, stamp_ms)
        else:
            self._take(event)
            matching.settle(w)
        if w.retired:
            configure.drop_retired(w)
        w.offset = offset
        if offset in self._breach_at:
            raise BrokenInvariant("planted", f"input {offset} was chosen to break")
        if w.decisions:
            invariants.check_touched(w)
        return tuple(w.decisions)

    def stop(self, invariant: str, detail: str, *, offset: int, stamp_ms: int) -> tuple[Decision, ...]:
        """The workspace stops at the input at `offset`, which has not been applied."""
        w = self._world
        w.stopped = Stopped(invariant, offset, detail)
        return self._aside(WorkspaceStopped, offset, stamp_ms, invariant=invariant, offset=offset, detail=detail)

    def refuse_stopped(self, event: Command, *, offset: int, stamp_ms: int) -> tuple[Decision, ...]:
        """The answer to a command while the workspace is stopped. Clocks stand still; the id is remembered."""
        if not self._world.memory.command_is_new(_identity(event)):
            return self._aside(DuplicateIgnored, offset, stamp_ms, command_id=event.command_id)
        reason = Refusal.WORKSPACE_STOPPED
        said = intervention_of(event, self._world.engine_version)
        return self._aside(
            CommandRefused, offset, stamp_ms, command_id=event.command_id, reason=reason, intervention=said
        )

    def resume(self, event: WorkspaceResumed, *, offset: int, stamp_ms: int) -> tuple[Decision, ...]:
        """The workspace goes on: the caller applies the inputs that were passed over, from `event.from_offset` on.

        Raises:
            NewerEngine: the resumption asks for rules that this program does not know.
        """
        w = self._world
        if event.engine_version > ENGINE_VERSION:
            raise NewerEngine(event.engine_version, ENGINE_VERSION)
        w.stopped = None
        self._adopt(event.engine_version)
        w.memory.command_is_new(_identity(event))
        return self._aside(
            WorkspaceResumedDecision,
            offset,
            stamp_ms,
            from_offset=event.from_offset,
            engine_version=w.engine_version,
            command_id=event.command_id,
            skip=event.skip,
        )

    def next_due_ms(self) -> int | None:
        """The earliest due moment of any timer on the log clock, assuming attendance; None = no timer pending."""
        return self._world.timers.next_due_ms(self._world.clocks)

    def has_timers(self) -> bool:
        """Whether any timer is pending: ticks are wanted."""
        return self.next_due_ms() is not None

    def snapshot(self) -> list[bytes]:
        """The whole state as chunks of bytes; equal states give equal bytes."""
        return snapshot.take(self._world)

    @classmethod
    def restore(cls, chunks: Iterable[bytes], breach_at: frozenset[int] = frozenset()) -> Engine:
        """The engine whose `snapshot` these chunks are.

        Raises:
            ValueError: the chunks are not a whole snapshot of a known format.
        """
        world = snapshot.load(chunks)
        return cls(world.workspace, breach_at, world=world)

    def fingerprint(self) -> str:
        """A digest of the whole state: equal for equal states, whatever way they came about."""
        return snapshot.fingerprint(self._world)

    def _reopen(self, event: LogReopened, offset: int) -> None:
        w = self._world
        if event.epoch <= w.epoch:
            raise ValueError(f"epoch {event.epoch} after epoch {w.epoch}")
        w.begin(offset)
        previous = (w.epoch, w.seq)
        w.epoch, w.seq = event.epoch, 0
        w.decide(EpochStarted, previous_epoch=previous[0], previous_seq=previous[1])
        restate.everything(w)

    def _take(self, event: InputsTopicEvent) -> None:
        w = self._world
        if isinstance(event, Command):
            self._command(event)
            return
        if isinstance(event, InteractionEvent) and event.source is not None:
            if not w.memory.source_is_new(event.source):
                w.decide(DuplicateIgnored, interaction_id=event.interaction_id)
                return
        elif isinstance(event, EngineUpgraded):
            self._upgrade(event.version)
            return
        elif isinstance(event, LogReopened):
            return
        handlers.TABLE[type(event)](w, event)

    def _upgrade(self, version: int) -> None:
        """Rules never go back; asked for twice (by two routers, of which one did not know it), they apply once."""
        w = self._world
        if version > w.engine_version:
            self._adopt(version)
            configure.look_again(w)
            w.decide(EngineVersionApplied, version=version)

    def _adopt(self, version: int) -> None:
        """From here on the rules of `version` hold, if they are newer: the configuration is read by them."""
        w = self._world
        if version > w.engine_version:
            w.engine_version = version
            configure.adopt(w)
            snapshot.derive(w)

    def _command(self, event: Command) -> None:
        w = self._world
        if not w.memory.command_is_new(_identity(event)):
            w.decide(DuplicateIgnored, command_id=event.command_id)
            return
        answer = {"command_id": event.command_id, "intervention": intervention_of(event, w.engine_version)}
        try:
            handlers.TABLE[type(event)](w, event)
        except Refused as refused:
            w.decide(CommandRefused, reason=refused.reason, detail=refused.detail, **answer)
        else:
            w.decide(CommandApplied, **answer)

    def _aside(self, kind: type[Decision], cause: int, stamp_ms: int, **values: Any) -> tuple[Decision, ...]:
        """A decision about the log itself: it takes the next number, and time does not pass."""
        w = self._world
        w.seq += 1
        at_ms = max(w.now_ms, stamp_ms)
        return (kind(workspace=w.workspace, epoch=w.epoch, seq=w.seq, cause=cause, at_ms=at_ms, **values),)


def _identity(event: Command) -> str:
    """What a repeated command is known by; the parts of a configuration are commands of their own."""
    if isinstance(event, ConfigurationPublished):
        return f"{event.command_id}#{event.part}"
    return event.command_id


__all__ = ["ENGINE_VERSION", "BrokenInvariant", "Engine", "NewerEngine"]
