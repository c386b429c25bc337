"""One `hubline backtest`: reads, fits where that is wanted, runs, and tells how long it took."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from deploy.backtest.backtest import NothingToRun, Prepared, backtest, prepare
from deploy.backtest.files import BANK_DOCUMENT, Unreadable, read_document, read_log
from deploy.backtest.fitting import Fit, fit
from deploy.backtest.report import Told
from producers.admin.problems import InvalidDocument
from schemas.configuration import RoutingConfiguration

Progress = Callable[[str], None]


class Unusable(Exception):
    """What was asked for cannot be run; the message says why."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the command was asked for."""

    calls: Path
    document: Path | None = None
    first: str | None = None
    last: str | None = None
    after_call_ms: int | None = None
    fits: bool = False
    seed: str = "1"


def run(wanted: Wanted, progress: Progress) -> Told:
    """The report of the run.

    Raises:
        Unusable: a file, a day or a document is not what it should be.
        BrokenInvariant: the engine broke one of its own.
    """
    try:
        for day in (wanted.first, wanted.last):
            if day is not None:
                datetime.date.fromisoformat(day)
        log = read_log(wanted.calls)
        prepared = prepare(log, wanted.first, wanted.last)
        configuration = prepared.configuration(_document(wanted))
    except (Unreadable, NothingToRun, InvalidDocument, ValueError) as error:
        raise Unusable(str(error)) from error
    fitted = _fit(prepared, configuration, wanted.seed, progress) if wanted.fits else None
    after_call_ms = wanted.after_call_ms if fitted is None else fitted.best.after_call_s * 1000
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    test = backtest(prepared, configuration, wanted.seed, after_call_ms)
    return Told(
        source=wanted.calls.name,
        prepared=prepared,
        quirks=log.quirks,
        lines=log.lines,
        seed=wanted.seed,
        test=test,
        seconds=time.perf_counter() - began_s,
        cpu_seconds=time.process_time() - began_cpu_s,
        fit=fitted,
    )


def _document(wanted: Wanted) -> dict[str, Any]:
    return read_document(wanted.document or BANK_DOCUMENT)


def _fit(prepared: Prepared, configuration: RoutingConfiguration, seed: str, progress: Progress) -> Fit:
    recorded = sum(not call.answered for call in prepared.calls) * 100 / len(prepared.calls)

    def abandoned(after_call_s: int) -> float:
        figures = backtest(prepared, configuration, seed, after_call_s * 1000, thorough=False).compared.whole.here
        share = 100 * figures.hung_up / figures.asked
        progress(f"after-call time {after_call_s} s: {share:.2f} % hung up, {recorded:.2f} % in the record")
        return share

    return fit(recorded, abandoned)
