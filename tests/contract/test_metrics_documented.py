"""docs/metrics.md: every cell of its example is what the engine's decisions give, and every figure is explained."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from schemas.decisions import CommandRefused
from schemas.metrics import Counts, Derived, Dimension, LiveGroup, Now
from schemas.metrics_derived import Formula
from schemas.vocabulary import RoutingStatus
from streams.metrics.fold import fold
from streams.metrics.measure import measure
from streams.metrics.state import State
from streams.routing.scenario_actions import START_MS
from streams.routing.scenario_runner import Scenario

TEXT = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
EXAMPLE = TEXT.split("## The example")[1]
CALLBACKS = TEXT.split("## An example with callbacks")[1].split("\n## ")[0]
CONSULTS = TEXT.split("## An example with consults")[1].split("\n## ")[0]
AT_MS = START_MS + 200_000


def figures(example: str) -> dict[str, LiveGroup]:
    scenario = Scenario(yaml.safe_load(re.findall(r"```yaml\n(.*?)```", example, re.DOTALL)[0]))
    scenario.run()
    decisions = [decision for record in scenario.records for decision in record.decisions]
    assert not [one for one in decisions if isinstance(one, CommandRefused)]
    state = State(decisions[0].workspace)
    for decision in decisions:
        if decision.at_ms <= AT_MS:
            fold(state, decision)
    found = {f"{group.dimension} {group.id}": group for group in measure(state, AT_MS)}
    whole = next(group for group in found.values() if group.dimension is Dimension.WORKSPACE)
    return {**found, "workspace": whole}


def cells(example: str) -> list[tuple[str, str, str]]:
    """The example's table: group, figure, cell."""
    lines = [line for line in example.splitlines() if line.startswith("|")]
    split = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    groups = split[0][1:]
    return [(group, row[0].strip("`"), cell) for row in split[2:] for group, cell in zip(groups, row[1:], strict=True)]


def value_of(group: LiveGroup, figure: str) -> Any:
    found: dict[str, Any] = {
        **{f"status_ms {status}": group.today.status_ms.get(status, 0) for status in RoutingStatus},
        **msgspec.to_builtins(group.today_derived.service_levels),
        **msgspec.structs.asdict(group.today_derived),
        **msgspec.structs.asdict(group.today),
        "waiting now": group.now.waiting,
        "active now": group.now.active,
        "scheduled now": group.now.scheduled,
        "callbacks waiting now": group.now.callbacks_waiting,
    }
    return found[figure]


@pytest.fixture(scope="module")
def counted() -> dict[str, LiveGroup]:
    return figures(EXAMPLE)


@pytest.fixture(scope="module")
def called_back() -> dict[str, LiveGroup]:
    return figures(CALLBACKS)


@pytest.fixture(scope="module")
def consulted() -> dict[str, LiveGroup]:
    return figures(CONSULTS)


@pytest.mark.parametrize(("group", "figure", "cell"), cells(CONSULTS))
def test_a_cell_of_the_example_with_consults_is_what_is_counted(
    consulted: dict[str, LiveGroup], group: str, figure: str, cell: str
) -> None:
    value = value_of(consulted[group], figure)
    assert ("null" if value is None else f"{value}") == cell.replace(" ", "")


@pytest.mark.parametrize(("group", "figure", "cell"), cells(CALLBACKS))
def test_a_cell_of_the_example_with_callbacks_is_what_is_counted(
    called_back: dict[str, LiveGroup], group: str, figure: str, cell: str
) -> None:
    value = value_of(called_back[group], figure)
    assert ("null" if value is None else f"{value}") == cell.replace(" ", "")


@pytest.mark.parametrize(("group", "figure", "cell"), cells(EXAMPLE))
def test_a_cell_of_the_example_is_what_is_counted(
    counted: dict[str, LiveGroup], group: str, figure: str, cell: str
) -> None:
    value = value_of(counted[group], figure)
    assert ("null" if value is None else f"{value}") == cell.replace(" ", "")


def test_the_example_has_every_formula_and_every_derived_figure() -> None:
    shown = {figure for _, figure, _ in cells(EXAMPLE)}
    handed_through = {"service_levels", "service_level_formula", "within_ms", "goal_percent"}
    derived = {field.name for field in msgspec.structs.fields(Derived)} - handed_through
    assert {formula.value for formula in Formula} | derived <= shown


@pytest.mark.parametrize("kind", [Counts, Now, Derived])
def test_every_figure_is_explained(kind: type[msgspec.Struct]) -> None:
    handed_through = {"service_levels", "service_level_formula", "within_ms", "goal_percent"}
    explained = TEXT.split("## The example")[0]
    missing = [
        field.name
        for field in msgspec.structs.fields(kind)
        if f"`{field.name}`" not in explained and field.name not in handed_through
    ]
    assert missing == []
