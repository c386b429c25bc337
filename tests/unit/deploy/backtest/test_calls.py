from __future__ import annotations

import pytest

from deploy.backtest.calls import RecordedLog, day_ms, day_of, hour_of, name_of
from tests.support.recorded_calls import a_recorded_call


def test_a_window_has_the_calls_of_its_days_the_last_included() -> None:
    days = ["2027-02-03", "2027-02-04", "2027-02-05"]
    log = RecordedLog(calls=tuple(a_recorded_call(1, day=day) for day in days), quirks={}, lines=3)
    assert [call.day for call in log.between("2027-02-04", "2027-02-05")] == days[1:]
    assert [call.day for call in log.between(None, "2027-02-03")] == days[:1]
    assert log.between(None, None) == log.calls


def test_a_moment_has_its_day_and_its_hour() -> None:
    at_ms = day_ms("1999-01-31") + (23 * 3_600 + 59 * 60) * 1000
    assert (day_of(at_ms), hour_of(at_ms)) == ("1999-01-31", "23")
    assert (day_of(at_ms + 120_000), hour_of(at_ms + 120_000)) == ("1999-02-01", "00")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("DANA", "dana"),
        (" De la Cruz ", "de_la_cruz"),
        ("Z2-ARIE", "z2-arie"),
        ("?", "__"),
        ("", "_"),
        ("x" * 80, "x" * 64),
        ("-a", "_-a"),
    ],
)
def test_a_name_becomes_an_id_that_a_document_may_hold(text: str, name: str) -> None:
    assert name_of(text) == name
