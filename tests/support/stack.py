"""A real Kafka and a real PostgreSQL for tests.

`stack` is one of each per run (also under xdist), with all topics; `database_url` a fresh, migrated database per test
module. Tests share the broker and keep apart by workspace; a test that stops or freezes a service takes `own_stack`.
Nothing outlives the run: what a killed run leaves is ended by a guard that watches the run's process.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import msgspec
import pytest

from deploy.local import database, plan, ports, postgres, state
from deploy.local.layout import Layout
from deploy.local.plan import Program
from deploy.local.reaper import guard
from deploy.local.stack import Endpoints, Request, opened
from deploy.local.supervisor import Supervisor
from tests.support.waiting import eventually

_LEFT_RUNNING: list[object] = []
"""Handles of what this worker started for all: kept as long as it lives."""
WORKER_VARIABLE = "PYTEST_XDIST_WORKER"


class RunningStack(msgspec.Struct, frozen=True):
    """A started stack: where it is, and the supervisor that can halt, resume, kill, freeze and wake its parts."""

    endpoints: Endpoints
    supervisor: Supervisor
    folder: Path


class SharedStack(msgspec.Struct, frozen=True):
    """The run's one broker and one server."""

    kafka: str
    database_url: str


@contextmanager
def running_stack(
    only: tuple[str, ...] = plan.SERVICES, programs: tuple[Program, ...] = (), environ: dict[str, str] | None = None
) -> Iterator[RunningStack]:
    """A stack of its own in a temporary folder on free ports, ended and removed at the end."""
    folder, watching = new_folder(os.getpid())
    _take_free_ports(folder)
    given = {**_environ(), **(environ or {})}
    request = Request(data_dir=folder, only=only, programs=programs)
    with opened(request, given, print) as stack:
        try:
            stack.supervisor.start()
            yield RunningStack(endpoints=stack.endpoints, supervisor=stack.supervisor, folder=folder)
        finally:
            stack.supervisor.stop()
    shutil.rmtree(folder)
    watching.wait()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedStack]:
    """One real Kafka and one real PostgreSQL for the whole run; never stop or freeze these."""
    if WORKER_VARIABLE not in os.environ:
        with running_stack() as alone:
            yield _shared(alone.endpoints)
        return
    shared = tmp_path_factory.getbasetemp().parent
    with (shared / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = shared / "stack.json"
        if not known.exists():
            known.write_bytes(msgspec.json.encode(_start_for_all()))
    yield msgspec.json.decode(known.read_bytes(), type=SharedStack)


@pytest.fixture(scope="module")
def database_url(stack: SharedStack, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh database with the newest schema, for this test module alone."""
    module = re.sub(r"\W", "_", request.module.__name__.rpartition(".")[2])[:40]
    url = database.with_database(stack.database_url, f"{module}_{secrets.token_hex(4)}")
    asyncio.run(_copy_of_the_schema(url))
    yield url
    asyncio.run(database.drop_database(url))


async def _copy_of_the_schema(url: str) -> None:
    """Tried again while somebody, such as the server's own housekeeping, looks into what is copied."""

    async def made() -> bool:
        try:
            await database.create_database(url, template=postgres.DATABASE)
        except asyncpg.ObjectInUseError:
            return False
        return True

    await eventually(made, within_s=60, what="a database of the test module's own")


@pytest.fixture
def own_stack() -> Iterator[Callable[..., RunningStack]]:
    """Starts stacks of the test's own (`own_stack()`, or with `running_stack`'s arguments), which it may break."""
    with ExitStack() as running:

        def start(
            only: tuple[str, ...] = plan.SERVICES,
            programs: tuple[Program, ...] = (),
            environ: dict[str, str] | None = None,
        ) -> RunningStack:
            return running.enter_context(running_stack(only, programs, environ))

        yield start


def new_folder(owner_pid: int) -> tuple[Path, subprocess.Popen[bytes]]:
    """A data folder outside pytest's own, which PostgreSQL's account could not enter, and the guard that ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="hubline-test-"))
    return folder, guard(folder, owner_pid)


def _take_free_ports(folder: Path) -> None:
    """Not those that the product prefers: another stack that starts now would take them too."""
    layout = Layout(data_dir=folder)
    layout.make_folders()
    with ports.claims() as held:
        chosen = {name: held.take_any() for name in ports.PREFERRED_PORTS}
    state.store(layout, msgspec.structs.replace(state.new_state(), ports=chosen))


def _start_for_all() -> SharedStack:
    """Started by the first worker, left running for all; the guard ends it after xdist's controller, our parent."""
    folder, watching = new_folder(os.getppid())
    _LEFT_RUNNING.append(watching)
    request = Request(data_dir=folder, only=plan.SERVICES, programs=())
    with opened(request, _environ(), print) as stack:
        stack.supervisor.start()
        stack.supervisor.release()
        _LEFT_RUNNING.append(stack.supervisor)
        return _shared(stack.endpoints)


def _shared(endpoints: Endpoints) -> SharedStack:
    return SharedStack(kafka=endpoints.kafka, database_url=endpoints.database_url)


def _environ() -> dict[str, str]:
    """Our environment without anything that would change what is tested."""
    theirs = (plan.KAFKA_VARIABLE, plan.POSTGRES_VARIABLE)
    return {
        name: value for name, value in os.environ.items() if name not in theirs and not name.startswith("HUBLINE_")
    } | {name: value for name, value in os.environ.items() if name == "HUBLINE_CACHE_DIR"}
