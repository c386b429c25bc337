from __future__ import annotations

import msgspec
import pytest

from deploy.demo.findings import INVARIANTS_OK, Findings
from deploy.demo.report import Load, Versions, failures, report
from deploy.simulation.ledger import ChannelSums, Sums
from deploy.simulation.outcomes import Place

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
WELL = Findings(invariants=INVARIANTS_OK)
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
    assert failures(GOOD, Findings(invariants="one_owner after input 7")) == ("invariants: one_owner after input 7",)
    assert failures(GOOD, WELL) == ()
