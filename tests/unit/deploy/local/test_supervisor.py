"""What dies is started again, what is left over is adopted or replaced, everything ends in order."""

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
from deploy.local.layout import Layout
from deploy.local.plan import nothing
from deploy.local.processes import Command, Ending
from deploy.local.restarts import RestartPolicy
from deploy.local.supervisor import Phase, Service, Supervisor, recorded
from tests.support.waiting import wait_until

QUICK = RestartPolicy(first_ms=10, longest_ms=50)
SLEEPS = "exec sleep 600"


class Bench:
    """Makes supervisors over one folder, and remembers what they say."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout(data_dir=folder)
        self.layout.make_folders()
        self.said: list[str] = []
        self.made: list[Supervisor] = []

    def service(self, name: str, script: str = SLEEPS, rank: int = 0, patience_ms: int = 60_000) -> Service:
        return Service(
            name=name,
            command=Command(
                argv=("/bin/sh", "-c", script), environ=(("PATH", os.defpath),), folder=self.layout.data_dir
            ),
            prepare=nothing,
            is_ready=lambda running: True,
            stray=lambda: None,
            ending=Ending(rank=rank, patience_ms=60_000),
            start_patience_ms=patience_ms,
        )

    def supervisor(self, *services: Service) -> Supervisor:
        phases = tuple(Phase(services=(service,), then=nothing) for service in services)
        made = Supervisor(phases, self.layout, self.said.append, QUICK)
        self.made.append(made)
        return made


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "data")
    yield made
    for supervisor in made.made:
        supervisor.stop()
    assert recorded(made.layout) == ()


def test_a_phase_that_is_not_awaited_is_started_and_holds_nothing_up(bench: Bench) -> None:
    late = msgspec.structs.replace(bench.service("late"), is_ready=lambda running: False)
    phases = (
        Phase(services=(bench.service("one"),), then=nothing),
        Phase(services=(late,), then=nothing, awaited=False),
    )
    supervisor = Supervisor(phases, bench.layout, bench.said.append, QUICK)
    bench.made.append(supervisor)
    supervisor.start()
    assert supervisor.pid("late") is not None
    assert not supervisor.is_ready("late")


def test_everything_runs_after_the_start_and_nothing_after_the_end(bench: Bench) -> None:
    supervisor = bench.supervisor(bench.service("one"), bench.service("two"))
    supervisor.start()
    assert [one.name for one in recorded(bench.layout)] == ["one", "two"]
    assert supervisor.pid("one") != supervisor.pid("two")
    assert bench.layout.up_file.exists()
    supervisor.stop()
    assert not bench.layout.up_file.exists()
    assert (supervisor.pid("one"), supervisor.pid("two")) == (None, None)


def test_the_step_between_two_phases_runs_when_the_first_is_ready_and_before_the_second(bench: Bench) -> None:
    seen = []
    first, second = bench.service("first"), bench.service("second")
    phases = (
        Phase(services=(first,), then=lambda: seen.append([one.name for one in recorded(bench.layout)])),
        Phase(services=(second,), then=nothing),
    )
    supervisor = Supervisor(phases, bench.layout, bench.said.append, QUICK)
    bench.made.append(supervisor)
    supervisor.start()
    assert seen == [["first"]]
    assert supervisor.pid("second") is not None


def test_a_killed_process_is_started_again(bench: Bench) -> None:
    supervisor = bench.supervisor(bench.service("one"))
    supervisor.start()
    before = supervisor.pid("one")
    supervisor.kill("one")
    wait_until(lambda: supervisor.pid("one") not in (None, before))
    assert any("one ended with signal SIGKILL" in line for line in bench.said)


def test_a_process_that_always_dies_is_tried_again_and_again_until_patience_is_over(bench: Bench) -> None:
    dying = bench.service("one", "echo broken; exit 7", patience_ms=100)
    supervisor = bench.supervisor(msgspec.structs.replace(dying, is_ready=lambda running: False))
    supervisor.resume("one")

    def died_three_times() -> bool:
        supervisor.tick()
        return sum("exit code 7" in line for line in bench.said) >= 3

    wait_until(died_three_times)
    with pytest.raises(StackError, match=r"one was not ready[\s\S]*broken"):
        supervisor.start()


@pytest.mark.parametrize("fault", [OSError("no space left"), subprocess.TimeoutExpired("format", 60)])
def test_what_cannot_be_prepared_at_first_is_started_once_it_can(bench: Bench, fault: Exception) -> None:
    faults = [fault]

    def prepare() -> None:
        if supervisor.pid("other") is not None and faults:
            raise faults.pop()

    one = msgspec.structs.replace(bench.service("one"), prepare=prepare)
    supervisor = bench.supervisor(one, bench.service("other"))
    supervisor.start()
    before = supervisor.pid("one")
    supervisor.kill("one")
    wait_until(lambda: supervisor.pid("one") not in (None, before))
    assert any("one cannot be started" in line for line in bench.said)


def test_a_first_start_that_cannot_be_prepared_says_why(bench: Bench) -> None:
    def prepare() -> None:
        raise OSError("no space left")

    supervisor = bench.supervisor(msgspec.structs.replace(bench.service("one"), prepare=prepare))
    with pytest.raises(StackError, match="one cannot be started: no space left"):
        supervisor.start()


def test_a_halted_process_stays_off_until_it_is_resumed(bench: Bench) -> None:
    supervisor = bench.supervisor(bench.service("one"))
    supervisor.start()
    supervisor.halt("one")
    supervisor.tick()
    assert supervisor.pid("one") is None
    supervisor.resume("one")
    supervisor.wait_ready("one")
    assert supervisor.pid("one") is not None


def test_what_an_earlier_supervisor_left_running_is_adopted(bench: Bench) -> None:
    first = bench.supervisor(bench.service("one"))
    first.start()
    first.release()
    second = bench.supervisor(bench.service("one"))
    second.start()
    assert second.pid("one") == first.pid("one")
    second.kill("one")
    wait_until(lambda: second.pid("one") not in (None, first.pid("one")))


def test_what_was_started_by_another_command_is_replaced(bench: Bench) -> None:
    first = bench.supervisor(bench.service("one"))
    first.start()
    first.release()
    left = first.pid("one")
    second = bench.supervisor(bench.service("one", "exec sleep 601"))
    second.start()
    assert second.pid("one") != left
    assert first.pid("one") is None


def test_an_unrecorded_process_is_replaced(bench: Bench) -> None:
    service = bench.service("one")
    running, child = processes.start("one", service.command, bench.layout.log_file("one"), service.ending)
    found = Service(
        name="one", command=service.command, prepare=nothing, is_ready=service.is_ready, stray=lambda: running.pid
    )
    supervisor = bench.supervisor(found)
    supervisor.start()
    assert child.wait() == -signal.SIGTERM
    assert supervisor.pid("one") not in (None, running.pid)


def test_higher_ranks_have_ended_before_lower_ones_are_asked(bench: Bench) -> None:
    trap = "trap 'echo {0} >> order; exit 0' TERM; while :; do sleep 0.02; done"
    low = bench.service("low", trap.format("low"), rank=0)
    high = bench.service("high", trap.format("high"), rank=1)
    supervisor = bench.supervisor(low, high)
    supervisor.start()
    trapped = ("low", "high")
    wait_until(lambda: all(_traps_term(supervisor.pid(name)) for name in trapped))
    supervisor.stop()
    assert (bench.layout.data_dir / "order").read_text().split() == ["high", "low"]


def test_a_cancelled_start_ends_with_an_error(bench: Bench) -> None:
    service = bench.service("one")
    supervisor = bench.supervisor(msgspec.structs.replace(service, is_ready=lambda running: False))
    supervisor.cancel()
    with pytest.raises(StackError, match="stopped before"):
        supervisor.start()


def _traps_term(pid: int | None) -> bool:
    if pid is None:
        return False
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) & 1 << (signal.SIGTERM - 1))
