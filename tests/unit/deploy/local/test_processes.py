"""A process is started, found again, and ended - and never confused with another one."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from deploy.local import processes
from deploy.local.errors import StackError
from deploy.local.processes import Command, Ending, Running
from tests.support.waiting import wait_until

SLEEPER = ("/bin/sh", "-c", "exec sleep 600")
DEAF = ("/bin/sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done")


def a_command(folder: Path, argv: tuple[str, ...] = SLEEPER, **environ: str) -> Command:
    return Command(argv=argv, environ=(("PATH", os.defpath), *environ.items()), folder=folder)


class Started:
    """Starts processes and sees to it that none is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[Running] = []
        self.children: list[subprocess.Popen[bytes]] = []

    def __call__(self, argv: tuple[str, ...] = SLEEPER, ending: Ending | None = None, **environ: str) -> Running:
        command = a_command(self.folder, argv, **environ)
        running, child = processes.start("one", command, self.folder / "one.log", ending or Ending())
        self.running.append(running)
        self.children.append(child)
        return running


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    starting = Started(tmp_path)
    yield starting
    for running in starting.running:
        processes.send(running, signal.SIGKILL)
    for child in starting.children:
        child.wait()


def test_it_runs_in_a_session_of_its_own_and_writes_to_its_log(started: Started, tmp_path: Path) -> None:
    running = started(("/bin/sh", "-c", "echo said; echo also >&2; exec sleep 600"))
    assert os.getsid(running.pid) == running.pid
    wait_until(lambda: (tmp_path / "one.log").read_text() == "said\nalso\n")


def test_its_whole_environment_is_the_one_named(started: Started, tmp_path: Path) -> None:
    started(("/bin/sh", "-c", "env; exec sleep 600"), GREETING="hello")
    wait_until(lambda: "GREETING=hello\n" in (tmp_path / "one.log").read_text())
    assert "HOME=" not in (tmp_path / "one.log").read_text()


def test_a_program_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="cannot be started"):
        processes.start("one", a_command(tmp_path, ("/nowhere/java",)), tmp_path / "one.log", Ending())


def test_a_living_process_is_known_by_pid_and_mark_together(started: Started) -> None:
    running = started()
    assert processes.lives(running)
    assert not processes.lives(msgspec.structs.replace(running, mark="another boot:17"))


def test_a_recycled_pid_is_never_signalled(started: Started) -> None:
    running = started()
    stale = msgspec.structs.replace(running, mark="another boot:17")
    assert not processes.send(stale, signal.SIGKILL)
    assert processes.stop([stale]) == ()
    assert processes.lives(running)


def test_a_dead_child_that_nobody_waited_for_does_not_live(started: Started) -> None:
    running = started(("/bin/sh", "-c", "exit 3"))
    assert processes.wait_gone(running, 60_000)


def test_a_process_that_ends_when_asked_is_not_killed(started: Started) -> None:
    running = started()
    assert processes.stop([running]) == ()
    assert not processes.lives(running)


def test_a_frozen_process_is_woken_to_hear_that_it_shall_end(started: Started) -> None:
    running = started()
    processes.send(running, signal.SIGSTOP)
    assert processes.stop([running]) == ()
    assert not processes.lives(running)


def test_one_that_does_not_hear_is_killed_and_named(started: Started, tmp_path: Path) -> None:
    deaf = started(DEAF, Ending(patience_ms=300))
    wait_until(lambda: "deaf" in (tmp_path / "one.log").read_text())
    assert processes.stop([deaf]) == ("one",)
    assert not processes.lives(deaf)


def test_a_record_is_read_back_and_half_a_record_is_none(started: Started, tmp_path: Path) -> None:
    running = started()
    record = tmp_path / "one.json"
    assert processes.read_record(record) is None
    processes.write_record(record, running)
    assert processes.read_record(record) == running
    record.write_bytes(record.read_bytes()[:-9])
    assert processes.read_record(record) is None


def test_an_unrecorded_process_is_found_by_what_its_environment_holds(started: Started, tmp_path: Path) -> None:
    running = started(HUBLINE_DATA_DIR=str(tmp_path), HUBLINE_INSTANCE="routing-1")
    # Its name is the new program's a moment before its environment can be read.
    wait_until(lambda: b"HUBLINE_INSTANCE=" in Path(f"/proc/{running.pid}/environ").read_bytes())
    assert processes.find_by_environ({"HUBLINE_DATA_DIR": str(tmp_path)}, "HUBLINE_INSTANCE") == {
        running.pid: "routing-1"
    }
    assert processes.find_by_environ({"HUBLINE_DATA_DIR": str(tmp_path / "other")}, "HUBLINE_INSTANCE") == {}


def test_the_same_command_has_the_same_digest_whatever_the_order_of_its_environment(tmp_path: Path) -> None:
    one = a_command(tmp_path, A="1", B="2")
    other = msgspec.structs.replace(one, environ=tuple(reversed(one.environ)))
    assert one.digest == other.digest
    assert one.digest != a_command(tmp_path, A="1", B="3").digest


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    with log.open("wb") as file:
        file.truncate(processes.LOG_LIMIT_BYTES + 1)
    processes.turn_log(log)
    assert not log.exists()
    assert log.with_suffix(".log.1").stat().st_size > processes.LOG_LIMIT_BYTES
