"""What a day of the bank's log came to: its sums, its waits beside the bank's, and how far to trust them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from deploy.simulation.bank import BankPlay
from deploy.simulation.comparison import Comparison, Lived, compare
from deploy.simulation.ends import Ends, ends, experience
from deploy.simulation.ledger import percentile
from deploy.simulation.record import EndBook, PostBook, TalkBook


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds of real time, and what the 99th percentile is in seconds of the bank's time."""

    p50_ms: float | None
    p99_ms: float | None
    p99_scaled_s: float | None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """A day that was run. `lateness`: how much later than due calls were begun; `answer_202`: from due to the answer;
    `taking`: from an offer on an agent's socket to the answer that it is accepted.
    """

    date: str
    speed: float
    lines: int
    calls: int
    asked: int
    agents: int
    silence_s: int
    quirks: dict[str, int]
    kept: dict[str, str]
    ends: Ends
    comparison: Comparison
    lateness: Latency
    answer_202: Latency
    taking: Latency


def replayed(bank: BankPlay, posts: PostBook, talks: TalkBook, told: EndBook) -> Replayed:
    """The sums, from the people's own records."""
    speed = bank.replay.speed
    lived = [Lived(call, experience(one, posts, talks, told)) for one, call in bank.day.calls.items()]
    answers = [at_ms - posts.due_ms[one] for one, at_ms in posts.answered_ms.items() if one in posts.due_ms]
    return Replayed(
        date=bank.date,
        speed=speed,
        lines=bank.log.lines,
        calls=len(bank.log.calls),
        asked=len(bank.day.calls),
        agents=len(bank.day.plan.agents),
        silence_s=bank.day.silence_s,
        quirks={str(quirk): count for quirk, count in bank.log.quirks.items()},
        kept=bank.kept,
        ends=ends(bank.day.calls, posts, talks, told),
        comparison=compare(lived, speed),
        lateness=latency(posts.late_ms, speed),
        answer_202=latency(answers, speed),
        taking=latency(talks.taken_ms, speed),
    )


def latency(lengths_ms: Sequence[float], speed: float) -> Latency:
    """Of so many lengths."""
    ordered = sorted(lengths_ms)
    p99_ms = percentile(ordered, 99)
    return Latency(percentile(ordered, 50), p99_ms, None if p99_ms is None else round(p99_ms * speed / 1000, 2))
