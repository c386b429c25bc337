"""On a terminal what is too long goes on below its own beginning."""

from __future__ import annotations

import io

from rich.cells import cell_len
from rich.console import Console

from deploy.explained.wrapping import NARROWEST, shown, wrapped

ENGLISH = "08:16:48  nobody could take it; now only ana is asked, who is busy at the moment"
CHINESE = "            此步只问指定坐席（2 人）：bo、cy，没有余力（正在服务或整理）（1 人）：ana"


def test_what_fits_stays_and_what_does_not_goes_on_behind_the_time() -> None:
    assert list(wrapped([ENGLISH], len(ENGLISH))) == [ENGLISH]
    assert list(wrapped([ENGLISH], 50)) == [
        "08:16:48  nobody could take it; now only ana is",
        "          asked, who is busy at the moment",
    ]


def test_chinese_is_broken_by_its_width_and_keeps_its_indent() -> None:
    lines = list(wrapped([CHINESE], NARROWEST))
    assert len(lines) > 1
    assert all(cell_len(line) <= NARROWEST and line.startswith(" " * 12) for line in lines)
    assert "".join(line.strip() for line in lines).replace(" ", "") == CHINESE.strip().replace(" ", "")


def test_only_a_terminal_has_lines_broken() -> None:
    assert shown([ENGLISH, ENGLISH], Console(file=io.StringIO(), width=50)) == f"{ENGLISH}\n{ENGLISH}"
    terminal = Console(file=io.StringIO(), width=50, force_terminal=True)
    assert len(shown([ENGLISH], terminal).splitlines()) == 2
