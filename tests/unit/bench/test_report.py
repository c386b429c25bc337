from __future__ import annotations

import json

import msgspec
import pytest

from bench.measures import Machine, Repeat, Sense, Series, Target, summarise
from bench.report import figure, json_line, table

MACHINE = Machine("2 x abacus", {"python": "3.11"})
PIPELINE = Series("pipeline", "inputs/s", (Repeat(4_000, 10_000, 4_000),), Target(Sense.AT_LEAST, 0.5, 0.65))


def test_the_table_names_ours_the_peer_the_ratio_and_the_verdict() -> None:
    heading, line = table([summarise(PIPELINE, MACHINE)])
    assert heading.split() == ["name", "unit", "ours", "peer", "ratio", "target", "met", "spread"]
    assert line == "pipeline  inputs/s  4,000  10,000  0.400  >= 0.5, then 0.65  no   -"


def test_notes_follow_the_table() -> None:
    noted = msgspec.structs.replace(PIPELINE, note="on an idle machine", target=None)
    assert table([summarise(noted, MACHINE)])[1:] == [
        "pipeline  inputs/s  4,000  10,000  0.400  reported  -    -",
        "pipeline: on an idle machine",
    ]


def test_a_line_of_json_holds_everything_that_a_program_needs() -> None:
    said = json.loads(json_line(summarise(PIPELINE, MACHINE)))
    wanted = {"name", "unit", "ours", "peer", "ratio", "target", "met", "spread", "cpu", "versions"}
    assert wanted <= said.keys()
    assert (said["ratio"], said["met"]) == (0.4, False)


@pytest.mark.parametrize(("value", "text"), [(12_345.6, "12,346"), (12.3456, "12.35"), (0.5, "0.5")])
def test_figures_have_no_false_digits(value: float, text: str) -> None:
    assert figure(value) == text
