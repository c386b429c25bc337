"""The trace of an interaction in the log of a driven engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from schemas.trace import AnyMoment, Happened, Looked, Trace
from streams.routing.engine import Engine
from streams.routing.trace import MOMENTS_AT_MOST, Tracer
from tests.support.engine_driver import WORKSPACE, Driver

M = TypeVar("M", bound=AnyMoment)


def traced(driver: Driver, interaction_id: str = "c1", at_most: int = MOMENTS_AT_MOST) -> Trace:
    """What a replay of all that the driver fed finds of it."""
    engine, tracer = Engine(WORKSPACE), Tracer(interaction_id, at_most)
    engine.world.witness = tracer
    for offset, stamp_ms, event in driver.log:
        tracer.took(engine.world, event, engine.apply(event, offset=offset, stamp_ms=stamp_ms))
    assert engine.fingerprint() == driver.engine.fingerprint(), "to be watched changes nothing"
    return tracer.trace(engine.world)


def of(trace: Trace, kind: type[M]) -> list[M]:
    """The moments of one kind."""
    return [moment for moment in trace.moments if isinstance(moment, kind)]


def said(trace: Trace) -> list[str]:
    """The decisions, in order."""
    return [moment.decision for moment in of(trace, Happened)]


def kept_away(look: Looked) -> dict[str, Sequence[str]]:
    """Agents with all reasons."""
    return {agent: [reason.value for reason in group.reasons] for group in look.passed_over for agent in group.agents}
