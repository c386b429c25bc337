"""`hubline demo`: a bounded demonstration in a temporary folder on free ports, then the sums.

The order matters: senders stop, work drains, everybody leaves, the log is read while the broker still runs, the stack
ends, and only then is the report made.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec
import uvloop

from deploy.demo import plants, services
from deploy.demo.proof import Reading, prove
from deploy.demo.report import Load, Report, report
from deploy.local import plan, state
from deploy.local.layout import Layout
from deploy.local.ports import claims
from deploy.local.reaper import guard
from deploy.local.stack import Request, Stack, opened
from deploy.simulation import bookcity
from deploy.simulation.bank import BankPlay, bank_play
from deploy.simulation.bank_day import Replay
from deploy.simulation.company import set_up
from deploy.simulation.contacts import CHANNELS, contacts
from deploy.simulation.ledger import sums
from deploy.simulation.manner import Paced
from deploy.simulation.pace import pace_for
from deploy.simulation.plan import all_day, at_rate
from deploy.simulation.play import Play
from deploy.simulation.replayed import replayed
from deploy.simulation.traffic import Traffic, where
from runtime.clock import SystemClock
from runtime.kafka import KafkaConnection
from runtime.postgres import connect_pool
from runtime.settings import Postgres, load

FAST_SOCKETS: Final = {
    "HUBLINE_GATEWAY_FRAMES_PER_S": "500",
    "HUBLINE_GATEWAY_FRAMES_BURST": "1000",
    "HUBLINE_WEB_ADDRESS_SOCKETS": "10000",
}
"""A script may click faster than a person is allowed to, and all customers come from one address."""
STUCK_S: Final = 20.0
PLANTED_STUCK_S: Final = 6.0
"""What was planted never drains."""
WRITERS_S: Final = 60.0
"""How long writers that run behind are waited for."""
PUBLIC: Final = tuple(program.port for program in plan.PROGRAMS if program.port is not None)

Note = Callable[[str], None]


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A day of a call log to run instead of the book city's contacts."""

    file: Path
    date: str
    replay: Replay


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; the plants make it fail on purpose."""

    seconds: float
    rate_per_s: float
    seed: str
    day: Day | None = None
    plant_loss: bool = False
    plant_doubling: bool = False

    @property
    def is_planted(self) -> bool:
        """Whether it is to fail."""
        return self.plant_loss or self.plant_doubling

    @property
    def stuck_s(self) -> float:
        """How long nothing may happen before it is given up, besides the longest talk."""
        return PLANTED_STUCK_S if self.is_planted else STUCK_S


def demonstrate(wanted: Wanted, environ: Mapping[str, str], owner_pid: int, note: Note) -> Report:
    """Runs it whole; nothing of it is left. Raises NoSuchDay, StackError, SetUpFailed, or what the product's failure
    raises.
    """
    bank = None if wanted.day is None else bank_play(wanted.day.file, wanted.day.date, wanted.day.replay)
    folder = Path(tempfile.mkdtemp(prefix="hubline-demo-"))
    watching = guard(folder, owner_pid)
    try:
        claim_ports(folder)
        given = {**own_environ(environ), **FAST_SOCKETS}
        with opened(Request(data_dir=folder), given, note) as stack:
            try:
                stack.supervisor.start()
                return uvloop.run(_whole(wanted, bank, stack, note))
            finally:
                note("stopping")
                stack.supervisor.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        watching.wait()


def own_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of another stack: a bounded demonstration is by itself."""
    theirs = (plan.KAFKA_VARIABLE, plan.POSTGRES_VARIABLE)
    kept = ("HUBLINE_CACHE_DIR", "HUBLINE_LOG_LEVEL")
    return {
        name: value
        for name, value in environ.items()
        if name not in theirs and (name in kept or not name.startswith("HUBLINE_"))
    }


def claim_ports(folder: Path) -> None:
    """Any free ports for what people usually find at fixed ones; one that is taken before the start is chosen anew then."""
    with claims() as held:
        ports = {name: held.take_any() for name in PUBLIC}
    state.store(Layout(data_dir=folder), msgspec.structs.replace(state.new_state(), ports=ports))


def city_play(wanted: Wanted) -> Play:
    """The book city's contacts at a rate, with all of its agents there."""
    company = bookcity.company()
    agents = bookcity.agents()
    pace = pace_for(wanted.rate_per_s, len(agents))
    stream = contacts(wanted.seed, company.workspace, bookcity.known())
    return Play(
        company=company,
        arrivals=at_rate(stream, wanted.rate_per_s, wanted.seconds),
        shifts=all_day(agents),
        manner=Paced(pace),
        customers_talk_ms=pace.handle_ms,
        channels=CHANNELS,
        longest_ms=0,
        chat_sockets=True,
    )


async def _whole(wanted: Wanted, bank: BankPlay | None, stack: Stack, note: Note) -> Report:
    clock = SystemClock()
    settings = load(stack.endpoints.environ)
    kafka = KafkaConnection(settings.kafka, clock, "hubline-demo")
    play = city_play(wanted) if bank is None else bank.play
    async with connect_pool(Postgres(url=stack.endpoints.database_url)) as pool:
        note(f"setting {play.company.workspace} up")
        cast = await set_up(play.company, pool, clock, stack.layout.data_dir)
        versions = await services.versions(pool, stack.layout.data_dir)
        traffic = Traffic(where(stack.endpoints), play, cast, clock)
        begun_s = clock.monotonic()
        await _traffic(wanted, traffic, kafka, note)
        seconds = wanted.seconds if bank is None else round(clock.monotonic() - begun_s, 1)
        note("reading the log")
        patience_s = wanted.stuck_s if wanted.is_planted else WRITERS_S
        reading = Reading(kafka, pool, clock, play.company.workspace, patience_s)
        proof = await prove(reading, traffic.posts.answered_ms)
    found = sums(traffic.posts, proof.fates, traffic.shown, traffic.books, play.channels)
    rate_per_s = wanted.rate_per_s if bank is None else round(len(bank.day.calls) / seconds, 3)
    load_ = Load(rate_per_s, seconds, traffic.posts.posts, sum(len(one.offers) for one in traffic.books), proof.shared)
    day = None if bank is None else replayed(bank, traffic.posts, traffic.talks, traffic.ends)
    return report(found, versions, load_, proof.findings, day)


async def _traffic(wanted: Wanted, traffic: Traffic, kafka: KafkaConnection, note: Note) -> None:
    """Everybody comes, works and leaves."""
    async with traffic.open():
        note(f"{len(traffic.agents)} agents, {_words(wanted)}")
        telling = asyncio.create_task(traffic.tell(note))
        try:
            await _play(wanted, traffic, kafka)
        finally:
            telling.cancel()
        note("no more contacts; what is at work is finished")
        if left := await traffic.drained(wanted.stuck_s):
            note(f"{left} contacts are not finished, or were never seen")
    for trouble in traffic.troubles:
        note(trouble)


async def _play(wanted: Wanted, traffic: Traffic, kafka: KafkaConnection) -> None:
    async with asyncio.TaskGroup() as group:
        if wanted.plant_loss:
            group.create_task(plants.lose_one(traffic, traffic.clock))
        if wanted.plant_doubling:
            group.create_task(plants.double_one(traffic, kafka, traffic.clock))
        group.create_task(traffic.send())


def _words(wanted: Wanted) -> str:
    if wanted.day is None:
        return f"{wanted.rate_per_s:g} contacts a second for {wanted.seconds:g} s"
    return f"the calls of {wanted.day.date} at {wanted.day.replay.speed:g} times their speed"
