"""A stage on Faust as a process on a real Kafka: killed, frozen, stopped, joined by a second one. Its sums stay exact."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from runtime.records import Output, Record
from tests.support.broker_suite import producing, read_all
from tests.support.count_process import PARTITIONS, Sum
from tests.support.kafka_bench import KafkaBench
from tests.support.stack import SharedStack
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
KEYS = 25
LONG_S = 120.0


class Counting:
    def __init__(self, bench: KafkaBench, folder: Path) -> None:
        self.bench = bench
        self.source = self.target = self.table = ""
        self.expected: Counter[str] = Counter()
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []

    async def prepare(self) -> Counting:
        self.source, self.target, self.table = [await self.bench.topic(PARTITIONS) for _ in range(3)]
        return self

    def start(self, instance: str = "count-1") -> subprocess.Popen[bytes]:
        environ = {
            "PATH": os.environ["PATH"],
            "KAFKA_BOOTSTRAP_SERVERS": self.bench.settings.bootstrap_servers,
            "HUBLINE_INSTANCE": instance,
            "HUBLINE_DATA_DIR": str(self._folder),
            "HUBLINE_KAFKA_SESSION_TIMEOUT_MS": "6000",
            "HUBLINE_KAFKA_HEARTBEAT_INTERVAL_MS": "300",
            "COUNT_SOURCE": self.source,
            "COUNT_TARGET": self.target,
            "COUNT_TABLE": self.table,
        }
        with self.log_file(len(self._processes)).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.count_process"], cwd=ROOT, env=environ, stderr=log, stdout=log
            )
        self._processes.append(process)
        return process

    def log_file(self, number: int) -> Path:
        return self._folder / f"{number}.log"

    async def send(self, count: int) -> None:
        keys = [f"k{number % KEYS}" for number in range(count)]
        async with producing(self.bench.broker) as producer:
            await producer.send([Output(self.source, key.encode(), b"1") for key in keys])
        self.expected.update(keys)

    async def sums(self) -> dict[str, Sum]:
        """What the table's changelog holds in the end."""
        decoder = msgspec.json.Decoder(Sum)
        records = await self._all_of(self.table)
        return {(one.key or b"").decode(): decoder.decode(one.value or b"") for one in records}

    async def told(self) -> int:
        return len(await self._all_of(self.target))

    async def _all_of(self, topic: str) -> list[Record]:
        return [one for number in range(PARTITIONS) for one in await read_all(self.bench.broker, topic, number)]

    async def told_at_least(self, count: int) -> None:
        async def look() -> bool:
            return await self.told() >= count

        try:
            await eventually(look, within_s=LONG_S, what=f"{count} sums told")
        except AssertionError as error:
            logs = [self.log_file(number).read_text()[-3_000:] for number in range(len(self._processes))]
            raise AssertionError("\n".join((str(error), *logs))) from error

    async def all_counted(self) -> None:
        totals: dict[str, int] = {}

        async def look() -> bool:
            totals.clear()
            totals.update({key: kept.total for key, kept in (await self.sums()).items()})
            return sum(totals.values()) >= self.expected.total()

        try:
            await eventually(look, within_s=LONG_S, what="everything counted")
        finally:
            assert totals == self.expected

    def end(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
async def counting(stack: SharedStack, tmp_path: Path) -> AsyncIterator[Counting]:
    made = await Counting(KafkaBench(stack.kafka), tmp_path).prepare()
    yield made
    made.end()


async def test_sums_stay_exact_when_the_process_is_killed_again_and_again(counting: Counting) -> None:
    for _ in range(2):
        before = await counting.told()
        await counting.send(3_000)
        process = counting.start()
        await counting.told_at_least(before + 200)
        process.send_signal(signal.SIGKILL)
        assert process.wait(LONG_S) == -signal.SIGKILL
    counting.start()
    await counting.all_counted()


async def test_a_stopped_process_commits_and_leaves_and_a_second_one_takes_its_share(counting: Counting) -> None:
    first = counting.start("count-1")
    await counting.send(1_000)
    await counting.told_at_least(1_000)
    counting.start("count-2")

    async def shared() -> bool:
        await counting.send(KEYS)
        return {kept.by for kept in (await counting.sums()).values()} >= {"count-1", "count-2"}

    await eventually(shared, within_s=LONG_S, what="both processes counting")
    first.send_signal(signal.SIGTERM)
    assert first.wait(LONG_S) == 0
    await counting.send(500)
    await counting.all_counted()


async def test_a_process_that_wakes_after_a_standstill_ends_without_another_word(counting: Counting) -> None:
    zombie = counting.start()
    await counting.send(500)
    await counting.told_at_least(500)
    zombie.send_signal(signal.SIGSTOP)
    counting.start()
    await counting.send(500)
    await counting.told_at_least(1_000)
    zombie.send_signal(signal.SIGCONT)
    assert zombie.wait(LONG_S) == 1
    counting.start("count-2")  # The zombie may have pushed its successor out on its way, as a supervisor would see.
    await counting.send(200)
    await counting.all_counted()
    log = counting.log_file(0).read_text()
    assert "Frozen" in log or "Displaced" in log
