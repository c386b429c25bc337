"""A failing log made small: whatever can be left out while the same promise breaks is left out (delta debugging)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deploy.fuzzing.life import OF_REPLAYED, OF_RESTORED, Breach, Line, Watched

Fails = Callable[[Sequence[Line]], Breach | None]


def outcome(log: Sequence[Line], promise: str | None = None) -> Breach | None:
    """The first breach of a log, run from its beginning; None = every promise holds.

    Where the breach looked for is one of a restored engine, one is restored before each input; where it is one of a
    replay, the log is taken once more.
    """
    watched = Watched()
    try:
        for line in log:
            if promise in OF_RESTORED:
                watched.divide()
            watched.apply(line)
        if promise in OF_REPLAYED and log:
            watched.replayed(log)
    except Breach as breach:
        return breach
    return None


def outcome_of_any(log: Sequence[Line]) -> Breach | None:
    """The first breach of a log of any promise, those on restored and on replaying engines too."""
    return outcome(log, OF_REPLAYED[0]) or outcome(log, OF_RESTORED[0])


def shrink(log: Sequence[Line], breach: Breach, goes_on: Callable[[], bool]) -> list[Line]:
    """The smallest log found, before `goes_on` says no, that breaks the same promise."""

    def fails(lines: Sequence[Line]) -> Breach | None:
        found = outcome(lines, breach.promise)
        return found if found is not None and found.promise == breach.promise else None

    return reduced(log, fails, goes_on)


def reduced(log: Sequence[Line], fails: Fails, goes_on: Callable[[], bool]) -> list[Line]:
    """Leave out piece after piece, from large ones to single lines, until nothing can be left out any more."""
    found = fails(log)
    if found is None:
        return list(log)
    best = _until(log, found)
    size = max(1, len(best) // 2)
    while goes_on():
        smaller = _without_pieces(best, size, fails, goes_on)
        if size == 1 and len(smaller) == len(best):
            break
        best, size = smaller, max(1, min(size, len(smaller)) // 2)
    return best


def _without_pieces(log: list[Line], size: int, fails: Fails, goes_on: Callable[[], bool]) -> list[Line]:
    best, at = log, max(0, len(log) - size)
    while goes_on():
        shorter = best[:at] + best[at + size :]
        found = fails(shorter) if shorter else None
        if found is not None:
            best = _until(shorter, found)
        if at == 0:
            break
        at = max(0, min(at, len(best)) - size)
    return best


def _until(log: Sequence[Line], found: Breach) -> list[Line]:
    return [line for line in log if line[0] <= found.offset]
