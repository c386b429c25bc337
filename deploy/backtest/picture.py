"""The record and the run as a picture (SVG): waits and hang-ups by hour and by day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

import msgspec

from deploy.backtest.figures import Compared, Figures, Pair

WIDTH: Final = 960
PANEL_WIDTH: Final = 400
PANEL_HEIGHT: Final = 190
LEFT: Final = 56
TOP: Final = 78
RIGHT: Final = 8
RECORDED: Final = "#1b5e8c"
HERE: Final = "#c2570c"
INK: Final = "#222222"
GRID: Final = "#d5d5d5"
LEAST_CALLS: Final = 30
"""An hour or day with fewer calls is left out: its means say nothing."""
LABELS_AT_MOST: Final = 16
STEPS: Final = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1_000)


class Panel(msgspec.Struct, frozen=True):
    """One diagram: what is shown of each group."""

    title: str
    group: str
    measure: str


PANELS: Final = (
    Panel("平均等待（秒） / mean wait of the answered, s", "hour", "mean_wait_answered_s"),
    Panel("平均等待（秒） / mean wait of the answered, s", "day", "mean_wait_answered_s"),
    Panel("放弃率（%） / hung up, % of asked", "hour", "abandoned_percent"),
    Panel("放弃率（%） / hung up, % of asked", "day", "abandoned_percent"),
)
GROUP_NAMES: Final = {"hour": "按小时 / by hour", "day": "按日 / by day"}


def svg(compared: Compared, title: str) -> str:
    """The whole picture."""
    rows = (len(PANELS) + 1) // 2
    height = TOP + rows * (PANEL_HEIGHT + 76)
    canvas = f'viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif" font-size="12" fill="{INK}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {canvas}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="26" font-size="16">{escape(title)}</text>',
        *_legend(),
    ]
    for number, panel in enumerate(PANELS):
        x = LEFT + number % 2 * (PANEL_WIDTH + LEFT + RIGHT)
        y = TOP + 24 + number // 2 * (PANEL_HEIGHT + 76)
        parts += [f'<g transform="translate({x} {y})">', *_panel(panel, compared.by[panel.group]), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> Iterator[str]:
    for x, colour, dash, text in ((LEFT, RECORDED, "", "记录 / recorded"), (LEFT + 180, HERE, "6 3", "本引擎 / here")):
        yield f'<line x1="{x}" y1="46" x2="{x + 34}" y2="46" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>'
        yield f'<text x="{x + 42}" y="50">{text}</text>'


def _panel(panel: Panel, groups: Mapping[str, Pair]) -> Iterator[str]:
    shown = {name: pair for name, pair in groups.items() if pair.recorded.asked >= LEAST_CALLS}
    recorded = [_value(pair.recorded, panel.measure) for pair in shown.values()]
    here = [_value(pair.here, panel.measure) for pair in shown.values()]
    highest = max([*recorded, *here, 1.0])
    step = next((one for one in STEPS if highest / one <= 5), STEPS[-1])
    top = -(-highest // step) * step
    yield f'<text x="0" y="-10" font-size="13">{panel.title}, {GROUP_NAMES[panel.group]}</text>'
    at = 0.0
    while at <= top:
        y = PANEL_HEIGHT * (1 - at / top)
        yield f'<line x1="0" y1="{y:.1f}" x2="{PANEL_WIDTH}" y2="{y:.1f}" stroke="{GRID}"/>'
        yield f'<text x="-8" y="{y + 4:.1f}" text-anchor="end">{at:g}</text>'
        at += step
    yield from _labels(list(shown))
    yield from _line(recorded, top, RECORDED, "")
    yield from _line(here, top, HERE, "6 3")


def _labels(names: Sequence[str]) -> Iterator[str]:
    every = -(-len(names) // LABELS_AT_MOST) if names else 1
    for number, name in enumerate(names):
        if number % every == 0:
            short = name[-2:]
            yield f'<text x="{_x(number, len(names)):.1f}" y="{PANEL_HEIGHT + 18}" text-anchor="middle">{escape(short)}</text>'


def _line(values: Sequence[float], top: float, colour: str, dash: str) -> Iterator[str]:
    points = [(_x(number, len(values)), PANEL_HEIGHT * (1 - value / top)) for number, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
    yield from _dots(points, colour)


def _dots(points: Iterable[tuple[float, float]], colour: str) -> Iterator[str]:
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}"/>'


def _x(number: int, of: int) -> float:
    return (number + 0.5) * PANEL_WIDTH / of


def _value(figures: Figures, measure: str) -> float:
    found = getattr(figures, measure)
    return 0.0 if found is None else float(found)
