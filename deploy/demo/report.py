"""The one JSON object that a demonstration ends with, and what makes it fail. Pure."""

from __future__ import annotations

import msgspec

from deploy.demo.findings import OK, Findings
from deploy.simulation.ledger import ChannelSums, Sums, percentile
from deploy.simulation.outcomes import Place
from deploy.simulation.replayed import Replayed


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of contacts; milliseconds from the answer 202 to the first frame that showed the contact."""

    kafka: str | None
    postgres: str | None
    accepted: int
    scheduled: int
    waiting: int
    offered: int
    active: int
    ended: int
    lost: int
    duplicated: int
    invariants: str
    p50_ms: float | None
    p99_ms: float | None
    unanswered: int
    connected: int
    never_shown: int
    by_channel: dict[str, ChannelSums]
    ended_as: dict[str, int]
    offers: int
    posts: int
    rate_per_s: float
    seconds: float
    metrics_recount: str
    timeline_rows: int
    timeline_lag_p99_ms: float | None
    shared: dict[str, int] = {}
    failures: tuple[str, ...] = ()
    replay: Replayed | None = None


class Versions(msgspec.Struct, frozen=True):
    """What the running services say that they are; None = one did not say."""

    kafka: str | None
    postgres: str | None


class Load(msgspec.Struct, frozen=True):
    """What was asked of the demonstration, how many posts and offers it came to, and how many contacts were transferred,
    consulted on, joined, called back.
    """

    rate_per_s: float
    seconds: float
    posts: int
    offers: int
    shared: dict[str, int] = {}


def report(sums: Sums, versions: Versions, load: Load, found: Findings, day: Replayed | None = None) -> Report:
    """The report, with everything that is wrong in `failures`."""
    return Report(
        kafka=versions.kafka,
        postgres=versions.postgres,
        accepted=sums.accepted,
        scheduled=sums.places[Place.SCHEDULED],
        waiting=sums.places[Place.WAITING],
        offered=sums.places[Place.OFFERED],
        active=sums.places[Place.ACTIVE],
        ended=sums.places[Place.ENDED],
        lost=sums.lost,
        duplicated=sums.duplicated,
        invariants=found.invariants,
        p50_ms=percentile(sums.waits_ms, 50),
        p99_ms=percentile(sums.waits_ms, 99),
        unanswered=sums.unanswered,
        connected=sums.connected,
        never_shown=sums.never_shown,
        by_channel=sums.by_channel,
        ended_as=sums.ended_by_reason,
        offers=load.offers,
        posts=load.posts,
        rate_per_s=load.rate_per_s,
        seconds=load.seconds,
        metrics_recount=found.recount,
        timeline_rows=found.history.rows,
        timeline_lag_p99_ms=found.history.lag_p99_ms,
        shared=load.shared,
        failures=(*failures(sums, found), *(() if day is None else day.ends.failures)),
        replay=day,
    )


def failures(sums: Sums, findings: Findings) -> tuple[str, ...]:
    """Why a demonstration is a failed one; empty when it is not."""
    found = []
    if sums.missing:
        found.append(f"{sums.missing} answered 202 and not in the log")
    if sums.never_shown:
        found.append(f"{sums.never_shown} never shown on a socket")
    if sums.duplicated:
        found.append(f"{sums.duplicated} with two agents")
    if findings.invariants != OK:
        found.append(f"invariants: {findings.invariants}")
    if findings.recount != OK:
        found.append(f"figures counted again: {findings.recount}")
    if findings.history.missing:
        found.append(f"{findings.history.missing} answered 202 and not in the timeline")
    if findings.history.without_end:
        found.append(f"{findings.history.without_end} ended and without an end in the timeline")
    if sums.connected * 2 < sums.accepted or not sums.accepted:
        found.append(f"only {sums.connected} of {sums.accepted} connected")
    found.extend(f"no {channel} ended" for channel, one in sums.by_channel.items() if not one.ended)
    return tuple(found)
