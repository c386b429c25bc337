"""The log of "Anonymous Bank" as recorded calls (`deploy.simulation.bank_log` reads its lines). Pure.

A call asks for an agent when it leaves the VRU. Its type is its queue and the skill that it needs; high priority is
worth one step of `priority_step`, 90 s in the bank's own document; priority 0 (the caller was not known) is neutral.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Final

from deploy.backtest.calls import MS, NEUTRAL, RecordedCall, RecordedLog, day_ms, name_of
from deploy.simulation.bank_day import HIGH, URGENT, queue_of
from deploy.simulation.bank_log import BankCall, BankLog

NO_SUCH_DAY: Final = "no_such_day"
SAME_ID: Final = "same_call_twice"


def recorded(log: BankLog) -> RecordedLog:
    """Those who asked for an agent. Days that no calendar has, and calls that stand there twice, are counted and left out."""
    quirks = Counter({quirk.value: count for quirk, count in log.quirks.items()})
    found: dict[str, RecordedCall] = {}
    for call in log.calls:
        if not call.asked:
            continue
        if not _is_day(call.day):
            quirks[NO_SUCH_DAY] += 1
            continue
        one = _call(call)
        if one.call_id in found:
            quirks[SAME_ID] += 1
            continue
        found[one.call_id] = one
    calls = sorted(found.values(), key=lambda one: (one.asked_ms, one.call_id))
    return RecordedLog(calls=tuple(calls), quirks=dict(quirks), lines=log.lines)


def _call(call: BankCall) -> RecordedCall:
    midnight_ms = day_ms(call.day)
    queue = queue_of(call)
    return RecordedCall(
        call_id=f"{call.day}.{call.call_id}.{call.asked_s}",
        day=call.day,
        asked_ms=midnight_ms + call.asked_s * MS,
        queue=queue,
        skill=queue,
        type=call.type,
        priority=URGENT if call.priority == HIGH else NEUTRAL,
        recorded_priority=str(call.priority),
        answered=call.answered,
        queued=call.queued,
        waited_ms=call.waited_s * MS,
        patience_ms=None if call.answered else call.waited_s * MS,
        begun_ms=None if call.begun_s is None else midnight_ms + call.begun_s * MS,
        service_ms=None if call.begun_s is None else call.service_s * MS,
        agent_id=None if call.agent is None else name_of(call.agent),
    )


def _is_day(day: str) -> bool:
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        return False
    return True
