"""Benchmark `sockets`: what an idle, signed-in agent's socket adds to the memory of the gateway process.

The gateway is the product's own, with its broker and database; it is started anew for each measurement. Some sockets are
opened before the first look at its memory, so that what is loaded on first use counts for nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection

from bench.children import child
from bench.measures import Repeat, Sense, Series, Target
from bench.memory import pss_bytes
from bench.peers.bare_sockets import Argument, Listening
from bench.services import Note, Services, services
from bench.signing_in import AT_ONCE, signed_in
from bench.staffed import Staffed, Tickets, open_workspace
from bench.waiting import until
from deploy.local import kafka, plan, postgres
from schemas import live

UNIT: Final = "KiB/socket"
GATEWAY: Final = "gateway"
NEEDED: Final = (kafka.NAME, postgres.NAME, "routing", "view", GATEWAY, "admin")
WARM: Final = 100
BEAT: Final = live.encode(live.Live(at_ms=0)).decode().partition(",")[0]
"""How the frame begins that a gateway says to everyone every few seconds."""
QUIET_S: Final = 2.0
SETTLE_S: Final = 60.0
TARGET: Final = Target(Sense.AT_MOST, 1.15)

Hello = Callable[[int], str]
Told = tuple[int, ...]
"""Bytes of the frames that answer a sign-in."""


class Effort(msgspec.Struct, frozen=True):
    """How much is measured."""

    repeats: int
    sockets: int


FULL: Final = Effort(repeats=5, sockets=1_000)
QUICK: Final = Effort(repeats=1, sockets=400)


class Bench(msgspec.Struct, frozen=True):
    """What each measurement needs."""

    stack: Services
    shop: Staffed
    tickets: Tickets
    sockets: int

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.stack.endpoints.ports[GATEWAY]}/"

    def hello(self, number: int) -> str:
        ticket = self.tickets.of(self.shop.workspace, self.shop.agents[number])
        return live.encode(live.Hello(ticket=ticket)).decode()


def measure(effort: Effort, note: Note) -> Series:
    """Runs the benchmark on a stack of its own."""
    programs = tuple(program for program in plan.PROGRAMS if program.name in NEEDED)
    with services(note, NEEDED, programs) as stack:
        return asyncio.run(_measure(effort, stack, note))


async def _measure(effort: Effort, stack: Services, note: Note) -> Series:
    shop = await open_workspace(stack.endpoints, WARM + effort.sockets, 25)
    bench = Bench(stack, shop, Tickets(stack.folder), effort.sockets)
    found = []
    for number in range(effort.repeats):
        before, told = await _ours(bench)
        peer = await _peer(bench, told)
        after, _ = await _ours(bench)
        found.append(Repeat(before, peer, after))
        note(f"sockets {number + 1}/{effort.repeats}: {before:.2f}, peer {peer:.2f}, {after:.2f} {UNIT}")
    return Series(
        "sockets", UNIT, tuple(found), TARGET, f"PSS for each of {effort.sockets:,} sockets, after {WARM} others"
    )


async def _ours(bench: Bench) -> tuple[float, Told]:
    """KiB a socket, and what the last one was told at its sign-in."""
    supervisor = bench.stack.supervisor
    await asyncio.to_thread(supervisor.halt, GATEWAY)
    await asyncio.to_thread(supervisor.resume, GATEWAY)
    await asyncio.to_thread(supervisor.wait_ready, GATEWAY)
    pid = supervisor.pid(GATEWAY)
    if pid is None:
        raise RuntimeError("the gateway does not run")
    return await _grown(bench.url, bench.hello, pid, bench.sockets)


async def _peer(bench: Bench, told: Told) -> float:
    async with child("bare_sockets", Argument(told)) as server:
        port = (await server.answer(Listening)).port
        grown, _ = await _grown(f"ws://127.0.0.1:{port}/", bench.hello, server.pid, bench.sockets)
        return grown


async def _grown(url: str, hello: Hello, pid: int, sockets: int) -> tuple[float, Told]:
    heard = Heard()
    async with _opened(url, hello, range(WARM), heard):
        await heard.quiet()
        before = pss_bytes(pid)
        async with _opened(url, hello, range(WARM, WARM + sockets), heard) as told:
            await heard.quiet()
            return (pss_bytes(pid) - before) / sockets / 1024, told


class Heard:
    """When any socket was last told something."""

    def __init__(self) -> None:
        self.at_s = time.monotonic()

    def now(self) -> None:
        """A frame has come."""
        self.at_s = time.monotonic()

    async def quiet(self) -> None:
        """Returns when nothing has been said for two seconds but what the gateway says at its own beat."""
        self.now()

        async def holds() -> bool:
            return time.monotonic() - self.at_s > QUIET_S

        await until(holds, SETTLE_S)


@contextlib.asynccontextmanager
async def _opened(url: str, hello: Hello, numbers: range, heard: Heard) -> AsyncIterator[Told]:
    """Signed-in sockets; yields what the last one was told before it was left alone."""
    turn = asyncio.Semaphore(AT_ONCE)
    reading: list[asyncio.Task[None]] = []

    async def one(number: int) -> tuple[ClientConnection, Told]:
        async with turn:
            connection, told = await signed_in(url, lambda: hello(number), 2)
            reading.append(asyncio.create_task(_drain(connection, heard)))
            return connection, told

    opened = await asyncio.gather(*(one(number) for number in numbers))
    try:
        yield opened[-1][1]
    finally:
        for connection, _ in opened:
            connection.transport.abort()
        await asyncio.gather(*reading, return_exceptions=True)


async def _drain(connection: ClientConnection, heard: Heard) -> None:
    async for data in connection:
        if not str(data).startswith(BEAT):
            heard.now()
