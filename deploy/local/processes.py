"""One process of the stack: started in a session of its own, recorded, found again, signalled, stopped.

A record holds the pid and the process's start mark, so that a recycled pid is never taken for ours: no signal is sent
before the mark was compared, and where the system has pidfds nothing can come between.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import psutil

from deploy.local.errors import StackError

POLL_S: Final = 0.02
KILLED_MS: Final = 30_000
"""Nothing can refuse SIGKILL; a busy machine takes a moment to carry it out."""
LOG_LIMIT_BYTES: Final = 32 * 1024 * 1024
_PROC: Final = Path("/proc")
_DEAD: Final = frozenset({"Z", "X"})


class Account(msgspec.Struct, frozen=True):
    """The account that a process runs as when it is not the supervisor's own."""

    uid: int
    gid: int


class Command(msgspec.Struct, frozen=True):
    """What is started: the whole environment is named, nothing is inherited."""

    argv: tuple[str, ...]
    environ: tuple[tuple[str, str], ...]
    folder: Path
    account: Account | None = None

    @property
    def digest(self) -> str:
        """Equal for equal commands: a running process is adopted only if it was started by the same one."""
        return hashlib.sha256(msgspec.json.encode((self.argv, sorted(self.environ)))).hexdigest()


class Ending(msgspec.Struct, frozen=True):
    """How a process is asked to end; those of a higher rank end before those of a lower one."""

    signal: int = signal.SIGTERM
    patience_ms: int = 20_000
    rank: int = 0


class Running(msgspec.Struct, frozen=True):
    """A process that was started: its pid, the mark of that very process, the digest of its command, how it ends."""

    name: str
    pid: int
    mark: str
    digest: str
    ending: Ending = Ending()
    restarts: int = 0
    started_ms: int = 0


def mark_of(pid: int) -> str | None:
    """What tells this process from any other that had or will have its pid; None when no such process lives."""
    seen = _seen(pid)
    return None if seen is None or seen[1] else seen[0]


def _seen(pid: int) -> tuple[str, bool] | None:
    """The process's mark, and whether it has ended and only waits for its parent to notice."""
    if (_PROC / "self" / "stat").exists():
        return _seen_on_linux(pid)
    try:
        process = psutil.Process(pid)
        return str(process.create_time()), process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None


def _seen_on_linux(pid: int) -> tuple[str, bool] | None:
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}:{fields[19]}", fields[0] in _DEAD


def lives(running: Running) -> bool:
    """Whether that very process lives (a zombie does not)."""
    return mark_of(running.pid) == running.mark


def start(
    name: str, command: Command, log_file: Path, ending: Ending, restarts: int = 0
) -> tuple[Running, subprocess.Popen[bytes]]:
    """Starts the command; its standard output and error go to the end of `log_file`.

    Raises StackError when the program cannot be executed.
    """
    turn_log(log_file)
    account = command.account
    with log_file.open("ab") as log:
        try:
            child = subprocess.Popen(
                command.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(command.environ),
                cwd=command.folder,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=() if account else None,
            )
        except OSError as error:
            raise StackError(f"{name} cannot be started: {error}") from error
    seen = _seen(child.pid)  # Never None: our child keeps its entry until we have waited for it.
    running = Running(
        name=name,
        pid=child.pid,
        mark=seen[0] if seen is not None else "",
        digest=command.digest,
        ending=ending,
        restarts=restarts,
        started_ms=time.time_ns() // 1_000_000,
    )
    return running, child


def send(running: Running, number: signal.Signals) -> bool:
    """Sends a signal to that very process; False when it is gone."""
    if not hasattr(os, "pidfd_open") or not hasattr(signal, "pidfd_send_signal"):
        return _send_by_pid(running, number)
    try:
        handle = os.pidfd_open(running.pid)
    except OSError:
        return False
    try:
        if not lives(running):
            return False
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def _send_by_pid(running: Running, number: signal.Signals) -> bool:
    if not lives(running):
        return False
    try:
        os.kill(running.pid, number)
    except ProcessLookupError:
        return False
    return True


def stop(group: Sequence[Running]) -> tuple[str, ...]:
    """Asks all of the group to end at once and waits; kills those whose patience is over, and names them.

    A frozen process is woken, since it cannot hear otherwise.
    """
    asked_s = time.monotonic()
    for running in group:
        send(running, signal.Signals(running.ending.signal))
        send(running, signal.SIGCONT)
    killed = []
    for running in group:
        left_ms = running.ending.patience_ms - round((time.monotonic() - asked_s) * 1000)
        if not wait_gone(running, max(left_ms, 0)):
            send(running, signal.SIGKILL)
            wait_gone(running, KILLED_MS)
            killed.append(running.name)
    return tuple(killed)


def wait_gone(running: Running, patience_ms: int) -> bool:
    """Waits until the process is gone; False when it still lives after `patience_ms`."""
    deadline = time.monotonic() + patience_ms / 1000
    while lives(running):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def write_record(path: Path, running: Running) -> None:
    """Replaces the record in one step."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(msgspec.json.encode(running))
    os.replace(fresh, path)


def read_record(path: Path) -> Running | None:
    """The recorded process, None without a whole record."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Running)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def adopt(pid: int, name: str, ending: Ending) -> Running | None:
    """Takes a living process that was found, not started, for `name`; None when it is gone."""
    mark = mark_of(pid)
    return None if mark is None else Running(name=name, pid=pid, mark=mark, digest="", ending=ending)


def find_by_environ(wanted: Mapping[str, str], shown: str) -> dict[int, str]:
    """Living processes whose environment holds all of `wanted`, with what it says of the variable `shown`.

    This finds those that were started, but not recorded before their starter died.
    """
    found = {}
    for process in psutil.process_iter():
        try:
            environ = process.environ()
        except (psutil.Error, OSError):
            continue
        if shown in environ and all(environ.get(name) == value for name, value in wanted.items()):
            found[process.pid] = environ[shown]
    return found


def turn_log(log_file: Path) -> None:
    """Puts a long log aside, one generation."""
    if log_file.exists() and log_file.stat().st_size > LOG_LIMIT_BYTES:
        os.replace(log_file, log_file.with_suffix(".log.1"))
