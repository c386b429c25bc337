"""A workspace as it was at a decision or at a moment: what every screen showed then.

The inputs are folded anew, and the decisions that follow build the same view that screens are built from.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from deploy.moments import Place
from runtime.closing import closing
from schemas.shown import ShownOffer, ShownQueue, Stopped
from schemas.values import AgentValue, InteractionValue, LegValue
from schemas.view import View
from streams.routing.fold import Fold
from streams.routing.logged import LogSource

Moment = Callable[[str | None], int]
"""A moment on the clock of the workspace's time zone."""


class NotYet(Exception):
    """The log begins later, or ends before that."""


class Standing(msgspec.Struct, frozen=True):
    """One contact with its live legs, oldest first."""

    interaction: InteractionValue | None
    legs: tuple[LegValue, ...]


class StateThen(msgspec.Struct, frozen=True):
    """All that a supervisor's screen showed. `offset`: the last input that counts; `asked_ms`: the moment asked for, or
    the log's last one where it ends before that.
    """

    workspace: str
    epoch: int
    seq: int
    at_ms: int
    offset: int
    asked_ms: int
    time_zone: str | None
    engine_version: int
    configuration_version: int
    stopped: Stopped | None
    queues: tuple[ShownQueue, ...]
    agents: tuple[AgentValue, ...]
    offers: tuple[ShownOffer, ...]
    work: tuple[Standing, ...]


async def state(
    source: LogSource, at: Place | Moment | None = None, progress: Callable[[int], None] | None = None
) -> StateThen:
    """The state right after decision `at`, or at the end of moment `at`, or of the log where that lies behind it.

    `progress` is told how many inputs were folded.

    Raises:
        NotYet: there is no such decision, or nothing had happened yet.
        Broke: as a fold does.
    """
    fold = Fold(source, await source.stops())
    view = View(source.workspace)
    offset = asked_ms = -1
    count = 0
    async with closing(fold.steps()) as steps:
        async for step in steps:
            zone = fold.engine.world.policy.settings.time_zone
            limit = at(zone) if callable(at) else None
            for decision in step.decisions:
                if limit is not None and decision.at_ms > limit:
                    break
                view.apply(decision)
                offset = step.input.offset
                if isinstance(at, Place) and at.is_at(decision.epoch, decision.seq):
                    return shown(view, fold, offset, decision.at_ms)
            if limit is not None and step.input.stamp_ms > limit:
                return _reached(view, fold, offset, limit)
            asked_ms = max(asked_ms, step.input.stamp_ms)
            count += 1
            if progress is not None:
                progress(count)
    if isinstance(at, Place):
        raise NotYet(f"the log of {source.workspace} ends at decision {view.epoch}/{view.seq}")
    return _reached(view, fold, offset, asked_ms)


def _reached(view: View, fold: Fold, offset: int, asked_ms: int) -> StateThen:
    if not view.seq:
        raise NotYet(f"nothing had been decided in {view.workspace} by then")
    return shown(view, fold, offset, asked_ms)


def shown(view: View, fold: Fold, offset: int, asked_ms: int) -> StateThen:
    """The view as values."""
    queues = (view.figures(name) for name in sorted(view.queue_names()))
    return StateThen(
        workspace=view.workspace,
        epoch=view.epoch,
        seq=view.seq,
        at_ms=view.at_ms,
        offset=offset,
        asked_ms=asked_ms,
        time_zone=fold.engine.world.policy.settings.time_zone,
        engine_version=fold.engine.engine_version,
        configuration_version=view.configuration_version,
        stopped=view.stopped,
        queues=tuple(queue for queue in queues if queue is not None),
        agents=tuple(view.agents[name] for name in sorted(view.agents)),
        offers=tuple(view.offers[name] for name in sorted(view.offers)),
        work=tuple(
            Standing(held.value, tuple(view.legs_of(held.interaction_id)))
            for held in view.held()
            if view.legs_of(held.interaction_id)
        ),
    )
