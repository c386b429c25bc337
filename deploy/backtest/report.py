"""A backtest as text for a person and as one object for a program. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from deploy.backtest import policies
from deploy.backtest.backtest import Backtest, Prepared
from deploy.backtest.figures import Figures, Pair
from deploy.backtest.fitting import Fit
from deploy.backtest.policies import Comparison

ROWS: Final[tuple[tuple[str, str], ...]] = (
    ("asked", "asked for an agent"),
    ("answered", "answered"),
    ("hung_up", "hung up waiting"),
    ("abandoned_percent", "the same, % of asked"),
    ("mean_wait_answered_s", "mean wait of the answered, s"),
    ("median_wait_answered_s", "median of the same, s"),
    ("within_20s", "answered within 20 s, % of asked"),
    ("within_60s", "answered within 60 s, % of asked"),
    ("longest_wait_s", "longest wait, s"),
)
GROUP_ROWS: Final = (
    ("abandoned_percent", "hung up %"),
    ("mean_wait_answered_s", "mean wait"),
    ("within_20s", "in 20 s %"),
    ("longest_wait_s", "longest"),
)


OK: Final = "ok"
SHOWN_PROBLEMS: Final = 5
PRESENT: Final = (
    "agents are there from the first to the last call of each day, without the pauses that they had: the after-call time"
    " stands for these as well as for work after calls"
)
PATIENT: Final = (
    "who was answered would have waited on as the callers of that type did who hung up (Kaplan and Meier), and none"
    " longer than the longest wait of the log"
)
SERVED: Final = (
    "a call takes as long as it did, whoever answers; one that hung up there and is answered here talks as long as"
    " another of its type; what was answered by nobody who has a name is answered by the others"
)
ABLE: Final = "an agent has the skills of the calls that he took in this log; agents take every offer at once"
GRANTED: Final = (PRESENT, PATIENT, SERVED, ABLE)
UNKNOWN: Final = "a caller of priority 0 was not known, as a rule because he did not wait; here he has no head start"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is made of. `seconds` of the clock and of the processor are those of the run that is told;
    `problems` those of all runs. `thorough`: whether the checker of all rules looked on."""

    source: str
    prepared: Prepared
    quirks: Mapping[str, int]
    lines: int
    seed: str
    test: Backtest
    seconds: float
    cpu_seconds: float
    thorough: bool
    problems: tuple[str, ...] = ()
    fit: Fit | None = None
    comparison: Comparison | None = None

    @property
    def invariants(self) -> str:
        """`ok`, or the first breach of any run."""
        return f"broken: {self.problems[0]}" if self.problems else OK


def summary(told: Told) -> dict[str, Any]:
    """The object for programs: ours at the top, the record's beside it, by group below."""
    test = told.test
    found: dict[str, Any] = msgspec.to_builtins(test.compared.whole.here)
    found |= {
        "after_call_s": test.after_call_s,
        "invariants": told.invariants,
        "decisions_per_s": _speed(told),
        "recorded": msgspec.to_builtins(test.compared.whole.recorded),
        "occupancy_percent": test.occupancy_percent,
        "talking_percent": test.talking_percent,
        "recorded_talking_percent": test.recorded_talking_percent,
        "agents": len(told.prepared.skills),
        "still_waiting": test.still_waiting,
        "ended_otherwise": test.ended_otherwise,
        "thorough": told.thorough,
        "problems": list(told.problems),
        "inputs": test.run.inputs,
        "decisions": test.run.decisions,
        "seconds": round(told.seconds, 3),
        "cpu_seconds": round(told.cpu_seconds, 3),
        "fingerprint": test.run.fingerprint,
        "seed": told.seed,
        "quirks": dict(told.quirks),
        "by": msgspec.to_builtins(test.compared.by),
    }
    if told.fit is not None:
        found["fit"] = msgspec.to_builtins(told.fit)
    if told.comparison is not None:
        found["comparison"] = msgspec.to_builtins(told.comparison)
    return found


def text(told: Told) -> str:
    """The report for a terminal."""
    test = told.test
    lines = [*_opening(told), "", *_whole(test.compared.whole)]
    for name, groups in test.compared.by.items():
        lines += ["", f"by {name} (recorded | here)", *_groups(groups)]
    lines += ["", *_agents(told), "", *_promises(told), "", *_fit(told.fit), *limits(told)]
    if told.comparison is not None:
        lines += ["", *policies.lines(told.comparison)]
    return "\n".join(lines)


def title_of(told: Told) -> str:
    """The picture's title."""
    seconds = f"{told.test.after_call_s:g}"
    return f"{told.source}: 话后处理 {seconds} 秒 / after-call time {seconds} s"


def limits(told: Told) -> list[str]:
    """What the run takes for granted and cannot know."""
    lines = ["what this run takes for granted:", *(f"  - {one}" for one in GRANTED)]
    if any(call.recorded_priority == "0" for call in told.prepared.calls):
        lines.append(f"  - {UNKNOWN}")
    if told.prepared.orphans:
        lines.append(f"  - nobody has shown these skills, anybody has them: {', '.join(told.prepared.orphans)}")
    return lines


def _opening(told: Told) -> Iterator[str]:
    calls, test = told.prepared.calls, told.test
    days = sorted({call.day for call in calls})
    yield f"{told.source}: {len(calls):,} of {told.lines:,} lines asked for an agent, {days[0]} to {days[-1]}, {len(days)} days"
    yield f"after-call time {test.after_call_s:g} s, seed {told.seed}"
    if told.quirks:
        odd = ", ".join(f"{name} {count:,}" for name, count in told.quirks.items())
        yield f"odd lines, counted and read or left out: {odd}"


def _whole(pair: Pair) -> Iterator[str]:
    yield f"{'':<34}{'recorded':>12}{'here':>12}"
    for field, title in ROWS:
        yield f"{title:<34}{_shown(pair.recorded, field):>12}{_shown(pair.here, field):>12}"


def _groups(groups: Mapping[str, Pair]) -> Iterator[str]:
    head = "".join(f"{title:>20}" for _, title in GROUP_ROWS)
    yield f"  {'':<20}{'asked':>8}{head}"
    for name, pair in groups.items():
        cells = "".join(
            f"{_shown(pair.recorded, field) + ' | ' + _shown(pair.here, field):>20}" for field, _ in GROUP_ROWS
        )
        yield f"  {name or '-':<20}{pair.here.asked:>8,}{cells}"


def _agents(told: Told) -> Iterator[str]:
    test = told.test
    yield (
        f"{len(told.prepared.skills)} agents, {len(told.prepared.shifts)} shifts; in calls {_or_dash(test.talking_percent)} %"
        f" of their time (recorded {_or_dash(test.recorded_talking_percent)} %), with after-call time"
        f" {_or_dash(test.occupancy_percent)} %"
    )
    for skills, agents in _by_skills(told.prepared.skills):
        yield f"  {', '.join(skills) or 'no skill'}: {', '.join(agents)}"


def _by_skills(skills: Mapping[str, Sequence[str]]) -> Iterable[tuple[Sequence[str], list[str]]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for agent, of in skills.items():
        groups.setdefault(tuple(of), []).append(agent)
    return sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))


def _promises(told: Told) -> Iterator[str]:
    test = told.test
    checker = "the witness and the checker of all rules" if told.thorough else "the witness"
    yield f"invariants (the engine's own, {checker}): {told.invariants}"
    yield from (f"  {problem}" for problem in told.problems[:SHOWN_PROBLEMS])
    if test.still_waiting or test.ended_otherwise:
        yield f"neither answered nor hung up: still waiting {test.still_waiting}, {test.ended_otherwise}"
    yield (
        f"{test.run.inputs:,} inputs, {test.run.decisions:,} decisions in {told.cpu_seconds:.1f} s of processor time"
        f" ({told.seconds:.1f} s by the clock), {_or_dash(_speed(told))} decisions/s; fingerprint {test.run.fingerprint[:16]}"
    )


def _speed(told: Told) -> int | None:
    """Decisions for each second of processor time."""
    return round(told.test.run.decisions / told.cpu_seconds) if told.cpu_seconds else None


def _fit(found: Fit | None) -> Iterator[str]:
    if found is None:
        return
    tries = ", ".join(f"{one.after_call_s} s: {one.abandoned_percent:.2f} %" for one in found.tries)
    word = "fitted" if found.reached else "could not be fitted, the nearest is"
    yield f"after-call time {word} {found.best.after_call_s} s; tried {tries}"
    if found.why is not None:
        yield f"  why not: {found.why}"
    yield ""


def _shown(figures: Figures, field: str) -> str:
    value = getattr(figures, field)
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
