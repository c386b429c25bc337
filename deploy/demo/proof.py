"""What the product itself says afterwards, read back: fates by the log, invariants, figures counted again, the timeline.

Writers run behind: they are waited for, but not for ever.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import msgspec

from deploy.demo.findings import OK, Findings, History
from deploy.metrics_recount import NothingTold, recount
from deploy.routing_log import records_of
from deploy.simulation.outcomes import Fate, Outcomes, Place
from deploy.verification import Verified, verify
from runtime.clock import Clock
from runtime.kafka import KafkaConnection
from runtime.postgres import Pool
from schemas import codec
from schemas.timeline import TimelineKind
from schemas.topics import ROUTING_DECISIONS

LOOK_S: Final = 0.5
MOST_WORDS: Final = 3

COUNTED: Final = """
SELECT count(*) AS rows,
       percentile_disc(0.99) WITHIN GROUP (ORDER BY stored_ms - at_ms) FILTER (WHERE interaction_id IS NOT NULL) AS lag
  FROM timeline_entries WHERE workspace = $1
"""
PRESENT: Final = """
SELECT interaction_id, bool_or(kind = $2) AS ended
  FROM timeline_entries WHERE workspace = $1 AND interaction_id IS NOT NULL GROUP BY interaction_id
"""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Every contact's fate by the log, how many were shared in which way, and the rest."""

    fates: dict[str, Fate]
    shared: dict[str, int]
    findings: Findings


class Reading(msgspec.Struct, frozen=True):
    """What is read back, of which workspace, and how long writers may take that run behind."""

    kafka: KafkaConnection
    pool: Pool
    clock: Clock
    workspace: str
    patience_s: float


async def prove(reading: Reading, accepted: Collection[str]) -> Proof:
    """Reads all of it back; `accepted` are the contacts that were answered 202."""
    outcomes = await _outcomes(reading)
    fates = outcomes.fates
    verified = await verify(reading.kafka, reading.workspace)
    return Proof(
        fates=fates,
        shared=outcomes.shared,
        findings=Findings(
            invariants=in_words(verified),
            recount=await recounted(reading, verified.seq),
            history=await history(reading, accepted, fates),
        ),
    )


async def recounted(reading: Reading, seq: int) -> str:
    """`ok` when figures were told up to the decision `seq`, and all that were told and kept are counted alike again."""
    deadline_s = reading.clock.monotonic() + reading.patience_s
    while True:
        try:
            found = await recount(reading.kafka, reading.pool, reading.workspace, patience_s=reading.patience_s)
            said = "; ".join(found.problems[:MOST_WORDS]) or OK
            if said == OK and found.seq < seq:
                said = f"figures end with decision {found.seq} of {seq}"
        except NothingTold as error:
            said = str(error)
        if said == OK or reading.clock.monotonic() > deadline_s:
            return said
        await reading.clock.sleep(LOOK_S)


async def history(reading: Reading, accepted: Collection[str], fates: dict[str, Fate]) -> History:
    """The timeline, as soon as nothing is missing in it or patience is at an end."""
    deadline_s = reading.clock.monotonic() + reading.patience_s
    ended = {one for one in accepted if one in fates and fates[one].place is Place.ENDED}
    while True:
        found = await _history(reading, accepted, ended)
        if found.is_whole or reading.clock.monotonic() > deadline_s:
            return found
        await reading.clock.sleep(LOOK_S)


async def _history(reading: Reading, accepted: Collection[str], ended: Collection[str]) -> History:
    present = await reading.pool.fetch(PRESENT, reading.workspace, str(TimelineKind.CONTACT_ENDED))
    ends = {row["interaction_id"]: bool(row["ended"]) for row in present}
    (counted,) = await reading.pool.fetch(COUNTED, reading.workspace)
    return History(
        rows=counted["rows"],
        lag_p99_ms=None if counted["lag"] is None else float(counted["lag"]),
        missing=sum(one not in ends for one in accepted),
        without_end=sum(one in ends and not ends[one] for one in ended),
    )


async def _outcomes(reading: Reading) -> Outcomes:
    outcomes = Outcomes()
    reader = reading.kafka.reader()
    try:
        async for record in records_of(reader, ROUTING_DECISIONS, reading.workspace):
            decision: Any = codec.decode(ROUTING_DECISIONS, record.value or b"")
            outcomes.take(decision)
    finally:
        await reader.stop()
    return outcomes


def in_words(verified: Verified) -> str:
    """`ok`, or what does not hold."""
    if verified.breach is not None:
        return f"{verified.breach.invariant} after input {verified.breach.offset}: {verified.breach.detail}"
    if verified.stopped_at is not None:
        return f"stopped at input {verified.stopped_at}"
    return OK
