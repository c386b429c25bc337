"""`hubline demo`: a bounded demonstration in a temporary folder on free ports, then the sums.

The order matters: senders stop, work drains, everybody leaves, the log is read while the broker still runs, the stack
ends, and only then is the report made.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import uvloop

from deploy.demo import plants, services
from deploy.demo.report import INVARIANTS_OK, Load, Report, report
from deploy.local import plan, state
from deploy.local.layout import Layout
from deploy.local.reaper import guard
from deploy.local.stack import Request, Stack, opened
from deploy.routing_log import records_of
from deploy.simulation import bookcity
from deploy.simulation.contacts import CHANNELS, contacts
from deploy.simulation.ledger import sums
from deploy.simulation.outcomes import Outcomes
from deploy.simulation.pace import pace_for
from deploy.simulation.traffic import Traffic
from deploy.verification import Verified, verify
from runtime.clock import SystemClock
from runtime.kafka import KafkaConnection
from runtime.postgres import connect_pool
from runtime.settings import Postgres, load
from schemas import codec
from schemas.topics import ROUTING_DECISIONS

FAST_SOCKETS: Final = {"HUBLINE_GATEWAY_FRAMES_PER_S": "500", "HUBLINE_GATEWAY_FRAMES_BURST": "1000"}
"""A script may click faster than a person is allowed to."""
STUCK_S: Final = 20.0
PLANTED_STUCK_S: Final = 6.0
"""What was planted never drains."""
PUBLIC: Final = ("http", "admin", "gateway")

Note = Callable[[str], None]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; the plants make it fail on purpose."""

    seconds: float
    rate_per_s: float
    seed: str
    plant_loss: bool = False
    plant_doubling: bool = False


def demonstrate(wanted: Wanted, environ: Mapping[str, str], owner_pid: int, note: Note) -> Report:
    """Runs it whole; nothing of it is left. Raises StackError, SetUpFailed, or what the product's failure raises."""
    folder = Path(tempfile.mkdtemp(prefix="hubline-demo-"))
    watching = guard(folder, owner_pid)
    try:
        claim_ports(folder)
        given = {**own_environ(environ), **FAST_SOCKETS}
        with opened(Request(data_dir=folder), given, note) as stack:
            try:
                stack.supervisor.start()
                return uvloop.run(_whole(wanted, stack, note))
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
    """Any free ports for what people usually find at fixed ones."""
    layout = Layout(data_dir=folder)
    sockets = {name: socket.socket() for name in PUBLIC}
    try:
        for one in sockets.values():
            one.bind((state.HOST, 0))
        ports = {name: int(one.getsockname()[1]) for name, one in sockets.items()}
    finally:
        for one in sockets.values():
            one.close()
    state.store(layout, msgspec.structs.replace(state.new_state(), ports=ports))


async def _whole(wanted: Wanted, stack: Stack, note: Note) -> Report:
    clock = SystemClock()
    settings = load(stack.endpoints.environ)
    folder = stack.layout.data_dir
    kafka = KafkaConnection(settings.kafka, clock, "hubline-demo")
    async with connect_pool(Postgres(url=stack.endpoints.database_url)) as pool:
        note("setting the book city up")
        city = await bookcity.set_up(pool, clock, folder)
        versions = await services.versions(pool, folder)
    agents = [name for name in city.accounts if name != bookcity.WATCHER]
    traffic = Traffic(services.where(stack.endpoints), city, pace_for(wanted.rate_per_s, len(agents)), clock)
    stream = contacts(wanted.seed, bookcity.WORKSPACE, bookcity.known())
    planted = wanted.plant_loss or wanted.plant_doubling
    async with traffic.open(agents):
        note(f"{len(agents)} agents on duty, {wanted.rate_per_s:g} contacts a second for {wanted.seconds:g} s")
        async with asyncio.TaskGroup() as group:
            if wanted.plant_loss:
                group.create_task(plants.lose_one(traffic, clock))
            if wanted.plant_doubling:
                group.create_task(plants.double_one(traffic, kafka, clock))
            group.create_task(traffic.send(stream, wanted.rate_per_s, wanted.seconds))
        note("no more contacts; what is at work is finished")
        if left := await traffic.drained(PLANTED_STUCK_S if planted else STUCK_S):
            note(f"{left} contacts are not finished, or were never seen")
    for trouble in traffic.troubles:
        note(trouble)
    note("reading the log")
    fates = (await _outcomes(kafka)).fates
    verified = await verify(kafka, bookcity.WORKSPACE)
    load_ = Load(wanted.rate_per_s, wanted.seconds, traffic.posts.posts, sum(len(one.offers) for one in traffic.books))
    found = sums(traffic.posts, fates, traffic.shown, traffic.books, CHANNELS)
    return report(found, versions, load_, in_words(verified))


async def _outcomes(kafka: KafkaConnection) -> Outcomes:
    outcomes = Outcomes()
    reader = kafka.reader()
    try:
        async for record in records_of(reader, ROUTING_DECISIONS, bookcity.WORKSPACE):
            decision: Any = codec.decode(ROUTING_DECISIONS, record.value or b"")
            outcomes.take(decision)
    finally:
        await reader.stop()
    return outcomes


def in_words(verified: Verified) -> str:
    """`ok`, or what does not hold."""
    if verified.breach is not None:
        return f"{verified.breach.invariant} after input {verified.breach.offset}: {verified.breach.detail}"
    if verified.stopped_at is not None:
        return f"stopped at input {verified.stopped_at}"
    return INVARIANTS_OK
