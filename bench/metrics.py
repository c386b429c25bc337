"""`metrics`: decisions a second through the metrics stage, beside a bare Faust agent that reads the same log and does nothing.

Both run in a process of their own, with the same Faust, transport and settings, from the first record handed over to the
last. Ours ends when the broker has acknowledged the last batch's table records; its live figures are told meanwhile.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from bench.children import ask
from bench.figured import Argument, Seconds
from bench.measures import Repeat, Sense, Series, Target
from bench.routing_log import CHUNK, PARTITION, renew_outputs
from bench.services import Note, services
from bench.workload import WORKSPACE, Workload
from deploy.local import kafka
from runtime.clock import SystemClock
from runtime.events import to_output
from runtime.kafka import KafkaConnection
from runtime.records import Output
from runtime.settings import Kafka
from schemas import ids
from schemas.decisions import Decision
from schemas.topics import METRICS_INTERVALS, METRICS_LIVE, METRICS_STATE, ROUTING_DECISIONS

UNIT: Final = "decisions/s"
NAME: Final = "metrics"
OURS: Final = "figures"
PEER: Final = "bare_faust"
CHUNK_MS: Final = 500
"""How much time passes in the log from one chunk of inputs to the next."""


class Effort(msgspec.Struct, frozen=True):
    """How much is measured."""

    repeats: int
    decisions: int


FULL: Final = Effort(repeats=5, decisions=80_000)
QUICK: Final = Effort(repeats=1, decisions=30_000)


def measure(effort: Effort, note: Note) -> Series:
    """Runs it on one broker and one log of decisions."""
    with services(note, only=(kafka.NAME,)) as stack:
        return asyncio.run(_measure(effort, stack.endpoints.kafka, note))


async def _measure(effort: Effort, bootstrap: str, note: Note) -> Series:
    decisions = await _prepare(bootstrap, effort.decisions)
    note(f"{decisions:,} decisions of one workspace")
    found = []
    for number in range(effort.repeats):
        before, peer, after = [
            await _rate(role, bootstrap, decisions, f"{role}-{number}-{turn}")
            for turn, role in enumerate((OURS, PEER, OURS))
        ]
        found.append(Repeat(before, peer, after))
        note(f"{NAME} {number + 1}/{effort.repeats}: {before:,.0f}, peer {peer:,.0f}, {after:,.0f} {UNIT}")
    said = "peer: a bare Faust agent that counts the records, decodes nothing"
    return Series(NAME, UNIT, tuple(found), Target(Sense.AT_LEAST, 0.6), said)


async def _rate(role: str, bootstrap: str, decisions: int, group: str) -> float:
    await renew_outputs(bootstrap, (METRICS_STATE, METRICS_LIVE, METRICS_INTERVALS))
    took = await ask(role, Argument(bootstrap, decisions, group), Seconds)
    return decisions / took.seconds


async def _prepare(bootstrap: str, wanted: int) -> int:
    """Writes what an engine decides of a busy workspace; returns how many decisions there are."""
    producer = KafkaConnection(Kafka(bootstrap_servers=bootstrap), SystemClock(), "bench").producer()
    await producer.start()
    try:
        workload = Workload(repeated=0.0)
        events, offset, now_ms = workload.opening(), 0, SystemClock().now_ms()
        while workload.decided < wanted:
            decisions = workload.take(events, offset, now_ms)
            await producer.send([_output(decision) for decision in decisions])
            offset, now_ms = offset + len(events), now_ms + CHUNK_MS
            events = workload.chunk(CHUNK)
        return workload.decided
    finally:
        await producer.stop()


def _output(decision: Decision) -> Output:
    event_id = ids.decision_id(WORKSPACE, decision.epoch, decision.seq)
    return to_output(
        decision, ROUTING_DECISIONS, key=WORKSPACE, event_id=event_id, source="/bench", partition=PARTITION
    )
