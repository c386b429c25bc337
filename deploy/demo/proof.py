"""What the product itself says afterwards, read back: every contact's fate by the log, and whether all of it holds."""

from __future__ import annotations

from typing import Any

import msgspec

from deploy.demo.findings import INVARIANTS_OK, Findings
from deploy.routing_log import records_of
from deploy.simulation.outcomes import Fate, Outcomes
from deploy.verification import Verified, verify
from runtime.kafka import KafkaConnection
from schemas import codec
from schemas.topics import ROUTING_DECISIONS


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Every contact's fate by the log, and the rest."""

    fates: dict[str, Fate]
    findings: Findings


async def prove(kafka: KafkaConnection, workspace: str) -> Proof:
    """Reads the log, and folds it once more."""
    outcomes = await _outcomes(kafka, workspace)
    return Proof(
        fates=outcomes.fates,
        findings=Findings(invariants=in_words(await verify(kafka, workspace))),
    )


async def _outcomes(kafka: KafkaConnection, workspace: str) -> Outcomes:
    outcomes = Outcomes()
    reader = kafka.reader()
    try:
        async for record in records_of(reader, ROUTING_DECISIONS, workspace):
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
    return INVARIANTS_OK
