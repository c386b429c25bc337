"""`hubline up | down | status | logs | doctor` on real services: killed in every way, and nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local import processes, state
from deploy.local.layout import Layout
from deploy.local.processes import Running
from deploy.local.stack import endpoints_now
from deploy.local.supervisor import recorded
from tests.support.stack import new_folder
from tests.support.waiting import wait_until

HUBLINE = str(Path(sys.executable).with_name("hubline"))
TOPIC = "dlq.messages.v1"
COMMAND_TIMEOUT_S = 110


class Folder:
    """One data folder and the commands on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.layout = Layout(data_dir=path)

    def run(self, *arguments: str, code: int = 0, **environ: str) -> str:
        """What the command printed; it must end with `code`."""
        given = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | environ
        done = subprocess.run(
            [HUBLINE, *arguments, "--data-dir", str(self.path)],
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            env=given,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def up(self) -> dict[str, Any]:
        """Brings Kafka and PostgreSQL up, detached; what the last line said."""
        said = self.run("up", "--detach", "--only", "kafka,postgres", "--json").splitlines()
        ready: dict[str, Any] = json.loads(said[-1])
        assert ready["kind"] == "ready"
        return ready

    def running(self) -> dict[str, Running]:
        """The recorded processes that live."""
        return {one.name: one for one in recorded(self.layout)}

    def kill_supervisor(self) -> None:
        """Kills it as a crash would, and waits until it is gone."""
        holder = state.holder_of(self.layout)
        assert holder is not None
        processes.send(holder, signal.SIGKILL)
        assert processes.wait_gone(holder, 5_000)

    def kill_all(self) -> None:
        """What a power switch does to the processes."""
        self.kill_supervisor()
        for one in self.running().values():
            processes.send(one, signal.SIGKILL)
        wait_until(lambda: not self.running())

    async def keep(self, text: str) -> None:
        """One row and one record, both acknowledged."""
        where = endpoints_now(self.path, {})
        connection = await asyncpg.connect(where.database_url)
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (text text PRIMARY KEY)")
        await connection.execute("INSERT INTO kept VALUES ($1)", text)
        await connection.close()
        producer = AIOKafkaProducer(bootstrap_servers=where.kafka, acks="all", enable_idempotence=True)
        await producer.start()
        try:
            await producer.send_and_wait(TOPIC, text.encode())
        finally:
            await producer.stop()

    async def kept(self) -> tuple[list[str], list[str]]:
        """All rows and all records."""
        where = endpoints_now(self.path, {})
        connection = await asyncpg.connect(where.database_url)
        rows = [row["text"] for row in await connection.fetch("SELECT text FROM kept ORDER BY text")]
        await connection.close()
        partition = TopicPartition(TOPIC, 0)
        consumer = AIOKafkaConsumer(bootstrap_servers=where.kafka)
        await consumer.start()
        try:
            consumer.assign([partition])
            end = (await consumer.end_offsets([partition]))[partition]
            consumer.seek(partition, 0)
            records = [(await consumer.getone()).value.decode() for _ in range(end)]
        finally:
            await consumer.stop()
        return rows, records


@pytest.fixture(scope="module")
def folder() -> Iterator[Folder]:
    path, watching = new_folder(os.getpid())
    folder = Folder(path)
    yield folder
    folder.run("down")
    assert folder.running() == {}
    shutil.rmtree(path)
    watching.wait()


@pytest.fixture
def up(folder: Folder) -> Folder:
    folder.up()
    return folder


def test_up_says_where_things_are_and_status_that_they_are_well(up: Folder) -> None:
    status = json.loads(up.run("status", "--json"))
    conditions = {one["name"]: one["condition"] for one in status["processes"]}
    assert status["supervised"] is True
    assert (conditions["kafka"], conditions["postgres"], conditions["http"]) == ("ready", "ready", "down")


def test_the_supervisor_is_no_child_of_the_terminal(up: Folder) -> None:
    holder = state.holder_of(up.layout)
    assert holder is not None
    assert os.getsid(holder.pid) == holder.pid != os.getsid(0)


def test_up_when_all_is_up_changes_nothing(up: Folder) -> None:
    before = up.running()
    up.up()
    assert up.running() == before


@pytest.mark.parametrize("name", ["kafka", "postgres"])
async def test_a_killed_service_comes_back_with_all_that_it_acknowledged(up: Folder, name: str) -> None:
    await up.keep(f"before {name} was killed")
    before = up.running()[name]
    processes.send(before, signal.SIGKILL)
    wait_until(lambda: up.running().get(name, before) != before)
    wait_until(lambda: _all_ready(up), within_s=60)
    rows, records = await up.kept()
    assert f"before {name} was killed" in rows
    assert f"before {name} was killed" in records


async def test_a_killed_supervisor_leaves_the_services_running_and_the_next_adopts_them(up: Folder) -> None:
    before = up.running()
    up.kill_supervisor()
    assert json.loads(up.run("status", "--json", code=1))["supervised"] is False
    assert "run unwatched; the next start takes them over" in up.run("doctor")
    up.up()
    assert up.running() == before


def test_down_ends_what_a_killed_supervisor_left(up: Folder) -> None:
    left = up.running()
    up.kill_supervisor()
    assert json.loads(up.run("down", "--json"))["ended"] == ["kafka", "postgres"]
    assert not any(processes.lives(one) for one in left.values())


def test_down_ends_even_what_was_never_recorded(up: Folder) -> None:
    left = up.running()
    up.kill_supervisor()
    for name in left:
        up.layout.record_file(name).unlink()
    assert json.loads(up.run("down", "--json"))["ended"] == ["kafka", "postgres"]
    assert not any(processes.lives(one) for one in left.values())


async def test_after_a_machine_restart_everything_is_as_it_was(up: Folder) -> None:
    """Killed all at once, pid files left behind; then the pids belong to others: ourselves."""
    await up.keep("before the restart")
    reached = endpoints_now(up.path, {})
    stale = up.running()
    up.kill_all()
    for name, one in stale.items():
        other = Running(name=name, pid=os.getpid(), mark=one.mark, digest=one.digest, ending=one.ending)
        processes.write_record(up.layout.record_file(name), other)
    postmaster = up.layout.postgres_dir / "cluster" / "postmaster.pid"
    lines = postmaster.read_text().splitlines()
    postmaster.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert up.run("status", code=3)
    up.up()
    assert endpoints_now(up.path, {}) == reached
    rows, records = await up.kept()
    assert "before the restart" in rows
    assert "before the restart" in records


def test_a_second_start_after_a_clean_end_prints_how_long_it_took(up: Folder) -> None:
    up.run("down")
    took_ms = up.up()["took_ms"]
    print(f"Kafka and PostgreSQL up again in {took_ms / 1000:.1f} s")
    assert took_ms > 0


def test_a_terminal_that_closes_ends_an_attached_stack_in_order(folder: Folder) -> None:
    folder.run("down")
    attached = subprocess.Popen(
        [HUBLINE, "up", "--only", "postgres", "--data-dir", str(folder.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert attached.stdout is not None
    assert "up after" in attached.stdout.readline()
    attached.send_signal(signal.SIGHUP)
    attached.communicate(timeout=60)
    assert attached.returncode == 0
    assert folder.running() == {}


def test_logs_shows_one_process_or_all(up: Folder) -> None:
    assert "ready to accept connections" in up.run("logs", "postgres")
    named = [json.loads(line)["process"] for line in up.run("logs", "--json").splitlines()]
    assert {"kafka", "postgres", "supervisor"} <= set(named)


def test_no_log_and_no_record_holds_the_databases_password(up: Folder) -> None:
    password = state.load(up.layout).password
    files = [*up.layout.logs_dir.iterdir(), *up.layout.run_dir.iterdir()]
    assert len(files) >= 5
    assert [path.name for path in files if password in path.read_text(errors="replace")] == []


def test_a_name_that_is_no_process_is_wrong_usage(folder: Folder) -> None:
    folder.run("up", "--detach", "--only", "kafkka", code=2)
    folder.run("logs", "kafkka", code=2)


def test_services_of_somebody_else_are_not_started(folder: Folder) -> None:
    folder.run("down")
    folder.run("up", "--detach", "--only", "kafka", KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert folder.running() == {}
    status = json.loads(folder.run("status", "--json", code=3, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1"))
    assert {one["name"]: one["condition"] for one in status["processes"]}["kafka"] == "external"


def test_doctor_finds_this_machine_fit(folder: Folder) -> None:
    findings = [json.loads(line) for line in folder.run("doctor", "--json").splitlines()]
    assert {one["check"] for one in findings} >= {"java", "kafka", "postgres", "disk", "ports", "leftovers"}
    assert all(one["well"] for one in findings)


def _status(folder: Folder) -> str:
    done = subprocess.run(
        [HUBLINE, "status", "--json", "--data-dir", str(folder.path)], capture_output=True, text=True, check=False
    )
    return done.stdout


def _all_ready(folder: Folder) -> bool:
    conditions = {one["name"]: one["condition"] for one in json.loads(_status(folder))["processes"]}
    return {conditions["kafka"], conditions["postgres"]} == {"ready"}
