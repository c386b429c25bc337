"""The worker as a process on a real Kafka: killed, frozen, stopped, displaced, and with the broker gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from runtime.ids import random_id
from runtime.records import Output, Record, header
from tests.support.broker_suite import producing, read_all
from tests.support.copy_process import MAKER
from tests.support.kafka_bench import KafkaBench
from tests.support.stack import RunningStack, SharedStack, running_stack
from tests.support.waiting import eventually
from tests.support.worker_stage import sources
from tests.support.worker_suite import scene_on

ROOT = Path(__file__).parents[2]
LONG_S = 120.0


class Copying:
    """A source and a target topic, and processes that copy between them."""

    def __init__(self, bench: KafkaBench, folder: Path) -> None:
        self.bench = bench
        self.source = ""
        self.target = ""
        self.expected = 0
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []

    async def prepare(self) -> Copying:
        self.source, self.target = await self.bench.topic(), await self.bench.topic()
        await self.bench.create(f"dlq.{self.source}", 1)
        return self

    def start(self, maker: str, *, instance: str = "copy-1") -> subprocess.Popen[bytes]:
        environ = {
            "PATH": os.environ["PATH"],
            "KAFKA_BOOTSTRAP_SERVERS": self.bench.settings.bootstrap_servers,
            "HUBLINE_INSTANCE": instance,
            "HUBLINE_PORT_FILE": str(self.port_file(maker)),
            "HUBLINE_KAFKA_SESSION_TIMEOUT_MS": "6000",
            "HUBLINE_KAFKA_HEARTBEAT_INTERVAL_MS": "300",
            "HUBLINE_WORKER_MAX_BATCH": "20",
            "COPY_SOURCE": self.source,
            "COPY_TARGET": self.target,
            "COPY_MAKER": maker,
        }
        with self.log_file(maker).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.copy_process"], cwd=ROOT, env=environ, stderr=log
            )
        self._processes.append(process)
        return process

    def port_file(self, maker: str) -> Path:
        return self._folder / f"{maker}.port"

    def log_file(self, maker: str) -> Path:
        return self._folder / f"{maker}.log"

    async def send(self, count: int) -> None:
        async with producing(self.bench.broker) as producer:
            await producer.send([Output(self.source, b"k", str(n).encode()) for n in range(count)])
        self.expected += count

    async def copies(self) -> list[Record]:
        return await read_all(self.bench.broker, self.target)

    async def copied_by(self, maker: str, at_least: int = 1) -> None:
        async def look() -> bool:
            made = Counter(header(record.headers, MAKER) for record in await self.copies())
            return made[maker.encode()] >= at_least

        await _until(look, f"{at_least} copies by {maker}\n{self.log_file(maker).read_text()}")

    async def all_copied(self) -> None:
        async def look() -> bool:
            return len(set(sources(await self.copies()))) >= self.expected

        await _until(look, "everything copied")
        firsts = list(dict.fromkeys(sources(await self.copies())))
        assert firsts == [f"0/{number}" for number in range(self.expected)], "first copies come in order, none missing"

    def end(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()


async def _until(look: Callable[[], object], what: str) -> None:
    await eventually(look, within_s=LONG_S, what=what)


def exit_code(process: subprocess.Popen[bytes]) -> int:
    return process.wait(timeout=LONG_S)


@pytest.fixture
async def copying(stack: SharedStack, tmp_path: Path) -> AsyncIterator[Copying]:
    made = await Copying(KafkaBench(stack.kafka), tmp_path).prepare()
    yield made
    made.end()


async def test_a_process_killed_again_and_again_loses_nothing(copying: Copying) -> None:
    for life in range(3):
        await copying.send(1_000)
        process = copying.start(f"life{life}")
        await copying.copied_by(f"life{life}")
        process.send_signal(signal.SIGKILL)
        assert exit_code(process) == -signal.SIGKILL
    copying.start("last")
    await copying.all_copied()
    copies = sources(await copying.copies())
    assert len(copies) - len(set(copies)) <= 3 * (20 * 50), "only what was not committed yet is done again"


async def test_sigterm_finishes_the_batch_commits_and_leaves(copying: Copying) -> None:
    await copying.send(2_000)
    process = copying.start("first")
    await copying.copied_by("first")
    process.send_signal(signal.SIGTERM)
    assert exit_code(process) == 0
    copying.start("second")
    await copying.all_copied()
    copies = sources(await copying.copies())
    assert len(copies) == len(set(copies)) == 2_000, "nothing is done twice after a clean stop"
    assert '"event":"copy.closed"' in copying.log_file("first").read_text()


async def test_a_frozen_process_that_wakes_after_its_successor_took_over_ends(copying: Copying) -> None:
    await copying.send(1_000)
    zombie = copying.start("zombie")
    await copying.copied_by("zombie")
    zombie.send_signal(signal.SIGSTOP)
    await copying.send(200)
    copying.start("successor")
    await copying.copied_by("successor")
    zombie.send_signal(signal.SIGCONT)
    assert exit_code(zombie) == 1
    await copying.all_copied()
    assert "Displaced" in copying.log_file("zombie").read_text()


async def test_a_process_is_ready_once_it_works_and_says_how_far_behind_it_is(copying: Copying) -> None:
    await copying.send(100)
    copying.start("first")
    await copying.copied_by("first")
    port = int(copying.port_file("first").read_text())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:

        async def caught_up() -> bool:
            text = (await client.get("/metrics")).text
            return f'hubline_worker_records_total{{topic="{copying.source}"}} 100.0' in text

        await _until(caught_up, "100 records handled")
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/livez")).json() == {"ok": True, "problems": {}}


def test_a_misspelt_setting_ends_a_process_before_it_does_anything(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HUBLINE_INSTANSE": "copy-1"}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.support.copy_process"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (
        2,
        "HUBLINE_INSTANSE: no such setting; did you mean HUBLINE_INSTANCE?\n",
    )


@pytest.fixture(scope="module")
def broken_stack() -> Iterator[RunningStack]:
    """A broker that these tests stop and kill; each leaves it running."""
    with running_stack(only=("kafka",)) as running:
        yield running


@contextlib.contextmanager
def without_broker(running: RunningStack) -> Iterator[None]:
    running.supervisor.halt("kafka")
    try:
        yield
    finally:
        running.supervisor.resume("kafka")
        running.supervisor.wait_ready("kafka")


async def test_a_worker_outlives_a_broker_that_stops_and_one_that_is_killed(broken_stack: RunningStack) -> None:
    scene = await scene_on(KafkaBench(broken_stack.endpoints.kafka))
    await scene.send(100)
    async with scene.worker(static_member_id="copy-1", send_timeout_ms=60_000) as run:
        await scene.sent(100)
        with without_broker(broken_stack):
            held = scene.story.idles[scene.where()]
            await eventually(lambda: scene.story.idles[scene.where()] > held + 20)
            assert not run.task.done()
        await scene.send(100)
        await scene.sent(200)
        broken_stack.supervisor.kill("kafka")
        await asyncio.to_thread(broken_stack.supervisor.wait_ready, "kafka")
        await scene.send(100)
        await scene.sent(300)
        assert not run.task.done()
    assert sorted(sources(await scene.copies())) == sorted(f"0/{n}" for n in range(300))


async def test_a_worker_that_starts_before_the_broker_waits_for_it(broken_stack: RunningStack) -> None:
    scene = await scene_on(KafkaBench(broken_stack.endpoints.kafka))
    await scene.send(10)
    with without_broker(broken_stack):
        waiting = scene.worker()
        run = await waiting.__aenter__()
        await eventually(lambda: run.health.ready_problems() != {})
        assert not run.task.done()
    await scene.sent(10)
    await waiting.__aexit__(None, None, None)


async def test_a_send_that_the_broker_never_answers_ends_the_worker(broken_stack: RunningStack) -> None:
    scene = await scene_on(KafkaBench(broken_stack.endpoints.kafka))
    halted = asyncio.Event()

    def tick() -> list[Output]:
        return [Output(scene.target, b"tick", random_id("t").encode())] if halted.is_set() else []

    scene.story.on_idle = tick
    async with scene.worker(send_timeout_ms=1_000) as run:
        await eventually(lambda: scene.story.idles[scene.where()] > 2)
        with without_broker(broken_stack):
            halted.set()
            assert isinstance(await run.failure(), TimeoutError)
