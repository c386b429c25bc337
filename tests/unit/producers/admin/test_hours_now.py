from __future__ import annotations

from typing import Any

from producers.admin.compile import compile_document
from producers.admin.hours_now import QueueHours, hours_now

NOON_UTC_MS = 1_795_608_000_000
"""25 November 2026, 20:00 in Shanghai."""
SHOP = {"time_zone": "Asia/Shanghai", "weekly": {"mon-sun": "09:00-21:00"}}
NEVER = {"time_zone": "UTC", "weekly": {}}


def now(**document: Any) -> list[QueueHours]:
    compiled = compile_document(document, "w")
    return hours_now(compiled.document, compiled.hours, NOON_UTC_MS)


def test_queues_with_hours_are_said_in_their_own_towns_time() -> None:
    assert now(hours={"shop": SHOP}, queues={"service": {"hours": "shop"}, "mail": {}, "sms": None}) == [
        QueueHours(
            queue="service",
            hours="shop",
            time_zone="Asia/Shanghai",
            open=True,
            since="2026-11-25T09:00:00+08:00",
            until="2026-11-25T21:00:00+08:00",
        )
    ]


def test_what_never_changes_is_for_ever() -> None:
    [found] = now(hours={"never": NEVER}, queues={"old": {"hours": "never"}})
    assert (found.open, found.since, found.until) == (False, None, None)


def test_a_document_without_queues_has_none() -> None:
    assert now(queues=None) == []
