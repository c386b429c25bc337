"""What runs on one machine, as literal tables, and how it becomes a supervisor's plan.

Phases: Kafka and PostgreSQL; then migrations and topics; then the product's processes, all at once; and when all is up, those
that stand by, which nobody waits for. They end the other way round: first those that take work in, then the gateway, the
stages with who stands by for them, and at last Kafka and PostgreSQL.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from deploy.local import kafka, postgres, processes, readiness
from deploy.local.kafka import Kafka
from deploy.local.layout import DATA_DIR_VARIABLE, Layout
from deploy.local.postgres import Postgres
from deploy.local.processes import Command, Ending
from deploy.local.readiness import Readiness
from deploy.local.supervisor import Phase, Plan, Service

KAFKA_VARIABLE: Final = "KAFKA_BOOTSTRAP_SERVERS"
POSTGRES_VARIABLE: Final = "DATABASE_URL"
INSTANCE_VARIABLE: Final = "HUBLINE_INSTANCE"
ROOT: Final = Path(__file__).resolve().parents[2]


class Program(msgspec.Struct, frozen=True):
    """One process of the product; `port` names what it listens on besides its health port. The highest rank ends first.

    `stands_by_for` names an equal one: of the two, whichever came first works, and the other takes over when it dies.
    They have one rank: both are asked to end at once, so that none takes over from the other in an orderly end.
    """

    name: str
    module: str
    rank: int
    port: str | None = None
    stands_by_for: str | None = None

    @property
    def instance(self) -> str:
        """The name by which it is known to Kafka."""
        return f"{self.name}-1"


STAGES: Final = 1
SCREENS: Final = 2
INTAKE: Final = 3
PROGRAMS: Final[tuple[Program, ...]] = (
    Program("routing", "streams.routing", STAGES),
    Program("identity", "streams.identity", STAGES),
    Program("view", "streams.view", STAGES),
    Program("message_writer", "consumers.message_writer", STAGES),
    Program("timeline", "streams.timeline", STAGES),
    Program("timeline_writer", "consumers.timeline_writer", STAGES),
    Program("audit_writer", "consumers.audit_writer", STAGES),
    Program("metrics", "streams.metrics", STAGES),
    Program("metrics_writer", "consumers.metrics_writer", STAGES),
    Program("explainer", "streams.routing.explainer", SCREENS, port="explainer"),
    Program("gateway", "consumers.gateway", SCREENS, port="gateway"),
    Program("query", "consumers.query", SCREENS, port="query"),
    Program("http", "producers.http", INTAKE, port="http"),
    Program("admin", "producers.admin", INTAKE, port="admin"),
    Program("web", "producers.web", INTAKE, port="web"),
    Program("routing_standby", "streams.routing", STAGES, stands_by_for="routing"),
)
PAIRED: Final = frozenset(program.stands_by_for for program in PROGRAMS if program.stands_by_for is not None)
SERVICES: Final = (kafka.NAME, postgres.NAME)
NAMES: Final = (*SERVICES, *(program.name for program in PROGRAMS))
PORTS: Final[dict[str, tuple[str, ...]]] = {
    kafka.NAME: (kafka.PORT, kafka.CONTROLLER_PORT),
    postgres.NAME: (postgres.PORT,),
    **{program.name: (program.port,) for program in PROGRAMS if program.port is not None},
}
"""The ports that each process listens on, by the names under which the state keeps them."""


class Parts(msgspec.Struct, frozen=True):
    """What a plan is made of: the services of our own (None = somebody else's, or not wanted) and the programs."""

    kafka: Kafka | None
    postgres: Postgres | None
    programs: tuple[Program, ...]


def build(parts: Parts, layout: Layout, environ: Mapping[str, str], then: Callable[[], None]) -> Plan:
    """The plan: services, `then` (migrations and topics), programs, who stands by. `environ` is what they are given."""
    services = []
    if parts.postgres is not None:
        services.append(postgres_service(parts.postgres, layout))
    if parts.kafka is not None:
        services.append(kafka_service(parts.kafka, layout))
    works = tuple(program_service(it, layout, environ) for it in parts.programs if it.stands_by_for is None)
    standbys = tuple(program_service(it, layout, environ) for it in parts.programs if it.stands_by_for is not None)
    phases = (Phase(services=tuple(services), then=then), Phase(services=works, then=nothing))
    return (*phases, Phase(services=standbys, then=nothing, awaited=False)) if standbys else phases


def nothing() -> None:
    """The step of a phase that needs none."""


def kafka_service(node: Kafka, layout: Layout) -> Service:
    """Kafka as a supervisor sees it."""
    mark = identifying(layout, kafka.NAME)
    return Service(
        name=kafka.NAME,
        command=kafka.command(node, mark),
        prepare=lambda: kafka.prepare(node),
        is_ready=lambda running: kafka.is_ready(node, running),
        stray=lambda: stray_of(mark),
        ending=kafka.ENDING,
    )


def postgres_service(server: Postgres, layout: Layout) -> Service:
    """PostgreSQL as a supervisor sees it; it overwrites its environment, but leaves its pid in its folder."""

    def stray() -> int | None:
        postmaster = postgres.postmaster_of(server.cluster)
        return None if postmaster is None else postmaster.pid

    return Service(
        name=postgres.NAME,
        command=postgres.command(server, identifying(layout, postgres.NAME)),
        prepare=lambda: postgres.prepare(server),
        is_ready=lambda running: postgres.is_ready(server, running),
        stray=stray,
        ending=postgres.ENDING,
    )


def program_service(program: Program, layout: Layout, environ: Mapping[str, str]) -> Service:
    """A process of the product as a supervisor sees it."""
    port_file = layout.port_file(program.name)
    mark = identifying(layout, program.instance)
    own = {
        **dict(mark),
        **pairing(program, layout),
        "HUBLINE_PORT_FILE": str(port_file),
        "HUBLINE_HEALTH_PORT": "0",
    }
    return Service(
        name=program.name,
        command=Command(
            argv=(sys.executable, "-m", program.module),
            environ=tuple(sorted({**environ, **own}.items())),
            folder=ROOT,
        ),
        prepare=lambda: port_file.unlink(missing_ok=True),
        is_ready=lambda _running: says_ready(port_file),
        stray=lambda: stray_of(mark),
        ending=Ending(rank=program.rank),
    )


def pairing(program: Program, layout: Layout) -> dict[str, str]:
    """What two processes are told of which one stands by for the other: the lock, and whose place in the group they share."""
    first = program.stands_by_for or program.name
    if first not in PAIRED:
        return {}
    return {
        "HUBLINE_ROUTING_STANDBY_LOCK": str(layout.turn_file(first)),
        "HUBLINE_ROUTING_MEMBER": msgspec.structs.replace(program, name=first).instance,
    }


def identifying(layout: Layout, instance: str) -> tuple[tuple[str, str], ...]:
    """What the environment of a process of this folder, and of no other one, holds."""
    return ((DATA_DIR_VARIABLE, str(layout.data_dir)), (INSTANCE_VARIABLE, instance))


def stray_of(mark: tuple[tuple[str, str], ...]) -> int | None:
    """A process whose environment holds this mark, if any."""
    return next(iter(processes.find_by_environ(dict(mark), INSTANCE_VARIABLE)), None)


def says_ready(port_file: Path) -> bool:
    """Whether the process answers /readyz with 200 within a second: it works, or stands by."""
    return readiness.ask(port_file) is not Readiness.UNREADY
