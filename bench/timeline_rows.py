"""Rows as a busy center's timeline has them: nine of a call's ten are decisions, one is a message. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bench.workload import WORKSPACE
from consumers.timeline_writer.rows import TimelineRow, row_of
from schemas import ids
from schemas.timeline import TimelineEntryAdded, TimelineKind
from schemas.values import Explanation, ScorePart
from schemas.vocabulary import LegKind, PassedOver

_STORY: Final = (
    TimelineKind.CONTACT_ARRIVED,
    TimelineKind.CONTACT_QUEUED,
    TimelineKind.OFFER_MADE,
    TimelineKind.OFFER_ACCEPTED,
    TimelineKind.AGENT_CONNECTED,
    TimelineKind.MESSAGE_POSTED,
    TimelineKind.HOLD_STARTED,
    TimelineKind.HOLD_ENDED,
    TimelineKind.AGENT_PART_ENDED,
    TimelineKind.CONTACT_ENDED,
)
_STEP_MS: Final = 7
_AT_ONCE: Final = 50
_WHY: Final = Explanation(
    queue="after_sales",
    step=0,
    requirements={"mandarin": 3, "refunds": 2},
    considered=4,
    passed_over={PassedOver.OFF_QUEUE: 1, PassedOver.LACKS_SKILL: 1},
    score=(ScorePart(name="rank", value=1), ScorePart(name="idle_since_ms", value=1_795_312_740_000)),
    runner_up="bo",
    tie_break="idle_since_ms",
    configuration_version=3,
)


def made(count: int, from_ms: int) -> list[TimelineRow]:
    """`count` rows, in the order of a log in which many contacts go on at once."""
    rows = []
    for number, (contact, kind) in zip(range(count), _log(), strict=False):
        rows.append(row_of(_entry(number, contact, kind, from_ms + number * _STEP_MS), from_ms))
    return rows


def _log() -> Iterator[tuple[int, TimelineKind]]:
    first = 0
    while True:
        for kind in _STORY:
            yield from ((contact, kind) for contact in range(first, first + _AT_ONCE))
        first += _AT_ONCE


def _entry(number: int, contact: int, kind: TimelineKind, at_ms: int) -> TimelineEntryAdded:
    interaction = ids.interaction_id(WORKSPACE, "bench", str(contact))
    shared: dict[str, Any] = {"workspace": WORKSPACE, "kind": kind, "at_ms": at_ms, "order": number}
    shared |= {"interaction_id": interaction, "queue": "after_sales", "agent_id": f"agent-{contact % 500}"}
    if kind is TimelineKind.MESSAGE_POSTED:
        message = ids.message_id(WORKSPACE, "bench", str(contact))
        return TimelineEntryAdded(entry_id=f"m/{message}", message_id=message, author="customer", **shared)
    leg = ids.leg_id(interaction, 1)
    return TimelineEntryAdded(
        entry_id=ids.decision_id(WORKSPACE, 1, number + 1),
        customer_id=f"c_{ids.event_id(WORKSPACE, 'bench', str(contact // 3))}",
        channel="phone",
        site="tianhe",
        leg_id=leg,
        leg_kind=LegKind.MAIN,
        offer_id=ids.offer_id(leg, 1),
        duration_ms=number,
        explanation=_WHY if kind is TimelineKind.OFFER_MADE else None,
        **shared,
    )
