"""A recorded log made ready to be run, run, and set beside what was recorded. Pure.

What is learnt (patience, service times, skills) is learnt from the whole log; what is run and compared is a window.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from deploy.backtest.callers import Draws
from deploy.backtest.calls import RecordedCall, RecordedLog
from deploy.backtest.center import run
from deploy.backtest.figures import Compared, compared
from deploy.backtest.people import CHANNEL, Caller, Run, Shift
from deploy.backtest.policy import offered_at_once, plain_document, staffed
from deploy.backtest.staff import shifts_of, skills_of, skills_without_agents
from deploy.backtest.witness import Witness, impatient
from schemas.configuration import PHONE, RoutingConfiguration
from schemas.vocabulary import LegState

PROBLEMS_KEPT: Final = 20


class NothingToRun(Exception):
    """There is no call to run; the message says why."""


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A window of a log: its calls, who was there, what each could do. `orphans`: skills that nobody has shown; calls
    that need one are anybody's.
    """

    calls: tuple[RecordedCall, ...]
    draws: Draws
    shifts: tuple[Shift, ...]
    skills: dict[str, tuple[str, ...]]
    orphans: tuple[str, ...]

    def callers(self, seed: str) -> list[Caller]:
        """The calls as they come with that seed."""
        callers = [self.draws.caller(call, seed) for call in self.calls]
        orphans = set(self.orphans)
        return [msgspec.structs.replace(one, skill=None) if one.skill in orphans else one for one in callers]

    def configuration(self, document: Mapping[str, Any] | None) -> RoutingConfiguration:
        """What routing obeys under that document; None = the log's own queues, first come first served.

        Raises:
            InvalidDocument: the document has errors.
            NothingToRun: it has no place for some of the calls.
        """
        found = staffed(document or plain_document(call.queue for call in self.calls), self.skills)
        missing = sorted({call.queue for call in self.calls} - set(found.queues))
        if missing and found.settings.default_queue is None:
            raise NothingToRun(f"the document has no default_queue and no queue {', '.join(missing)}")
        return found


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """One run beside the record. `problems`: the first breaches, empty when every promise was kept; shares in per cent."""

    compared: Compared
    run: Run
    after_call_s: float
    occupancy_percent: float | None
    talking_percent: float | None
    recorded_talking_percent: float | None
    still_waiting: int
    ended_otherwise: dict[str, int]
    problems: tuple[str, ...]


def prepare(log: RecordedLog, first: str | None, last: str | None) -> Prepared:
    """The window of these days, both included.

    Raises:
        NothingToRun: nobody called then.
    """
    calls = log.between(first, last)
    if not calls:
        raise NothingToRun(_nothing(log))
    skills = skills_of(log.calls)
    return Prepared(
        calls=calls,
        draws=Draws(log.calls),
        shifts=shifts_of(calls),
        skills=skills,
        orphans=skills_without_agents(calls, skills),
    )


def backtest(
    prepared: Prepared,
    configuration: RoutingConfiguration,
    seed: str,
    after_call_ms: int | None = None,
    *,
    thorough: bool = False,
) -> Backtest:
    """Runs the window and counts. `after_call_ms` None = the wrap-up that the configuration has.
    `thorough`: every decision is checked under all rules, which takes as long again.

    Raises:
        BrokenInvariant: the engine broke one of its own.
    """
    wanted = offered_at_once(configuration, after_call_ms)
    callers = prepared.callers(seed)
    witness = Witness(wanted, thorough=thorough)
    ran = run(wanted, callers, prepared.shifts, witness)
    problems = [*witness.problems, *impatient(callers, ran.outcomes)]
    present_ms = sum(ran.present_ms.values())
    talked_ms, wrapped_ms = sum(ran.talked_ms.values()), sum(ran.wrapped_ms.values())
    others = [one for one in ran.outcomes.values() if one.agent_id is None]
    return Backtest(
        compared=compared(prepared.calls, ran.outcomes),
        run=ran,
        after_call_s=wanted.channels.get(CHANNEL, PHONE).wrap_up_ms / 1000,
        occupancy_percent=_percent(talked_ms + wrapped_ms, present_ms),
        talking_percent=_percent(talked_ms, present_ms),
        recorded_talking_percent=_recorded_talking(prepared),
        still_waiting=sum(one.state is None for one in others),
        ended_otherwise=_ended_otherwise(ran),
        problems=tuple(problems[:PROBLEMS_KEPT]),
    )


def _nothing(log: RecordedLog) -> str:
    if log.calls:
        return f"no call asked for an agent in that time; the log has {log.calls[0].day} to {log.calls[-1].day}"
    odd = ", ".join(f"{name} {count:,}" for name, count in log.quirks.items())
    return f"no call asked for an agent in {log.lines:,} lines{odd and f' ({odd})'}"


def _ended_otherwise(ran: Run) -> dict[str, int]:
    """Calls that were neither answered nor hung up, by how they ended."""
    states = (one.state for one in ran.outcomes.values() if one.agent_id is None)
    return dict(Counter(one.value for one in states if one is not None and one is not LegState.ABANDONED))


def _recorded_talking(prepared: Prepared) -> float | None:
    talked_ms = sum(call.service_ms or 0 for call in prepared.calls if call.agent_id is not None)
    return _percent(talked_ms, sum((shift.to_ms or shift.from_ms) - shift.from_ms for shift in prepared.shifts))


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
