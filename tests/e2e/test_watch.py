"""`hubline watch` as a supervisor has it: in a real terminal, once, and as lines; figures come from the test's own stage."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from runtime.clock import SystemClock
from schemas.metrics import Counts, Derived, Dimension, LiveGroup
from tests.support.console_process import HUBLINE, ROOT, ScreenConsole, screen_console
from tests.support.figures import a_group, measured, measured_output
from tests.support.product import PASSWORD, Product, Shop, running_product

PARTS = ("kafka", "postgres", "routing", "view", "gateway", "admin")
MISSED = Derived(service_level=7_120, goal_percent=80, within_ms=20_000, asa_ms=4_300, aht_ms=182_000)
WITHIN_S = 120.0
CTRL_C = b"\x03"
TAB = b"\t"
pytestmark = pytest.mark.timeout(600)  # The first test also waits for the stack.


class Floor:
    """A shop of three agents whose supervisor sue watches."""

    def __init__(self, product: Product, shop: Shop) -> None:
        self.product = product
        self.shop = shop
        self.environ = {
            **{name: value for name, value in os.environ.items() if name not in ("LC_ALL", "COLUMNS", "LINES")},
            "HUBLINE_DATA_DIR": str(product.stack.folder),
            "HUBLINE_PASSWORD": PASSWORD,
            "LANG": "en_US.UTF-8",
        }
        self.words = ("--as", "sue", "--workspace", shop.workspace)

    def once(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """`hubline watch --once` without a terminal."""
        return subprocess.run(
            [HUBLINE, "watch", *self.words, "--once", *words],
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=ROOT,
        )

    @asynccontextmanager
    async def figures(self) -> AsyncIterator[None]:
        """A metrics stage that says the same each half second while the block runs."""
        saying = asyncio.create_task(self._say())
        try:
            yield
        finally:
            saying.cancel()
            with suppress(asyncio.CancelledError):
                await saying

    async def _say(self) -> None:
        clock = SystemClock()
        producer = self.product.broker.producer()
        await producer.start()
        try:
            while True:
                record = measured(
                    *self._groups(), seq=1, whole=True, workspace=self.shop.workspace, at_ms=clock.now_ms()
                )
                await producer.send([measured_output(record)])
                await clock.sleep(0.5)
        finally:
            await producer.stop()

    def _groups(self) -> tuple[LiveGroup, ...]:
        today = Counts(offered=231, answered=202, abandoned=19, handled=12)
        return (
            a_group(Dimension.WORKSPACE, self.shop.workspace, today=today),
            a_group(Dimension.QUEUE, "orders", today=today, derived=MISSED),
            a_group(Dimension.CHANNEL, "web_chat"),
            a_group(Dimension.AGENT, "ana", today=today, derived=MISSED),
        )


@pytest.fixture(scope="module")
def floor() -> Iterator[Floor]:
    with running_product(only=PARTS) as product:
        yield Floor(product, asyncio.run(product.open_shop()))


async def shows(console: ScreenConsole, *texts: str) -> str:
    return await asyncio.to_thread(console.shows, *texts, within_s=WITHIN_S)


@pytest.mark.parametrize(
    ("language", "columns", "texts"),
    [
        ("en", 80, ("live, updated", "figures as of", "!71.2%", "web chat", "off queue 3", "cannot be computed")),
        ("zh-CN", 160, ("实时", "指标截至", "!71.2%", "网聊", "未在队列 3", "无法计算")),
    ],
)
async def test_the_table_stands_on_the_terminal_and_is_left_with_ctrl_c(
    floor: Floor, language: str, columns: int, texts: tuple[str, ...]
) -> None:
    words = (*floor.words, "--lang", language)
    async with floor.figures():
        with screen_console(floor.environ, *words, command="watch", columns=columns, rows=24) as console:
            await shows(console, "orders", "231", *texts)
            console.presses(CTRL_C)
            assert await asyncio.to_thread(console.left) == 0


async def test_a_supervisor_acts_from_below_the_table(floor: Floor) -> None:
    words = (*floor.words, "--lang", "en")
    with screen_console(floor.environ, *words, command="watch", columns=100, rows=30) as console:
        await shows(console, "live, updated", "off queue 3")
        console.types("move 0000 orders they asked")
        await shows(console, "no contact's id ends with 0000")
        console.types("status ana available she is back")
        await shows(console, "refused (agent unavailable): set the status of ana to available")
        console.presses(TAB)
        await shows(console, "live, updated", "channel", "priority")
        console.types("quit")
        assert await asyncio.to_thread(console.left) == 0


async def test_what_is_not_live_is_said_until_it_is_again(floor: Floor) -> None:
    with screen_console(floor.environ, *floor.words, command="watch") as console:
        async with floor.figures():
            await shows(console, "live, updated", "figures as of", "!71.2%")
        await shows(console, "live, updated", "FIGURES NOT LIVE", "!71.2%")
        floor.product.supervisor.kill("gateway")
        await asyncio.to_thread(console.headed, "NOT LIVE: connection lost", 0, WITHIN_S)
        async with floor.figures():
            await shows(console, "live, updated", "figures as of", "!71.2%")
            console.presses(CTRL_C)
            assert await asyncio.to_thread(console.left) == 0


async def test_once_prints_one_table_or_its_frames_and_ends(floor: Floor) -> None:
    async with floor.figures():
        table = await asyncio.to_thread(floor.once, "--lang", "zh-CN", COLUMNS="80")
        frames = await asyncio.to_thread(floor.once, "--json", "--queues", "orders")
    assert table.returncode == frames.returncode == 0
    assert "!71.2%" in table.stdout
    assert "\x1b" not in table.stdout
    said = [json.loads(line) for line in frames.stdout.splitlines()]
    assert [frame["type"] for frame in said[:2]] == ["welcome", "snapshot"]
    shown = next(frame for frame in said if frame["type"] == "metrics")
    assert {group["dimension"] for group in shown["groups"]} == {"queue", "agent"}


def test_what_keeps_it_from_watching_has_its_exit_code(floor: Floor) -> None:
    refused = floor.once(HUBLINE_PASSWORD="not hers")
    assert (refused.returncode, refused.stdout) == (1, "")
    away = floor.once("--admin-url", "http://127.0.0.1:9")
    assert (away.returncode, away.stdout) == (3, "")
    assert "not reachable" in away.stderr
    agent = subprocess.run(
        [HUBLINE, "watch", "--as", "ana", *floor.words[2:], "--once"],
        env=floor.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert agent.returncode == 1
    assert "may not connect" in agent.stderr
