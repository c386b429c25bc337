"""A plan run against a running hubline: the company set up, everybody in, contacts when they are due, the sums."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console

from deploy.console.words import Language
from deploy.local.stack import Endpoints
from deploy.simulation import bookcity
from deploy.simulation.bank import BankPlay
from deploy.simulation.board import Board
from deploy.simulation.company import set_up
from deploy.simulation.contacts import CHANNELS
from deploy.simulation.manner import AsPlanned, Paced
from deploy.simulation.pace import Pace
from deploy.simulation.plan import Plan
from deploy.simulation.play import Play
from deploy.simulation.replayed import replayed
from deploy.simulation.scenario import Scenario
from deploy.simulation.simulated import Books, Pass, Simulated, simulated
from deploy.simulation.table import show
from deploy.simulation.traffic import Traffic, where
from deploy.simulation.words import Words
from runtime.clock import SystemClock
from runtime.postgres import connect_pool
from runtime.settings import Postgres

STUCK_S: Final = 30.0

Note = Callable[[str], None]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is run: a play with its plan, at a speed. `bank`: the day of a call log that it is of."""

    play: Play
    plan: Plan
    seed: str
    speed: float
    language: Language
    data_dir: Path
    bank: BankPlay | None = None


def city_play(scenario: Scenario, plan: Plan, speed: float) -> Play:
    """A scenario's plan as a play of the book city."""
    talks = {one.contact.interaction_id: one.contact.talk_ms or 0 for one in plan.arrivals}
    waits = [one.contact.called_in_ms or 0 for one in plan.arrivals if one.contact.calls_back_after_ms is not None]
    pace = Pace(round(scenario.think_ms / speed), 0, round(scenario.wrap_up_ms / speed))
    return Play(
        company=bookcity.company(),
        arrivals=plan.arrivals,
        shifts=plan.shifts,
        manner=AsPlanned(talks, Paced(pace)),
        customers_talk_ms=0,
        channels=CHANNELS,
        longest_ms=max(talks.values(), default=0) + max(waits, default=0),
        chat_sockets=True,
    )


async def simulate(wanted: Wanted, endpoints: Endpoints, console: Console, note: Note) -> Simulated:
    """Runs it whole. Raises SetUpFailed, OSError and TimeoutError where the product does not answer."""
    clock = SystemClock()
    async with connect_pool(Postgres(url=endpoints.database_url)) as pool:
        cast = await set_up(wanted.play.company, pool, clock, wanted.data_dir)
    traffic = Traffic(where(endpoints), wanted.play, cast, clock)
    board, words = Board(), Words(wanted.language)
    traffic.listeners.append(board.take)
    begun_s = clock.monotonic()
    async with traffic.open():
        note(
            f"{len(wanted.plan.arrivals)} contacts in {wanted.plan.length_ms / 1000:.0f} s, {len(traffic.agents)} agents"
        )
        telling = asyncio.create_task(
            show(traffic.watcher, traffic.workspace, board, words, "", clock, console)
            if console.is_terminal
            else traffic.tell(note)
        )
        try:
            await traffic.send()
            if left := await traffic.drained(STUCK_S):
                note(f"{left} contacts are not finished, or were never seen")
        finally:
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await telling
    for trouble in traffic.troubles:
        note(trouble)
    run = Pass(
        workspace=wanted.play.company.workspace,
        seed=wanted.seed,
        speed=wanted.speed,
        seconds=round(clock.monotonic() - begun_s, 1),
        plan=wanted.plan,
    )
    books = Books(
        posts=traffic.posts,
        shown=traffic.shown,
        talks=traffic.talks,
        told=traffic.ends,
        agents=tuple(traffic.books),
    )
    day = None if wanted.bank is None else replayed(wanted.bank, traffic.posts, traffic.talks, traffic.ends)
    return simulated(run, books, day)
