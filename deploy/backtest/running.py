"""One `hubline backtest`: reads, fits where that is wanted, runs, and tells how long it took."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from deploy.backtest.backtest import Backtest, NothingToRun, Prepared, backtest, prepare
from deploy.backtest.files import LogFile, Unreadable, read_document, read_log
from deploy.backtest.fitting import Fit, fit
from deploy.backtest.policies import Comparison, compare
from deploy.backtest.policy import offered_at_once
from deploy.backtest.report import Told
from deploy.backtest.witness import is_plain
from producers.admin.problems import InvalidDocument
from schemas.configuration import RoutingConfiguration

Progress = Callable[[str], None]


class Unusable(Exception):
    """What was asked for cannot be run; the message says why."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the command was asked for. No document = the log's own; a second one is compared with the first over `seeds`."""

    calls: Path
    documents: tuple[Path, ...] = ()
    first: str | None = None
    last: str | None = None
    after_call_ms: int | None = None
    fits: bool = False
    seed: str = "1"
    seeds: int = 5
    thorough: bool = False


class Policies(msgspec.Struct, frozen=True):
    """The configurations of one or two documents."""

    first: RoutingConfiguration
    second: RoutingConfiguration | None


def run(wanted: Wanted, progress: Progress) -> Told:
    """The report of the run; where there are two policies it is the first one's, with the comparison.

    Raises:
        Unusable: a file, a day or a document is not what it should be.
        BrokenInvariant: the engine broke one of its own.
    """
    try:
        for day in (wanted.first, wanted.last):
            if day is not None:
                datetime.date.fromisoformat(day)
        found = read_log(wanted.calls)
        prepared = prepare(found.log, wanted.first, wanted.last)
        first, second = _documents(wanted, found)
        policies = Policies(prepared.configuration(first), None if second is None else prepared.configuration(second))
    except (Unreadable, NothingToRun, InvalidDocument, ValueError) as error:
        raise Unusable(str(error)) from error
    runs = _Runs(prepared, wanted, progress)
    fitted = runs.fit(policies.first) if wanted.fits else None
    after_call_ms = wanted.after_call_ms if fitted is None else fitted.best.after_call_s * 1000
    thorough = wanted.thorough or not is_plain(offered_at_once(policies.first))
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    test = runs.once(policies.first, wanted.seed, after_call_ms, thorough=thorough)
    seconds, cpu_seconds = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    comparison = None if policies.second is None else runs.compare(policies.first, policies.second, after_call_ms)
    return Told(
        source=wanted.calls.name,
        prepared=prepared,
        quirks=found.log.quirks,
        lines=found.log.lines,
        seed=wanted.seed,
        test=test,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        thorough=thorough,
        problems=tuple(runs.problems),
        fit=fitted,
        comparison=comparison,
    )


def _documents(wanted: Wanted, found: LogFile) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The policy's document, and that of the one it is compared with."""
    documents = [read_document(file) for file in wanted.documents]
    return documents[0] if documents else found.document, documents[1] if documents[1:] else None


class _Runs:
    """All runs of one command; `problems` of any of them."""

    def __init__(self, prepared: Prepared, wanted: Wanted, progress: Progress) -> None:
        self.problems: list[str] = []
        self._prepared = prepared
        self._wanted = wanted
        self._progress = progress

    def once(
        self, policy: RoutingConfiguration, seed: str, after_call_ms: int | None, *, thorough: bool = False
    ) -> Backtest:
        found = backtest(self._prepared, policy, seed, after_call_ms, thorough=thorough)
        self.problems += [f"seed {seed}, after-call time {found.after_call_s:g} s: {one}" for one in found.problems]
        return found

    def fit(self, policy: RoutingConfiguration) -> Fit:
        calls = self._prepared.calls
        recorded = sum(not call.answered for call in calls) * 100 / len(calls)

        def abandoned(after_call_s: int) -> float:
            figures = self.once(policy, self._wanted.seed, after_call_s * 1000).compared.whole.here
            share = 100 * figures.hung_up / figures.asked
            self._progress(f"after-call time {after_call_s} s: {share:.2f} % hung up, {recorded:.2f} % in the record")
            return share

        return fit(recorded, abandoned)

    def compare(
        self, first: RoutingConfiguration, second: RoutingConfiguration, after_call_ms: int | None
    ) -> Comparison:
        pairs = []
        for number in range(self._wanted.seeds):
            seed = f"{self._wanted.seed}.{number}"
            one, other = (self.once(policy, seed, after_call_ms) for policy in (first, second))
            pairs.append((one.compared, other.compared))
            self._progress(f"both policies with seed {number + 1} of {self._wanted.seeds}")
        return compare(pairs)
