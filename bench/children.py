"""What is measured runs in a process of its own: started here, answers in lines of JSON, ends with its standard input."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from typing import Any, Final, TypeVar

import msgspec

from deploy.local.plan import ROOT

ANSWER_S: Final = 120.0
END_S: Final = 20.0
T = TypeVar("T")


class Broken(Exception):
    """A child ended, or said nothing, where it should have answered."""


class Child:
    """A running child."""

    def __init__(self, process: asyncio.subprocess.Process, what: str) -> None:
        self._process = process
        self._what = what

    @property
    def pid(self) -> int:
        return self._process.pid

    def go_on(self, what: str = "") -> None:
        """Tells it a line: what that means, its role says."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n".encode())

    async def answer(self, kind: type[T], *, within_s: float = ANSWER_S) -> T:
        """Its next line. Raises Broken."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(within_s):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise Broken(f"{self._what} has said nothing for {within_s:.0f} s") from None
        if not line:
            raise Broken(f"{self._what} ended with exit code {await self._process.wait()}")
        return msgspec.json.decode(line, type=kind)


@contextlib.asynccontextmanager
async def child(role: str, argument: msgspec.Struct) -> AsyncIterator[Child]:
    """Runs a role of `bench.child` while the block runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.child",
        role,
        msgspec.json.encode(argument).decode(),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("HUBLINE_")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Child(process, role)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), END_S)
        except TimeoutError:
            process.kill()
            await process.wait()


async def ask(role: str, argument: msgspec.Struct, kind: type[T], *, within_s: float = ANSWER_S) -> T:
    """The one answer of a child that then ends."""
    async with child(role, argument) as running:
        return await running.answer(kind, within_s=within_s)


def say(answer: Any) -> None:
    """A child's answer."""
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    sys.stdout.flush()


async def until_let_go() -> None:
    """Returns when whoever started this child wants it to end, or is gone."""
    await asyncio.to_thread(sys.stdin.read)
