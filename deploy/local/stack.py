"""The whole stack of one data folder: takes the folder's lock, settles ports, builds the plan, runs it.

`KAFKA_BOOTSTRAP_SERVERS` and `DATABASE_URL` in the environment name services of somebody else: then ours are not started.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from deploy.local import class_archive, jars, java, kafka, kafka_probe, plan, postgres, processes, state
from deploy.local.errors import StackError
from deploy.local.jars import Jar
from deploy.local.kafka import Kafka
from deploy.local.layout import DATA_DIR_VARIABLE, PASSWORD_VARIABLE, Layout, cache_dir, data_dir
from deploy.local.plan import KAFKA_VARIABLE, POSTGRES_VARIABLE, Parts, Program
from deploy.local.ports import Claims, choose_ports, claims
from deploy.local.postgres import Postgres
from deploy.local.processes import Ending, Running
from deploy.local.state import HOST, State
from deploy.local.supervisor import Note, Supervisor, recorded, stop_recorded

INHERITED: Final = ("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "JAVA_HOME")
INHERITED_PREFIXES: Final = ("HUBLINE_", "LC_", "OTEL_", "PYTHON")


class Request(msgspec.Struct, frozen=True):
    """What is asked for: the processes by name, and whether Kafka writes interactions to disk before it acknowledges."""

    data_dir: Path
    only: tuple[str, ...] = plan.NAMES
    flush_interactions: bool = False
    programs: tuple[Program, ...] = plan.PROGRAMS


def encode_request(request: Request) -> str:
    """The request as an argument of a command line."""
    return msgspec.json.encode(request, enc_hook=str).decode()


def decode_request(text: str) -> Request:
    """The request of such an argument; raises msgspec.ValidationError for any other text."""
    return msgspec.json.decode(text, type=Request, dec_hook=lambda kind, value: kind(value))


class Endpoints(msgspec.Struct, frozen=True):
    """Where the services and the programs are reached; ports by the names of `plan.PORTS`."""

    kafka: str
    database_url: str
    ports: dict[str, int]

    @property
    def environ(self) -> dict[str, str]:
        """The same as a process's environment."""
        listening = {f"HUBLINE_{name.upper()}_PORT": str(self.ports[name]) for name in PUBLIC if name in self.ports}
        explained = {EXPLAINER: f"http://{HOST}:{self.ports['explainer']}"} if "explainer" in self.ports else {}
        return {KAFKA_VARIABLE: self.kafka, POSTGRES_VARIABLE: self.database_url, **listening, **explained}


EXPLAINER: Final = "HUBLINE_EXPLAINER_URL"
MIGRATIONS: Final = Path(__file__).resolve().parents[1] / "postgres"
LED_PATIENCE_S: Final = 30.0
LED_POLL_S: Final = 0.05
PUBLIC: Final = tuple(program.port for program in plan.PROGRAMS if program.port is not None)


class Stack(msgspec.Struct, frozen=True):
    """A stack whose lock is held: its supervisor and where things are reached."""

    supervisor: Supervisor
    endpoints: Endpoints
    layout: Layout


@contextlib.contextmanager
def opened(request: Request, environ: Mapping[str, str], note: Note) -> Iterator[Stack]:
    """A stack ready to be started, with the folder's lock and its ports held; the caller starts and stops it.

    Raises StackError when the folder is taken, or a part it needs cannot be had.
    """
    check_names(request.only, request.programs)
    layout = Layout(data_dir=request.data_dir)
    with state.exclusive(layout), claims() as held:
        kept = settled_ports(layout, request, held)
        parts = make_parts(layout, kept, request, environ, note)
        endpoints = endpoints_of(kept, environ)
        given = {**inherited(environ), **endpoints.environ}

        def then() -> None:
            asyncio.run(prepare(parts, endpoints, request, note))

        built = plan.build(parts, layout, given, then)
        yield Stack(supervisor=Supervisor(built, layout, note), endpoints=endpoints, layout=layout)


def check_names(only: tuple[str, ...], programs: tuple[Program, ...]) -> None:
    """Raises StackError for a name that is no process."""
    known = {*plan.SERVICES, *(program.name for program in programs)}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise StackError(f"no such process: {', '.join(unknown)}", f"There are {', '.join(sorted(known))}.")


def settled_ports(layout: Layout, request: Request, held: Claims) -> State:
    """The folder's state with a port for all that is asked for, claimed; what runs keeps its own."""
    kept = state.load(layout)
    wanted = [name for one in request.only for name in plan.PORTS.get(one, ())]
    running = {running.name for running in recorded(layout)}
    in_use = frozenset(name for one in running for name in plan.PORTS.get(one, ()))
    chosen = choose_ports(kept.ports, tuple(wanted), in_use, held)
    settled = msgspec.structs.replace(kept, ports=chosen)
    if settled != kept:
        state.store(layout, settled)
    return settled


def make_parts(layout: Layout, kept: State, request: Request, environ: Mapping[str, str], note: Note) -> Parts:
    """What will run, after fetching what the cache lacks."""
    cache = cache_dir(environ)
    broker = database = None
    if kafka.NAME in request.only and not environ.get(KAFKA_VARIABLE):
        found = java.find(environ)
        broker = Kafka(
            folder=layout.kafka_dir,
            java=found,
            class_path=jars.fetch(cache, fetch_note(note)),
            cluster_id=kept.cluster_id,
            port=kept.ports[kafka.PORT],
            controller_port=kept.ports[kafka.CONTROLLER_PORT],
            class_archive=class_archive.path_of(cache, found),
        )
    if postgres.NAME in request.only and not environ.get(POSTGRES_VARIABLE):
        database = Postgres(
            folder=layout.postgres_dir,
            programs=postgres.find_programs(cache),
            port=kept.ports[postgres.PORT],
            password=kept.password,
            account=postgres.account(),
        )
    programs = tuple(program for program in request.programs if program.name in request.only)
    return Parts(kafka=broker, postgres=database, programs=programs)


def fetch_note(note: Note) -> jars.Progress:
    """Progress of the fetching as lines."""

    def progress(done: int, whole: int, jar: Jar) -> None:
        note(f"Kafka {jars.KAFKA_VERSION}: {done / 2**20:.1f} of {whole / 2**20:.1f} MiB ({jar.artifact})")

    return progress


def endpoints_of(kept: State, environ: Mapping[str, str]) -> Endpoints:
    """Where things are: somebody else's services by the environment, ours by the ports kept (even if not started now)."""
    bootstrap = environ.get(KAFKA_VARIABLE) or f"{HOST}:{kept.ports.get(kafka.PORT, 0)}"
    return Endpoints(
        kafka=bootstrap, database_url=environ.get(POSTGRES_VARIABLE) or database_url(kept), ports=kept.ports
    )


def endpoints_now(folder: Path, environ: Mapping[str, str]) -> Endpoints:
    """Where a folder's stack is reached, as its state says."""
    return endpoints_of(state.load(Layout(data_dir=folder)), environ)


def with_local_stack(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with where the local stack is reached, for commands: what is named already stays."""
    layout = Layout(data_dir=data_dir(environ))
    if not layout.state_file.exists():
        return dict(environ)
    reached = endpoints_of(state.load(layout), environ).environ
    return {**reached, DATA_DIR_VARIABLE: str(layout.data_dir), **environ}


def database_url(kept: State) -> str:
    """The connection string of the folder's own PostgreSQL."""
    return postgres.url_of(kept.password, kept.ports.get(postgres.PORT, 0))


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """What a program may see of our own environment; a person's password is only the commands' business."""
    seen = {name: value for name, value in environ.items() if name in INHERITED or name.startswith(INHERITED_PREFIXES)}
    seen.pop(PASSWORD_VARIABLE, None)
    return seen


async def prepare(parts: Parts, endpoints: Endpoints, request: Request, note: Note) -> None:
    """Migrations and topics, on whatever services there are."""
    if parts.postgres is not None or (parts.programs and endpoints.database_url):
        await prepare_database(endpoints.database_url, note)
    if parts.kafka is not None or parts.programs:
        await prepare_topics(endpoints.kafka, request.flush_interactions, note)
    if parts.kafka is not None:
        await wait_led(parts.kafka)


async def prepare_database(url: str, note: Note) -> None:
    """The database exists and has its newest shape.

    Raises StackError when the migrations do not fit the database, or it does not answer.
    """
    from deploy.local.database import ensure_database
    from runtime.migrations import MigrationError
    from runtime.postgres import AWAY, connect_pool, migrate
    from runtime.settings import Postgres as PostgresSettings

    name = urlsplit(url).path.lstrip("/")
    try:
        if await ensure_database(url):
            note(f"database {name} created")
        async with connect_pool(PostgresSettings(url=url)) as pool:
            applied = await migrate(pool, MIGRATIONS)
    except AWAY as error:
        raise StackError(
            f"the database does not answer: {error}", f"Start it, or unset {POSTGRES_VARIABLE}."
        ) from error
    except MigrationError as error:
        raise StackError(
            str(error), "Put the migrations back as they were applied, or start with a new database."
        ) from error
    if applied:
        note(f"migrations applied: {', '.join(applied)}")


async def prepare_topics(bootstrap: str, flush_interactions: bool, note: Note) -> None:
    """All topics exist as listed.

    Raises StackError with every difference.
    """
    from deploy import topics
    from runtime.topics_check import TopicsWrong

    try:
        created = await topics.ensure(bootstrap, flush_interactions=flush_interactions)
    except TopicsWrong as wrong:
        raise StackError(
            str(wrong), "Create them anew under another name, or give this product a cluster of its own."
        ) from wrong
    if created:
        note(f"{len(created)} topics created")


async def wait_led(node: Kafka) -> None:
    """Returns when the node leads every partition: a moment after it was told to make new ones.

    Raises StackError when it does not within half a minute.
    """
    deadline_s = time.monotonic() + LED_PATIENCE_S
    while not await asyncio.to_thread(kafka_probe.leads_all, HOST, node.port):
        if time.monotonic() > deadline_s:
            raise StackError("Kafka does not lead all its partitions", f"Look at `hubline logs {kafka.NAME}`.")
        await asyncio.sleep(LED_POLL_S)


def bring_down(layout: Layout, note: Note) -> tuple[str, ...]:
    """Ends the folder's supervisor, which ends its processes, then what else runs of this folder. The names of all ended."""
    if not layout.lock_file.exists():
        return ()
    holder = state.holder_of(layout)
    before = {one.name for one in (*everything(layout), *([holder] if holder else []))}
    if holder is not None:
        stop_recorded([holder], layout, note)
    with state.exclusive(layout):
        stop_recorded(list(everything(layout)), layout, note)
    return tuple(sorted(before))


def everything(layout: Layout) -> tuple[Running, ...]:
    """What runs of this folder: the recorded, and those whose starter died before it recorded them."""
    known = recorded(layout)
    pids = {one.pid for one in known}
    return (*known, *(one for one in strays(layout) if one.pid not in pids))


def strays(layout: Layout) -> Iterator[Running]:
    """Processes of this folder that run, recorded or not."""
    endings = {program.instance: (program.name, Ending(rank=program.rank)) for program in plan.PROGRAMS}
    endings[kafka.NAME] = (kafka.NAME, kafka.ENDING)
    labelled = processes.find_by_environ({DATA_DIR_VARIABLE: str(layout.data_dir)}, plan.INSTANCE_VARIABLE)
    found = [(pid, *endings[instance]) for pid, instance in labelled.items() if instance in endings]
    postmaster = postgres.postmaster_of(layout.postgres_dir / postgres.CLUSTER)
    if postmaster is not None:
        found.append((postmaster.pid, postgres.NAME, postgres.ENDING))
    for pid, name, ending in found:
        running = processes.adopt(pid, name, ending)
        if running is not None:
            yield running
