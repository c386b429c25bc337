from __future__ import annotations

import msgspec

from deploy.backtest.backtest import backtest, prepare
from deploy.backtest.calls import RecordedLog
from deploy.backtest.fitting import Fit, Try
from deploy.backtest.policies import compare
from deploy.backtest.report import Told, summary, text, title_of
from tests.support.recorded_calls import a_recorded_call

CALLS = [
    a_recorded_call(n, at_s=n * 40, waited_s=n % 5 * 10, answered=n % 7 != 6, recorded_priority=str(n % 3))
    for n in range(50)
]


def told(fit: Fit | None = None, *, two: bool = False, problems: tuple[str, ...] = ()) -> Told:
    prepared = prepare(RecordedLog(calls=tuple(CALLS), quirks={"phantom": 3}, lines=53), None, None)
    test = backtest(prepared, prepared.configuration(None), "7", 5_000)
    return Told(
        source="log.csv",
        prepared=prepared,
        quirks={"phantom": 3},
        lines=53,
        seed="7",
        test=test,
        seconds=2.0,
        cpu_seconds=0.5,
        thorough=True,
        problems=problems,
        fit=fit,
        comparison=compare([(test.compared, test.compared)] * 2) if two else None,
    )


def test_the_object_has_ours_at_the_top_and_the_record_beside_it() -> None:
    found = summary(told(Fit(Try(5, 9.0), (Try(5, 9.0),), reached=True)))
    assert (found["asked"], found["after_call_s"], found["invariants"], found["seed"]) == (50, 5.0, "ok", "7")
    assert found["recorded"]["hung_up"] == 7
    assert found["decisions_per_s"] == found["decisions"] * 2
    assert (found["quirks"], found["fit"]["best"]["after_call_s"]) == ({"phantom": 3}, 5)
    assert set(found["by"]) == {"type", "priority", "day", "hour"}
    assert msgspec.json.decode(msgspec.json.encode(found))["fit"]["tries"] == [
        {"after_call_s": 5, "abandoned_percent": 9.0}
    ]


def test_the_text_has_both_sides_the_agents_the_promises_and_what_is_taken_for_granted() -> None:
    lines = text(told(Fit(Try(5, 9.0), (Try(120, 30.0), Try(5, 9.0)), reached=False))).splitlines()
    assert lines[0] == "log.csv: 50 of 53 lines asked for an agent, 2027-02-03 to 2027-02-03, 1 days"
    assert any(
        line.split() == ["hung", "up", "waiting", "7", str(told().test.compared.whole.here.hung_up)] for line in lines
    )
    assert "invariants (the engine's own, the witness and the checker of all rules): ok" in lines
    assert any("could not be fitted, the nearest is 5 s; tried 120 s: 30.00 %, 5 s: 9.00 %" in line for line in lines)
    assert any(line.startswith("1 agents, 1 shifts") for line in lines)
    assert any("priority 0 was not known" in line for line in lines)


def test_two_policies_are_told_with_what_their_comparison_cannot_know() -> None:
    both = told(two=True)
    assert summary(both)["comparison"]["whole"]["within_20s"]["difference"] == 0.0
    assert "what this comparison cannot know:" in text(both)
    assert "comparison" not in summary(told())


def test_the_picture_is_named_after_the_log_and_the_after_call_time() -> None:
    assert title_of(told()) == "log.csv: 话后处理 5 秒 / after-call time 5 s"


def test_a_broken_promise_of_any_run_is_said() -> None:
    broken = told(problems=("seed 1: dana idles", "seed 1: eli too"))
    assert (summary(broken)["invariants"], len(summary(broken)["problems"])) == ("broken: seed 1: dana idles", 2)
    assert "\n  seed 1: eli too\n" in text(broken)
