"""Benchmarks of routing on a real Kafka: `pipeline`, and `exactly-once` against two peers."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from bench.children import ask
from bench.measures import Repeat, Sense, Series, Target
from bench.routed import Timing
from bench.routing_log import Prepared, prepare, renew_outputs
from bench.services import Note, services
from bench.workload import LIVE_BATCH
from deploy.local import kafka

UNIT: Final = "inputs/s"
OURS: Final = "routing"


class Effort(msgspec.Struct, frozen=True):
    """How much is measured."""

    repeats: int
    inputs: int


FULL: Final = Effort(repeats=5, inputs=40_000)
QUICK: Final = Effort(repeats=1, inputs=12_000)


class Case(msgspec.Struct, frozen=True):
    """Ours beside a role of `bench.child`; `live`: in small batches, as they come when nobody is behind."""

    name: str
    peer: str
    target: Target | None
    note: str
    live: bool = False


class Plan(msgspec.Struct, frozen=True):
    """Cases on one log. `repeated`: the share of webhooks in it that come twice; none where a peer cannot tell, or it
    would decide otherwise.
    """

    cases: tuple[Case, ...]
    repeated: float


PIPELINE: Final = Plan((Case("pipeline", "copy", Target(Sense.AT_LEAST, 0.5, 0.65), ""),), repeated=0.01)
EXACTLY_ONCE: Final = Plan(
    (
        Case(
            "exactly-once",
            "transactions",
            Target(Sense.AT_LEAST, 5.0),
            "peer: the same worker on aiokafka transactions, batches of up to 500",
        ),
        Case("exactly-once-live", "transactions", None, f"the same in batches of up to {LIVE_BATCH}", live=True),
        Case("exactly-once-marks", "unmarked", Target(Sense.AT_LEAST, 0.95), "peer: the same worker without marks"),
    ),
    repeated=0.0,
)


def measure(plan: Plan, effort: Effort, note: Note) -> list[Series]:
    """Runs the plan on one broker and one log."""
    with services(note, only=(kafka.NAME,)) as stack:
        return asyncio.run(_measure(plan, effort, stack.endpoints.kafka, note))


async def _measure(plan: Plan, effort: Effort, bootstrap: str, note: Note) -> list[Series]:
    work = await prepare(bootstrap, effort.inputs, plan.repeated)
    note(f"{work.inputs:,} inputs lead to {work.decisions:,} decisions of {work.decision_bytes} bytes")
    return [await _case(case, work, effort.repeats, note) for case in plan.cases]


async def _case(case: Case, work: Prepared, repeats: int, note: Note) -> Series:
    found = []
    work = work.live() if case.live else work
    for number in range(repeats):
        before, peer, after = [await _rate(role, work) for role in (OURS, case.peer, OURS)]
        found.append(Repeat(before, peer, after))
        note(f"{case.name} {number + 1}/{repeats}: {before:,.0f}, peer {peer:,.0f}, {after:,.0f} {UNIT}")
    return Series(case.name, UNIT, tuple(found), case.target, case.note)


async def _rate(role: str, work: Prepared) -> float:
    await renew_outputs(work.bootstrap)
    timing = await ask(role, work, Timing)
    return work.inputs / timing.seconds
