from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from deploy.demo.findings import OK, Findings, History
from deploy.demo.report import Load, Versions, failures, report
from deploy.simulation.ledger import ChannelSums, Sums
from deploy.simulation.outcomes import Place
from tests.unit.deploy.simulation.test_replayed import a_day

GOOD = Sums(
    accepted=10,
    places=dict.fromkeys(Place, 0) | {Place.ENDED: 10},
    missing=0,
    never_shown=0,
    duplicated=0,
    unanswered=1,
    connected=9,
    by_channel={"phone": ChannelSums(accepted=5, connected=5, ended=5), "email": ChannelSums(accepted=5, ended=5)},
    ended_by_reason={"completed/agent_ended": 10},
    waits_ms=(1.0, 2.0, 3.0),
)
HISTORY = History(rows=120, lag_p99_ms=40.0, missing=0, without_end=0)
WELL = Findings(invariants=OK, recount=OK, history=HISTORY)
ASKED_FOR = (
    "kafka", "postgres", "accepted", "scheduled", "waiting", "offered", "active", "ended", "lost", "duplicated",
    "invariants", "p50_ms", "p99_ms",
)  # fmt: skip


def test_the_report_begins_with_the_promised_keys() -> None:
    found = report(GOOD, Versions("4.3.1", "18.0"), Load(4, 30, 11, 10), WELL)
    said = msgspec.json.decode(msgspec.json.encode(found))
    assert tuple(said)[: len(ASKED_FOR)] == ASKED_FOR
    assert (said["ended"], said["lost"], said["p50_ms"], said["p99_ms"]) == (10, 0, 2.0, 3.0)
    assert said["failures"] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"missing": 1}, "1 answered 202"),
        ({"never_shown": 2}, "2 never shown"),
        ({"duplicated": 1}, "1 with two agents"),
        ({"connected": 4}, "only 4 of 10"),
        ({"accepted": 0, "connected": 0}, "only 0 of 0"),
        ({"by_channel": {"in_store": ChannelSums(accepted=2, connected=2)}}, "no in_store ended"),
    ],
)
def test_each_thing_that_is_wrong_fails_it(changes: dict[str, object], said: str) -> None:
    found = failures(msgspec.structs.replace(GOOD, **changes), WELL)
    assert len(found) == 1
    assert found[0].startswith(said)


def test_a_broken_invariant_fails_it() -> None:
    assert failures(GOOD, msgspec.structs.replace(WELL, invariants="one_owner after input 7")) == (
        "invariants: one_owner after input 7",
    )
    assert failures(GOOD, WELL) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"recount": "queue orders, live at 1/7: answered is 3, counted again 4"},
            "figures counted again: queue orders",
        ),
        ({"history": msgspec.structs.replace(HISTORY, missing=2)}, "2 answered 202 and not in the timeline"),
        ({"history": msgspec.structs.replace(HISTORY, without_end=1)}, "1 ended and without an end"),
    ],
)
def test_what_writers_missed_fails_it(changes: dict[str, object], said: str) -> None:
    (failure,) = failures(GOOD, msgspec.structs.replace(WELL, **changes))
    assert failure.startswith(said)


def test_the_report_has_what_the_timeline_and_the_figures_came_to() -> None:
    found = report(GOOD, Versions("4.3.1", "18.0"), Load(4, 30, 11, 10), WELL)
    assert (found.metrics_recount, found.timeline_rows, found.timeline_lag_p99_ms) == ("ok", 120, 40.0)


def test_a_day_of_calls_fails_with_a_call_that_did_not_end_once(tmp_path: Path) -> None:
    day = a_day(tmp_path)
    failed = msgspec.structs.replace(day, ends=msgspec.structs.replace(day.ends, never_ended=3))
    found = [report(GOOD, Versions(None, None), Load(4, 30, 11, 10), WELL, one) for one in (day, failed)]
    assert [one.failures for one in found] == [(), ("3 without an end",)]
