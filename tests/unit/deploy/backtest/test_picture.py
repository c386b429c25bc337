from __future__ import annotations

import re
from xml.etree import ElementTree

from deploy.backtest.figures import compared
from deploy.backtest.people import Outcome
from deploy.backtest.picture import LEAST_CALLS, svg
from schemas.vocabulary import LegState
from tests.support.recorded_calls import a_recorded_call

NAMESPACE = "{http://www.w3.org/2000/svg}"
CALLS = [a_recorded_call(n, at_s=n * 100, waited_s=n % 60) for n in range(4 * LEAST_CALLS)]
OUTCOMES = {call.call_id: Outcome(state=LegState.CONNECTED, waited_ms=90_000, agent_id="dana") for call in CALLS}


def test_both_sides_are_drawn_in_each_panel_within_its_frame() -> None:
    picture = ElementTree.fromstring(svg(compared(CALLS, OUTCOMES), "a <log>"))  # noqa: S314  # Our own text.
    lines = picture.findall(f".//{NAMESPACE}polyline")
    assert len(lines) == 8
    assert picture.findtext(f"{NAMESPACE}title") == "a <log>"
    points = [float(number) for line in lines for number in re.findall(r"[-.\d]+", line.attrib["points"])]
    assert min(points) >= 0
    assert max(points) <= 400


def test_an_hour_with_few_calls_is_left_out() -> None:
    few = [*CALLS[:LEAST_CALLS], a_recorded_call(500, at_s=7_200, waited_s=5)]
    outcomes = {call.call_id: Outcome(state=LegState.ABANDONED, waited_ms=1) for call in few}
    picture = ElementTree.fromstring(svg(compared(few, outcomes), "log"))  # noqa: S314  # Our own text.
    assert len(picture.findall(f".//{NAMESPACE}polyline")[0].attrib["points"].split()) == 1


def test_a_log_with_few_calls_is_an_empty_picture_and_no_error() -> None:
    few = CALLS[:1]
    assert "<polyline" in svg(compared(few, OUTCOMES), "log")
