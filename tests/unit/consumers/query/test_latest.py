from __future__ import annotations

from typing import Any

from consumers.query.latest import Latest
from schemas.metrics import Counts, Dimension, LiveGroup, MetricsMeasured, Now
from schemas.metrics_derived import derive


def a_group(name: str, waiting: int = 0) -> LiveGroup:
    counts, derived = Counts(), derive(Counts())
    return LiveGroup(
        dimension=Dimension.QUEUE,
        id=name,
        now=Now(waiting=waiting),
        today=counts,
        today_derived=derived,
        interval=counts,
        interval_derived=derived,
    )


def measured(seq: int, *groups: LiveGroup, **fields: Any) -> MetricsMeasured:
    given = {"epoch": 1, "at_ms": seq, "whole": False, **fields}
    return MetricsMeasured(
        workspace="w", seq=seq, day_starts_ms=0, time_zone="UTC", interval_starts_ms=0, groups=groups, **given
    )


def waiting(latest: Latest) -> dict[str, int] | None:
    found = latest.figures(None, None)
    return None if found is None else {group.id: group.now.waiting for group in found.groups}


def test_nothing_is_known_before_the_first_whole_one() -> None:
    latest = Latest()
    latest.take(measured(1, a_group("a")))
    assert waiting(latest) is None
    latest.take(measured(2, a_group("a", 2), whole=True))
    assert waiting(latest) == {"a": 2}


def test_what_changed_is_laid_over_and_what_is_gone_goes_with_the_next_whole_one() -> None:
    latest = Latest()
    latest.take(measured(1, a_group("a"), a_group("b"), whole=True))
    latest.take(measured(2, a_group("a", 3)))
    assert waiting(latest) == {"a": 3, "b": 0}
    latest.take(measured(3, a_group("a", 1), whole=True))
    assert waiting(latest) == {"a": 1}


def test_parts_count_with_the_last_one_and_a_missing_one_waits_for_the_next_whole() -> None:
    latest = Latest()
    latest.take(measured(1, a_group("a", 1), whole=True, part=1, parts=2))
    assert waiting(latest) is None
    latest.take(measured(1, a_group("b", 2), whole=True, part=2, parts=2))
    assert waiting(latest) == {"a": 1, "b": 2}
    latest.take(measured(2, a_group("b", 9), part=2, parts=2))
    assert waiting(latest) is None
    latest.take(measured(3, a_group("a", 4)))
    assert waiting(latest) is None
    latest.take(measured(4, a_group("a", 5), whole=True))
    assert waiting(latest) == {"a": 5}


def test_a_last_part_that_never_came_makes_what_is_known_incomplete() -> None:
    latest = Latest()
    latest.take(measured(1, a_group("a", 1), whole=True))
    latest.take(measured(2, a_group("a", 2), part=1, parts=2))
    assert waiting(latest) == {"a": 1}
    latest.take(measured(3, a_group("b", 3)))
    assert waiting(latest) is None


def test_older_measurements_are_passed_over() -> None:
    latest = Latest()
    latest.take(measured(5, a_group("a", 5), whole=True))
    latest.take(measured(4, a_group("a", 4), whole=True))
    assert waiting(latest) == {"a": 5}


def test_a_new_epoch_begins_with_a_whole_one() -> None:
    latest = Latest()
    latest.take(measured(5, a_group("a", 5), whole=True))
    latest.take(measured(1, a_group("a", 1), epoch=2))
    assert waiting(latest) is None
    latest.take(measured(2, a_group("a", 2), epoch=2, whole=True))
    assert waiting(latest) == {"a": 2}


def test_only_what_is_asked_for_is_answered() -> None:
    latest = Latest()
    latest.take(measured(1, a_group("a"), a_group("b"), whole=True))
    one = latest.figures(Dimension.QUEUE, "b")
    none = latest.figures(Dimension.AGENT, None)
    assert one is not None
    assert none is not None
    assert ([group.id for group in one.groups], none.groups) == (["b"], ())
