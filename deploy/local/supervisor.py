"""Keeps the processes of a plan running: starts them in phases, starts again what dies, stops them in order.

Invariants: one supervisor per data folder (its caller holds the folder's lock); a process is recorded in the folder as
soon as it runs; what an earlier supervisor left is adopted when the same command started it, else replaced; a signal
only ever goes to the process that was recorded, never to another one that got its pid.
"""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec

from deploy.local import processes
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.processes import Command, Ending, Running
from deploy.local.restarts import RestartPolicy

WATCH_S: Final = 0.05
READY_POLL_S: Final = 0.025
TAIL_LINES: Final = 15


class Service(msgspec.Struct, frozen=True):
    """One process of a plan.

    `prepare` runs before each start; `is_ready` must answer within a second; `stray` finds the pid of one that runs
    unrecorded.
    """

    name: str
    command: Command
    prepare: Callable[[], None]
    is_ready: Callable[[Running], bool]
    stray: Callable[[], int | None]
    ending: Ending = Ending()
    start_patience_ms: int = 90_000


class Phase(msgspec.Struct, frozen=True):
    """Processes started together; when all are ready `then` runs, and only then the next phase begins. Not `awaited`: nobody
    waits for them.
    """

    services: tuple[Service, ...]
    then: Callable[[], None]
    awaited: bool = True


Plan = tuple[Phase, ...]
Note = Callable[[str], None]


class _Watched:
    """What the supervisor knows of one process."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.running: Running | None = None
        self.child: subprocess.Popen[bytes] | None = None
        self.wanted = False
        self.failures = 0
        self.begun_s = 0.0
        self.due_s = 0.0


class Supervisor:
    """Drives one plan in one data folder. Its methods may be called from any thread."""

    def __init__(self, plan: Plan, layout: Layout, note: Note, policy: RestartPolicy | None = None) -> None:
        self._plan = plan
        self._layout = layout
        self._note = note
        self._policy = policy or RestartPolicy()
        self._watched = {service.name: _Watched(service) for phase in plan for service in phase.services}
        self._lock = threading.RLock()
        self._ending = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The processes of the plan, in the order of their start."""
        return tuple(self._watched)

    def start(self) -> None:
        """Brings everything up and returns when all is ready; from then on what dies is started again.

        Raises StackError when something does not become ready in its time; what was started then still runs, `stop`
        ends it.
        """
        for phase in self._plan:
            for service in phase.services:
                self.resume(service.name)
            for service in phase.services if phase.awaited else ():
                self.wait_ready(service.name)
            phase.then()
        self._layout.up_file.touch()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Ends everything in order; returns when nothing of the plan runs."""
        self._layout.up_file.unlink(missing_ok=True)
        self.release()
        with self._lock:
            for one in self._watched.values():
                one.wanted = False
            stop_recorded([one.running for one in self._watched.values() if one.running], self._layout, self._note)
            for one in self._watched.values():
                self._forget(one)

    def cancel(self) -> None:
        """Ends `wait_cancelled`, and a `start` under way with a StackError; a signal's handler may call it."""
        self._ending.set()

    def wait_cancelled(self) -> None:
        """Returns once somebody cancelled; the watching goes on meanwhile."""
        self._ending.wait()

    def release(self) -> None:
        """Ends the watching and leaves all processes running, for the next supervisor of the folder."""
        self.cancel()
        if self._watcher is not None:
            self._watcher.join()

    def pid(self, name: str) -> int | None:
        """The pid of the process, None while it does not run."""
        running = self._watched[name].running
        return running.pid if running is not None and processes.lives(running) else None

    def kill(self, name: str) -> None:
        """Kills the process at once (SIGKILL); as it is still wanted, it is started again."""
        self.send(name, signal.SIGKILL)

    def send(self, name: str, number: signal.Signals) -> bool:
        """Sends any signal (SIGSTOP freezes, SIGCONT wakes); False when the process does not run."""
        running = self._watched[name].running
        return running is not None and processes.send(running, number)

    def halt(self, name: str) -> None:
        """Ends the process in its orderly way and leaves it off until `resume`."""
        with self._lock:
            one = self._watched[name]
            one.wanted = False
            if one.running is not None:
                stop_recorded([one.running], self._layout, self._note)
            self._forget(one)

    def resume(self, name: str) -> None:
        """Wants the process: adopts the one that runs, else starts it. Does not wait."""
        with self._lock:
            one = self._watched[name]
            one.wanted = True
            if one.running is None:
                self._adopt_or_start(one)

    def wait_ready(self, name: str) -> None:
        """Waits until the process does its work; it is started again meanwhile if it dies.

        Raises StackError with the end of its log when its time is over.
        """
        one = self._watched[name]
        deadline = time.monotonic() + one.service.start_patience_ms / 1000
        while not self.is_ready(name):
            if self._ending.is_set():
                raise StackError("stopped before everything was up")
            if time.monotonic() > deadline:
                raise StackError(
                    f"{name} was not ready after {one.service.start_patience_ms / 1000:.0f} s; the end of its log:\n"
                    + tail(self._layout, name),
                    f"Look at `hubline logs {name}` and run `hubline doctor`.",
                )
            self.tick()
            time.sleep(READY_POLL_S)

    def is_ready(self, name: str) -> bool:
        """Whether the process runs and says that it does its work."""
        one = self._watched[name]
        running = one.running
        return running is not None and processes.lives(running) and one.service.is_ready(running)

    def tick(self) -> None:
        """Looks at every process once: notes deaths, starts what is due. The watching thread calls it twenty times a second."""
        for one in self._watched.values():
            with self._lock:
                self._look(one, time.monotonic())

    def _watch(self) -> None:
        while not self._ending.wait(WATCH_S):
            self.tick()

    def _look(self, one: _Watched, now_s: float) -> None:
        if one.running is not None and not processes.lives(one.running):
            self._bury(one, now_s)
        if one.wanted and one.running is None and now_s >= one.due_s:
            try:
                self._start(one)
            except StackError as error:
                self._delay(one, now_s, str(error))

    def _bury(self, one: _Watched, now_s: float) -> None:
        code = one.child.wait() if one.child is not None else None
        name = one.service.name
        how = "ended" if code is None else f"ended with {_exit_text(code)}"
        self._forget(one)
        if one.wanted:
            self._delay(one, now_s, f"{name} {how}")

    def _delay(self, one: _Watched, now_s: float, why: str) -> None:
        one.failures = self._policy.failures_after(one.failures, round((now_s - one.begun_s) * 1000))
        delay_ms = self._policy.delay_ms(one.failures)
        one.due_s = now_s + delay_ms / 1000
        self._note(f"{why}; starting it again " + (f"in {delay_ms / 1000:.1f} s" if delay_ms else "at once"))

    def _forget(self, one: _Watched) -> None:
        if one.child is not None:
            one.child.wait()
        one.running, one.child = None, None
        self._layout.record_file(one.service.name).unlink(missing_ok=True)

    def _adopt_or_start(self, one: _Watched) -> None:
        service = one.service
        left = processes.read_record(self._layout.record_file(service.name))
        if left is None or not processes.lives(left):
            stray = service.stray()
            left = None if stray is None else processes.adopt(stray, service.name, service.ending)
        if left is not None and left.digest == service.command.digest:
            one.running, one.begun_s = left, time.monotonic()
            self._note(f"{service.name} runs already (pid {left.pid})")
            return
        if left is not None:
            self._note(f"{service.name} runs otherwise than wanted (pid {left.pid}); replacing it")
            processes.stop([left])
        self._start(one)

    def _start(self, one: _Watched) -> None:
        """Raises StackError, for a full disk too: whoever watches tries again, once there may be room."""
        one.begun_s = time.monotonic()
        try:
            self._prepare_and_start(one)
        except (OSError, subprocess.SubprocessError) as error:
            raise StackError(f"{one.service.name} cannot be started: {error}") from error

    def _prepare_and_start(self, one: _Watched) -> None:
        service = one.service
        service.prepare()
        one.begun_s = time.monotonic()
        log_file = self._layout.log_file(service.name)
        one.running, one.child = processes.start(service.name, service.command, log_file, service.ending, one.failures)
        processes.write_record(self._layout.record_file(service.name), one.running)


def recorded(layout: Layout) -> tuple[Running, ...]:
    """The processes that the folder's records name and that live."""
    found = (processes.read_record(path) for path in sorted(layout.run_dir.glob("*.json")))
    return tuple(running for running in found if running is not None and processes.lives(running))


def stop_recorded(running: list[Running], layout: Layout, note: Note) -> None:
    """Ends these processes, the higher ranks first, and removes their records."""
    for rank in sorted({one.ending.rank for one in running}, reverse=True):
        group = [one for one in running if one.ending.rank == rank]
        for name in processes.stop(group):
            note(f"{name} did not end in its time and was killed")
        for one in group:
            layout.record_file(one.name).unlink(missing_ok=True)


def tail(layout: Layout, name: str, lines: int = TAIL_LINES) -> str:
    """The last lines of a process's log."""
    try:
        return "\n".join(layout.log_file(name).read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def _exit_text(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
