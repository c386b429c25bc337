"""Progress is one line on a terminal, and plain lines now and then elsewhere."""

from __future__ import annotations

import io

from deploy.progress import PLAIN_EVERY_S, TERMINAL_EVERY_S, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_elsewhere_a_plain_line_comes_now_and_then_and_none_of_a_short_command() -> None:
    stream, clock = io.StringIO(), Clock()
    with Progress(stream, clock) as progress:
        progress.inputs(1_000)
        clock.now_s = PLAIN_EVERY_S
        progress.inputs(25_000)
        progress.inputs(25_001)
        clock.now_s = 2 * PLAIN_EVERY_S
        progress.inputs(50_000)
    assert stream.getvalue() == "25,000 inputs\n50,000 inputs\n"


def test_on_a_terminal_one_line_is_written_over_and_wiped_at_the_end() -> None:
    stream, clock = Terminal(), Clock()
    with Progress(stream, clock) as progress:
        clock.now_s = TERMINAL_EVERY_S
        progress.inputs(2_000)
    assert stream.getvalue() == "\r\x1b[K2,000 inputs\r\x1b[K"
