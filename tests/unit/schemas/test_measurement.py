from __future__ import annotations

from schemas.measurement import Assembly
from tests.support.figures import an_offered, measured


def test_a_measurement_counts_with_its_last_part() -> None:
    assembly = Assembly()
    parts = [measured(an_offered(str(n), n), seq=1, whole=True, part=n, parts=3, at_ms=5) for n in (1, 2, 3)]
    assert [assembly.take(part) for part in parts] == [None, None, parts]
    assert not assembly.needs_whole


def test_what_only_says_what_changed_counts_after_a_whole_one() -> None:
    assembly = Assembly()
    changed = measured(an_offered("orders", 1), seq=2)
    assert assembly.take(changed) is None
    assert assembly.take(measured(seq=2, whole=True)) is not None
    assert assembly.take(changed) == [changed]


def test_after_any_missed_part_a_whole_one_is_needed() -> None:
    for missed in (1, 2, 3):
        assembly = Assembly()
        assembly.take(measured(seq=1, whole=True))
        for part in {1, 2, 3} - {missed}:
            assert assembly.take(measured(seq=2, part=part, parts=3, at_ms=5)) is None
        assert assembly.take(measured(seq=3)) is None
        assert assembly.needs_whole
        assert assembly.take(measured(seq=4, whole=True)) is not None


def test_what_is_from_before_is_passed_over_and_a_new_epoch_needs_a_whole_one() -> None:
    assembly = Assembly()
    assembly.take(measured(seq=7, whole=True))
    assert assembly.take(measured(seq=3, whole=True)) is None
    assert not assembly.needs_whole
    assert assembly.take(measured(seq=1, epoch=2)) is None
    assert assembly.needs_whole
