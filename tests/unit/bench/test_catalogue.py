from __future__ import annotations

import pytest
from typer.testing import CliRunner

from bench.catalogue import BENCHMARKS
from bench.child import ROLES
from bench.routing_benchmarks import EXACTLY_ONCE, OURS, PIPELINE
from deploy import cli
from deploy.commands import bench


def test_the_command_offers_what_the_catalogue_has() -> None:
    assert tuple(BENCHMARKS) == bench.NAMES


def test_an_unknown_name_is_wrong_usage_and_says_which_there_are() -> None:
    answer = CliRunner().invoke(cli.build(("bench", "scenario")), ["bench", "pipeline", "engine-room"])
    assert answer.exit_code == 2
    assert "engine-room" in answer.stderr
    assert "exactly-once" in answer.stderr


def test_a_run_that_breaks_is_reported_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(quick: bool, note: object) -> list[object]:
        raise RuntimeError("no broker")

    monkeypatch.setitem(BENCHMARKS, "pipeline", broken)
    answer = CliRunner().invoke(cli.build(("bench", "scenario")), ["bench", "pipeline"])
    assert answer.exit_code == 1
    assert "pipeline broke: RuntimeError: no broker" in answer.stderr


def test_every_side_of_a_routing_benchmark_is_a_role() -> None:
    assert {OURS, *(case.peer for plan in (PIPELINE, EXACTLY_ONCE) for case in plan.cases)} <= set(ROLES)
