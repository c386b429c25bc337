"""Every benchmark by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bench import crowds, expected_wait, latency, metrics, recovery, routing_benchmarks, sockets, theory, timeline
from bench.measures import Series
from bench.services import Note

Benchmark = Callable[[bool, Note], list[Series]]
"""Takes whether to be quick, and who hears of the progress."""


def _pipeline(quick: bool, note: Note) -> list[Series]:
    effort = routing_benchmarks.QUICK if quick else routing_benchmarks.FULL
    return routing_benchmarks.measure(routing_benchmarks.PIPELINE, effort, note)


def _exactly_once(quick: bool, note: Note) -> list[Series]:
    effort = routing_benchmarks.QUICK if quick else routing_benchmarks.FULL
    return routing_benchmarks.measure(routing_benchmarks.EXACTLY_ONCE, effort, note)


def _latency(quick: bool, note: Note) -> list[Series]:
    return latency.measure(latency.QUICK if quick else latency.FULL, note)


def _sockets(quick: bool, note: Note) -> list[Series]:
    return [sockets.measure(sockets.QUICK if quick else sockets.FULL, note)]


def _timeline(quick: bool, note: Note) -> list[Series]:
    return [timeline.measure(timeline.QUICK if quick else timeline.FULL, note)]


def _metrics(quick: bool, note: Note) -> list[Series]:
    return [metrics.measure(metrics.QUICK if quick else metrics.FULL, note)]


def _theory(quick: bool, note: Note) -> list[Series]:
    return theory.measure(theory.QUICK if quick else theory.FULL, note)


def _expected_wait(quick: bool, note: Note) -> list[Series]:
    return expected_wait.measure(expected_wait.QUICK if quick else expected_wait.FULL, note)


def _engine(quick: bool, note: Note) -> list[Series]:
    return crowds.measure_engine(crowds.QUICK if quick else crowds.FULL, note)


def _growth(quick: bool, note: Note) -> list[Series]:
    return crowds.measure_growth(crowds.QUICK if quick else crowds.FULL, note)


def _recovery(quick: bool, note: Note) -> list[Series]:
    return recovery.measure(recovery.QUICK if quick else recovery.FULL, note)


BENCHMARKS: Final[dict[str, Benchmark]] = {
    "engine": _engine,
    "engine-growth": _growth,
    "recovery": _recovery,
    "pipeline": _pipeline,
    "latency": _latency,
    "sockets": _sockets,
    "exactly-once": _exactly_once,
    "timeline": _timeline,
    "metrics": _metrics,
    "theory": _theory,
    "expected-wait": _expected_wait,
}
