"""Benchmark `latency`: from a contact's 202 to the first frame on an agent's socket that shows it, under open-loop load.

Ours is the whole product as `hubline up` runs it; the peer is `bench.peers.relay`. Four hundred agents on twenty queues are
connected, so that each gets a few offers, as people do. Every posting must be shown: a missing one breaks the run. Nothing is
measured before all that follows from the run before is done (`bench.calm`).
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator
from typing import Final

import msgspec
import uvloop
from aiokafka.admin import NewTopic

from bench.calm import calm
from bench.children import child
from bench.http_load import Answered, Load, Target, pour
from bench.http_load import contact as contact_of
from bench.measures import Repeat, Sense, Series, percentile
from bench.measures import Target as Goal
from bench.peers import relay
from bench.peers.bare_sockets import Listening
from bench.screens import Screens
from bench.services import Note, Services, services
from bench.staffed import Staffed, Tickets, open_workspace, queue_of
from bench.waiting import until
from deploy.local import plan
from runtime.ids import random_id
from runtime.topics_check import admin_client, look
from schemas import live

UNIT: Final = "ms p99"
AGENTS: Final = 400
UNITS: Final = 1
WARM: Final = Load("warm", 100, 300)
SHOWN_S: Final = 120.0
TARGETS: Final[dict[int, Goal]] = {200: Goal(Sense.AT_MOST, 1.5)}
"""By rate; any other is reported only."""


class Effort(msgspec.Struct, frozen=True):
    """How much is measured; `rates` in contacts a second."""

    repeats: int
    seconds: int
    rates: tuple[int, ...]


FULL: Final = Effort(repeats=5, seconds=8, rates=(200, 1_000))
QUICK: Final = Effort(repeats=1, seconds=3, rates=(200,))


class Shown(msgspec.Struct, frozen=True):
    """What a run gave, in milliseconds; `late_ms`: how late the load itself was at worst."""

    p50_ms: float
    p99_ms: float
    late_ms: float


def measure(effort: Effort, note: Note) -> list[Series]:
    """Runs the benchmark on a product of its own."""
    with services(note, plan.NAMES, plan.PROGRAMS) as stack:
        return uvloop.run(_measure(effort, stack, note))


async def _measure(effort: Effort, stack: Services, note: Note) -> list[Series]:
    async with admin_client(stack.endpoints.kafka) as admin:
        await admin.create_topics([NewTopic(name, 1, 1) for name in relay.HOPS])

        async def led() -> bool:
            found = await look(admin, list(relay.HOPS))
            return len(found) == len(relay.HOPS) and all(topic.led for topic in found.values())

        await until(led, SHOWN_S)
    series = []
    for rate in effort.rates:
        goal = TARGETS.get(rate)
        repeats, middles = [], []
        for number in range(effort.repeats):
            runs = []
            for one in (_ours, _peer, _ours):
                await calm(stack)
                runs.append(await one(stack, rate, effort.seconds))
            repeats.append(Repeat(*(run.p99_ms for run in runs)))
            middles.append(Repeat(*(run.p50_ms for run in runs)))
            said = ", ".join(f"{run.p50_ms:.1f}/{run.p99_ms:.1f} (load late {run.late_ms:.0f})" for run in runs)
            note(f"latency at {rate}/s {number + 1}/{effort.repeats}: ours, peer, ours p50/p99 ms: {said}")
        name = "latency" if goal is not None else f"latency-{rate}"
        typical = middles[len(middles) // 2]
        told = f"at {rate}/s for {effort.seconds} s; medians {typical.ours:.1f} ms, peer {typical.peer:.1f} ms"
        series.append(Series(name, UNIT, tuple(repeats), goal, told))
    return series


async def _ours(stack: Services, rate: int, seconds: int) -> Shown:
    shop = await open_workspace(stack.endpoints, AGENTS, UNITS)
    tickets = Tickets(stack.folder)
    ports = stack.endpoints.ports

    def hello(agent: str) -> str:
        return live.encode(live.Hello(ticket=tickets.of(shop.workspace, agent))).decode()

    screens = Screens()
    hellos = [functools.partial(hello, agent) for agent in shop.agents]
    target = Target(ports["http"], f"/v1/workspaces/{shop.workspace}/interactions", shop.key)
    async with screens.watching(f"ws://127.0.0.1:{ports['gateway']}/", list(hellos), 2):
        return await _run(target, screens, rate, seconds)


async def _peer(stack: Services, rate: int, seconds: int) -> Shown:
    shop = Staffed("relay", random_id("key"), tuple(f"agent-{number}" for number in range(AGENTS)))
    async with _relay(stack, shop) as (http_port, socket_port):
        screens = Screens()
        hellos = [functools.partial(str, agent) for agent in shop.agents]
        async with screens.watching(f"ws://127.0.0.1:{socket_port}/", list(hellos), 1):
            return await _run(Target(http_port, "/contacts", shop.key), screens, rate, seconds)


@contextlib.asynccontextmanager
async def _relay(stack: Services, shop: Staffed) -> AsyncIterator[tuple[int, int]]:
    ends = stack.endpoints

    def argument(part: str) -> relay.Argument:
        return relay.Argument(part, ends.kafka, ends.database_url, shop.workspace, shop.key, shop.agents)

    async with contextlib.AsyncExitStack() as running:
        ports = []
        for part in ("sockets", "route", "look_up", "http"):
            process = await running.enter_async_context(child("relay", argument(part)))
            ports.append((await process.answer(Listening)).port)
        yield ports[-1], ports[0]


async def _run(target: Target, screens: Screens, rate: int, seconds: int) -> Shown:
    await _all_shown(await pour(target, WARM, contact), screens)
    answered = await pour(target, Load(random_id("c"), rate, rate * seconds), contact)
    await _all_shown(answered, screens)
    took_ms = [max(0.0, (screens.shown_s[one] - at_s) * 1000) for one, at_s in answered.at_s.items()]
    return Shown(percentile(took_ms, 50), percentile(took_ms, 99), answered.late_s * 1000)


def contact(label: str, number: int) -> bytes:
    """Contacts go to all queues in turn."""
    return contact_of(label, number, queue_of(number, AGENTS))


async def _all_shown(answered: Answered, screens: Screens) -> None:
    """Raises RuntimeError when a contact answered 202 is shown nowhere."""

    async def all_of_them() -> bool:
        return answered.at_s.keys() <= screens.shown_s.keys()

    try:
        await until(all_of_them, SHOWN_S)
    except TimeoutError:
        missing = len(answered.at_s.keys() - screens.shown_s.keys())
        raise RuntimeError(f"{missing} of {len(answered.at_s)} contacts were never shown") from None
