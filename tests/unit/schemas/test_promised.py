"""Scheduled callbacks by queue."""

from __future__ import annotations

from schemas.promised import Promised
from schemas.values import LegValue
from schemas.vocabulary import LegKind, LegState


def a_leg(at_ms: int | None, queue: str = "orders", name: str = "i1") -> LegValue:
    return LegValue(
        leg_id=f"{name}.1",
        interaction_id=name,
        number=1,
        kind=LegKind.MAIN,
        state=LegState.QUEUED if at_ms is None else LegState.SCHEDULED,
        since_ms=1,
        queue=queue,
        scheduled_for_ms=at_ms,
    )


def test_the_earliest_comes_first_and_a_changed_time_moves_it() -> None:
    promised = Promised()
    assert promised.put(None, a_leg(9)) == {"orders"}
    assert promised.put(None, a_leg(5, name="i2")) == {"orders"}
    assert promised.of("orders") == ["i2.1", "i1.1"]
    assert promised.put(a_leg(5, name="i2"), a_leg(20, name="i2")) == {"orders"}
    assert promised.of("orders") == ["i1.1", "i2.1"]


def test_what_changes_nothing_touches_no_queue() -> None:
    promised = Promised()
    promised.put(None, a_leg(9))
    assert promised.put(a_leg(9), a_leg(9)) == set()
    assert promised.put(None, a_leg(None, name="i2")) == set()


def test_who_enters_is_promised_nothing_any_more() -> None:
    promised = Promised()
    promised.put(None, a_leg(9))
    assert promised.put(a_leg(9), a_leg(None)) == {"orders"}
    assert (promised.count("orders"), list(promised.queues())) == (0, [])
