"""What a data folder remembers: ports, the cluster's id, the database's password; and the lock that makes one supervisor.

The lock is the system's own on an open file: it goes with its holder, however that dies, so it is never stale.
"""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from deploy.local import processes
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.processes import Ending, Running

HOST: Final = "127.0.0.1"
SUPERVISOR: Final = "supervisor"
UP_PATIENCE_S: Final = 180.0
LOOK_S: Final = 0.1
ENDING: Final = Ending(patience_ms=90_000, rank=9)
"""A supervisor ends all of its own first, which takes its time."""


class State(msgspec.Struct, frozen=True):
    """Kept across restarts; `password` is the database's, for this machine only."""

    cluster_id: str
    password: str
    ports: dict[str, int]


def new_state() -> State:
    """A fresh identity, with no ports yet."""
    cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    # Kafka's tool would read an id that begins with a dash as an option.
    cluster_id = cluster_id.replace("-", "_")
    return State(cluster_id=cluster_id, password=secrets.token_urlsafe(24), ports={})


def load(layout: Layout) -> State:
    """The folder's state; a new one is stored when there is none.

    Raises StackError when the file cannot be read as a state.
    """
    try:
        raw = layout.state_file.read_bytes()
    except FileNotFoundError:
        state = new_state()
        store(layout, state)
        return state
    try:
        return msgspec.json.decode(raw, type=State)
    except msgspec.DecodeError as error:
        raise StackError(
            f"{layout.state_file} cannot be read: {error}", "Restore it, or start in another folder with --data-dir."
        ) from error


def store(layout: Layout, state: State) -> None:
    """Replaces the state in one step; only its owner can read it."""
    fresh = layout.state_file.with_name(f"{layout.state_file.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(state))
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, layout.state_file)


@contextmanager
def exclusive(layout: Layout) -> Iterator[None]:
    """Holds the folder's lock, and says in its file who does.

    Raises StackError when another supervisor holds it.
    """
    layout.make_folders()
    with layout.lock_file.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                f"the stack in {layout.data_dir} is already up", "See `hubline status`; `hubline down` stops it."
            ) from None
        layout.up_file.unlink(missing_ok=True)
        processes.write_record(layout.holder_file, _holder())
        try:
            yield
        finally:
            layout.up_file.unlink(missing_ok=True)
            layout.holder_file.unlink(missing_ok=True)


def holder_of(layout: Layout) -> Running | None:
    """Who holds the folder's lock now: the supervisor that watches it, None when nobody does."""
    running = processes.read_record(layout.holder_file)
    return running if running is not None and processes.lives(running) else None


def wait_up(layout: Layout, patience_s: float = UP_PATIENCE_S) -> bool:
    """Waits until the folder's holder has everything up; False when nobody holds the folder, or not in that time."""
    deadline_s = time.monotonic() + patience_s
    while holder_of(layout) is not None:
        if layout.up_file.exists():
            return True
        if time.monotonic() > deadline_s:
            return False
        time.sleep(LOOK_S)
    return False


def _holder() -> Running:
    pid = os.getpid()
    started_ms = time.time_ns() // 1_000_000
    return Running(
        name=SUPERVISOR, pid=pid, mark=processes.mark_of(pid) or "", digest="", ending=ENDING, started_ms=started_ms
    )
