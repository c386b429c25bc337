"""One works, the others stand by; whoever works no more is succeeded at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.process import Context
from runtime.standby import WorkLock, turn
from tests.support.gateway_service import context_of
from tests.support.waiting import eventually

HOLDER = """
import fcntl, sys
with open(sys.argv[1], "ab") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    input()
"""


Locks = Callable[[], WorkLock]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "routing.turn"


@pytest.fixture
def a_lock(path: Path) -> Iterator[Locks]:
    made: list[WorkLock] = []

    def make() -> WorkLock:
        made.append(WorkLock(path))
        return made[-1]

    yield make
    for lock in made:
        lock.free()


class Preparing:
    """A successor that notes what it was asked for."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._fails = fails

    async def make_ready(self) -> None:
        self.asked.append("make ready")

    async def keep_ready(self) -> None:
        self.asked.append("keep ready")
        if self._fails is not None:
            raise self._fails
        try:
            await asyncio.Event().wait()
        finally:
            self.asked.append("kept")


async def standing_by(context: Context, lock: WorkLock) -> asyncio.Task[bool]:
    """A process that waits for its turn."""
    waiting = asyncio.create_task(turn(context, lock, Preparing()))
    await eventually(lambda: context.health.is_standby)
    return waiting


async def test_the_first_works_at_once_and_makes_nothing_ready_before(a_lock: Locks) -> None:
    context = context_of()
    successor = Preparing()
    assert await turn(context, a_lock(), successor) is True
    assert successor.asked == []
    assert context.health.is_standby is False
    assert b"hubline_takeovers_total 0.0" in context.metrics.render()


async def test_the_next_stands_by_until_the_lock_is_free_and_then_works(a_lock: Locks) -> None:
    first, context = a_lock(), context_of()
    assert first.taken_at_once()
    waiting = await standing_by(context, a_lock())
    assert context.health.ready_problems() == {}
    assert b"hubline_standby 1.0" in context.metrics.render()
    first.free()
    assert await waiting is True
    assert context.health.is_standby is False
    assert b"hubline_standby 0.0" in context.metrics.render()
    assert b"hubline_takeovers_total 1.0" in context.metrics.render()


async def test_what_a_successor_needs_is_made_ready_before_it_says_that_it_stands_by(a_lock: Locks) -> None:
    first, context = a_lock(), context_of()
    assert first.taken_at_once()
    successor = Preparing()
    waiting = asyncio.create_task(turn(context, a_lock(), successor))
    await eventually(lambda: context.health.is_standby)
    assert successor.asked[0] == "make ready"
    await eventually(lambda: successor.asked == ["make ready", "keep ready"])
    first.free()
    assert await waiting is True
    assert successor.asked == ["make ready", "keep ready", "kept"]


async def test_one_that_cannot_keep_ready_ends(a_lock: Locks) -> None:
    first, context = a_lock(), context_of()
    assert first.taken_at_once()
    with pytest.raises(OSError, match="no broker"):
        await turn(context, a_lock(), Preparing(fails=OSError("no broker")))


async def test_one_that_is_told_to_end_does_not_take_over(a_lock: Locks) -> None:
    first, context = a_lock(), context_of()
    assert first.taken_at_once()
    waiting = await standing_by(context, a_lock())
    context.stop.set()
    first.free()
    assert await waiting is False
    assert b"hubline_takeovers_total 0.0" in context.metrics.render()


async def test_a_holder_that_is_killed_frees_the_lock(path: Path, a_lock: Locks) -> None:
    argv = [sys.executable, "-c", HOLDER, str(path)]
    holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert await asyncio.to_thread(holder.stdout.readline) == b"held\n"
    lock = a_lock()
    assert not lock.taken_at_once()
    waiting = asyncio.create_task(lock.taken())
    holder.kill()
    await waiting
    holder.communicate()
    assert not a_lock().taken_at_once()


def test_a_lock_lies_in_a_folder_that_exists(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        WorkLock(tmp_path / "none" / "routing.turn")
