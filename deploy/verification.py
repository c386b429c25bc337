"""Folds a workspace's log from its first input, checks what always holds, and compares every decision in the log.

The decisions of the last epoch must be, byte for byte and without a gap, those that the inputs give; the last inputs may
not have been decided yet. Decisions that a router sent twice count once, but must be equal. Of section 8 of the contract:
what one state shows by the engine's own check (1, 2, 3, 6, 8) and, independently of the engine, from what was said (2 to
8, 12, `deploy.checking`); 9 by the comparison; 10 by going on from a snapshot now and then. 11 is for tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from deploy import orphans
from deploy.checking.checker import Checker
from deploy.metrics_recount import NothingTold, Recounted, recount
from deploy.orphans import Orphans
from deploy.recorded import Breach, Recorded, recorded
from runtime.broker import Broker
from runtime.closing import closing
from runtime.postgres import connect_pool
from runtime.settings import Postgres
from schemas import codec
from schemas.decisions import Decision, EngineVersionApplied, EpochStarted, OfferMade
from streams.routing import invariants, restate
from streams.routing.breach import BrokenInvariant
from streams.routing.engine import Engine
from streams.routing.fold import Broke, Fold, Step
from streams.routing.live_log import LiveLog
from streams.routing.logged import LoggedInput, LogSource
from streams.routing.world import World

PAIRS_AN_INPUT: Final = 200
STATE_AN_INPUT: Final = 4
"""A whole check looks at all work, all agents, and free agents beside waiting work: it is made once in as many inputs as
there are times so many pairs, or so many of both. Between, what decisions touched is looked at.
"""
LEAST_BETWEEN: Final = 1
"""Not more often than once in as many inputs."""
JUDGED_SINCE: Final = 2
"""The first rules that the independent checker judges by."""
RESTARTS: Final = 2
"""After how many times as many inputs as before the fold goes on from a snapshot again."""
Progress = Callable[[int], None]


class NothingToVerify(Exception):
    """The log has no input of that workspace."""


class Verified(msgspec.Struct, frozen=True):
    """`undecided`: decisions that follow from the inputs and are not in the log yet. `breach` None = all holds.

    `judged`: inputs whose decisions the independent checker has looked at (not those under older rules, nor behind a
    stop); `restarts`: how often the fold went on from a snapshot. `metrics`: the figures counted again; None = none were
    told, or they were not asked for. `orphans`: what names an agent who is gone; of live work, and of customers where a
    database was asked.
    """

    workspace: str
    inputs: int
    decisions: int
    undecided: int
    repeated: int
    epoch: int
    seq: int
    fingerprint: str
    tally: dict[str, int]
    engine_version: int = 1
    judged: int = 0
    restarts: int = 0
    stopped_at: int | None = None
    breach: Breach | None = None
    metrics: Recounted | None = None
    orphans: Orphans | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong, with figures and with agents who left neither."""
        orphaned = self.orphans is not None and self.orphans.count > 0
        return self.breach is None and not orphaned and (self.metrics is None or self.metrics.is_equal)


async def verify(broker: Broker, workspace: str, progress: Progress | None = None) -> Verified:
    """Verifies the live log as it is now. Raises NothingToVerify, and what the broker raises."""
    reader = broker.reader()
    try:
        return await verify_log(LiveLog(reader, workspace), progress)
    finally:
        await reader.stop()


async def verify_log(source: LogSource, progress: Progress | None = None) -> Verified:
    """Verifies a log, wherever it lies. Raises NothingToVerify, and what the source raises."""
    known = await recorded(source)
    quick = _Verification(source, known, progress)
    found = await quick.run()
    if found.breach is None or not quick.unchecked:
        return found
    close = await _Verification(source, known, progress, closely_from=quick.good).run()
    return found if close.breach is None else close


async def with_figures(verified: Verified, broker: Broker, url: str | None) -> Verified:
    """The same with the workspace's figures counted again; intervals too, where a database is named."""
    try:
        if url is None:
            found = await recount(broker, None, verified.workspace)
        else:
            async with connect_pool(Postgres(url=url)) as pool:
                found = await recount(broker, pool, verified.workspace)
    except NothingTold:
        return verified
    return msgspec.structs.replace(verified, metrics=found)


async def with_customers(verified: Verified, url: str | None) -> Verified:
    """The same with customers looked at too, for agents who are gone; unchanged where no database is named."""
    if url is None or verified.orphans is None:
        return verified
    async with connect_pool(Postgres(url=url)) as pool:
        found = await orphans.with_customers(verified.orphans, pool, verified.workspace)
    return msgspec.structs.replace(verified, orphans=found)


class Judge(Checker):
    """The independent checker, which judges from `JUDGED_SINCE` on: what was said under older rules it only believes."""

    def _offer(self, decision: OfferMade, world: World) -> None:
        if world.engine_version >= JUDGED_SINCE:
            super()._offer(decision, world)

    def hear_all(self, engine: Engine) -> None:
        """Everything is told once more, by a copy: what was told under older rules may say less than it would now."""
        copy = Engine.restore(engine.snapshot()).world
        copy.begin(copy.offset)
        restate.everything(copy)
        for decision in copy.decisions:
            self.told.set(decision)


class _Verification:
    """One run through a log. `closely_from`: so many steps are known to be good, and everything is looked at after each
    one that follows. `good`: after how many the last whole check was; `unchecked`: whether others lay between it and the
    breach, one of which may be the first that breaks something.
    """

    def __init__(
        self, source: LogSource, known: Recorded, progress: Progress | None, closely_from: int | None = None
    ) -> None:
        self._source = source
        self._known = known
        self._progress = progress
        self._inputs = self._judged = self._restarts = 0
        self._compared = 0
        self._epoch = 0
        self._breach: Breach | None = None
        self._judge: Judge | None = Judge()
        self._next_restart = RESTARTS
        self._version = 0
        self._ever: set[str] = set()
        self._closely_from = closely_from
        self._steps = self.good = 0

    @property
    def unchecked(self) -> bool:
        return self._steps > self.good + 1

    async def run(self) -> Verified:
        fold = Fold(self._source, await self._source.stops())
        try:
            async with closing(fold.steps()) as steps:
                async for step in steps:
                    self._take(fold, step)
                    if self._breach is not None:
                        return self._verified(fold)
        except Broke as broke:
            self._breach = await self._at(broke.stop.offset, broke.stop.invariant, broke.stop.detail)
            return self._verified(fold)
        if self._inputs == 0:
            raise NothingToVerify(f"no input of workspace {self._source.workspace}")
        if self._known.breach is None or self.unchecked:
            self._whole_check(fold, None)
        self._breach = self._breach or self._known.breach
        return self._verified(fold)

    def _take(self, fold: Fold, step: Step) -> None:
        self._inputs += not step.again
        self._steps += 1
        if self._progress is not None:
            self._progress(self._inputs)
        self._compare(step)
        self._judged_by_itself(fold, step)
        world = fold.engine.world
        if world.policy.version != self._version:
            self._version = world.policy.version
            self._ever |= world.policy.configuration.agents.keys()
        if self._is_due(world):
            self._whole_check(fold, step)
        elif self._judge is not None and world.engine_version >= JUDGED_SINCE:
            self._check_touched(self._judge, world, step)
        if self._inputs >= self._next_restart and not step.again and fold.hosted.stopped_at is None:
            self._restart(fold, step)

    def _is_due(self, world: World) -> bool:
        if self._closely_from is not None and self._steps > self._closely_from:
            return True
        work, agents = len(world.interactions), len(world.agents)
        every = max(LEAST_BETWEEN, (work + agents) // STATE_AN_INPUT, work * agents // PAIRS_AN_INPUT)
        return self._steps - self.good >= every

    def _check_touched(self, judge: Judge, world: World, step: Step) -> None:
        try:
            judge.look_at_touched(step.decisions, world)
        except BrokenInvariant as broken:
            self._note(broken.name, broken.detail, step.input, step.decisions)

    def _compare(self, step: Step) -> None:
        for decision in step.decisions:
            if isinstance(decision, EpochStarted) or decision.epoch != self._epoch:
                self._epoch, self._compared = decision.epoch, 0
            self._compared += 1
            if not self._known.says(decision.epoch, decision.seq, codec.encode(decision)):
                detail = f"{decision.epoch}/{decision.seq} differs at replay"
                self._note("same_decisions", detail, step.input, (decision,))

    def _judged_by_itself(self, fold: Fold, step: Step) -> None:
        if fold.hosted.stopped_at is not None or step.again:
            self._judge = None
        if self._judge is None:
            return
        logged = step.input
        try:
            self._judge.take(
                logged.event,
                offset=logged.offset,
                stamp_ms=logged.stamp_ms,
                decisions=step.decisions,
                world=fold.engine.world,
            )
        except BrokenInvariant as broken:
            self._note(broken.name, broken.detail, logged, step.decisions)
        self._judged += fold.engine.engine_version >= JUDGED_SINCE
        if any(isinstance(decision, EngineVersionApplied) for decision in step.decisions):
            self._judge.hear_all(fold.engine)

    def _whole_check(self, fold: Fold, step: Step | None) -> None:
        world = fold.engine.world
        try:
            invariants.check(world)
            if self._judge is not None and world.engine_version >= JUDGED_SINCE:
                self._judge.look(world)
            if self._breach is None:
                self.good = self._steps
        except BrokenInvariant as broken:
            if step is not None:
                self._note(broken.name, broken.detail, step.input, step.decisions)
            elif self._breach is None:
                self._breach = Breach(broken.name, fold.engine.offset, broken.detail)

    def _restart(self, fold: Fold, step: Step) -> None:
        """The fold goes on from a snapshot of itself: what follows must be the same."""
        before = fold.engine
        fold.hosted.engine = Engine.restore(before.snapshot())
        self._restarts += 1
        self._next_restart = self._inputs * RESTARTS
        if fold.engine.fingerprint() != before.fingerprint():
            self._note("snapshot_restores", "the state restored from a snapshot is another", step.input, step.decisions)

    def _note(self, name: str, detail: str, logged: LoggedInput, decisions: tuple[Decision, ...]) -> None:
        if self._breach is None:
            said = codec.encode(logged.event).decode()
            self._breach = Breach(name, logged.offset, detail, said, concerned(logged.event, decisions))

    async def _at(self, offset: int, name: str, detail: str) -> Breach:
        async for logged in self._source.inputs(offset, offset + 1):
            return Breach(name, offset, detail, codec.encode(logged.event).decode(), concerned(logged.event, ()))
        return Breach(name, offset, detail)

    def _verified(self, fold: Fold) -> Verified:
        engine, breach = fold.engine, self._breach
        said = self._known.count if self._known.epoch >= self._epoch else 0
        derived = self._compared if self._epoch >= self._known.epoch else 0
        too_many = said - derived
        if breach is None and too_many > 0:
            breach = Breach("decided_from_inputs", engine.offset, f"{too_many} decisions follow from no input")
        return Verified(
            workspace=self._source.workspace,
            inputs=self._inputs,
            decisions=self._known.count,
            undecided=max(0, -too_many),
            repeated=self._known.repeated,
            epoch=engine.epoch,
            seq=engine.seq,
            fingerprint=engine.fingerprint(),
            tally=invariants.tally(engine.world),
            engine_version=engine.engine_version,
            judged=self._judged,
            restarts=self._restarts,
            stopped_at=fold.hosted.stopped_at,
            breach=breach,
            orphans=orphans.live_orphans(engine.world, frozenset(self._ever)),
        )


def concerned(event: Any, decisions: tuple[Decision, ...]) -> str | None:
    """The interaction that an input and what followed speak of, if they do."""
    for decision in decisions:
        for value in (decision.leg, decision.offer, decision.interaction):
            if value is not None:
                return value.interaction_id
    return getattr(event, "interaction_id", None)
