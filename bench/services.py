"""A broker, a database and processes of the product for a benchmark, in a temporary folder, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from deploy.local import plan
from deploy.local.plan import Program
from deploy.local.reaper import guard
from deploy.local.stack import Endpoints, Request, opened
from deploy.local.supervisor import Supervisor

Note = Callable[[str], None]


class Services(msgspec.Struct, frozen=True):
    """What runs, and where."""

    endpoints: Endpoints
    supervisor: Supervisor
    folder: Path


@contextlib.contextmanager
def services(
    note: Note,
    only: tuple[str, ...] = plan.SERVICES,
    programs: tuple[Program, ...] = (),
    environ: dict[str, str] | None = None,
) -> Iterator[Services]:
    """Runs `only` until the block ends; however we end, nothing of it stays."""
    folder = Path(tempfile.mkdtemp(prefix="hubline-bench-"))
    watching = guard(folder, os.getpid())
    request = Request(data_dir=folder, only=only, programs=programs)
    with opened(request, {**_own_environ(), **(environ or {})}, note) as stack:
        try:
            stack.supervisor.start()
            yield Services(endpoints=stack.endpoints, supervisor=stack.supervisor, folder=folder)
        finally:
            stack.supervisor.stop()
    shutil.rmtree(folder, ignore_errors=True)
    watching.wait()


def _own_environ() -> dict[str, str]:
    """Ours without what would change what is measured, or name another's services."""
    foreign = (plan.KAFKA_VARIABLE, plan.POSTGRES_VARIABLE)
    return {
        name: value
        for name, value in os.environ.items()
        if name == "HUBLINE_CACHE_DIR" or (name not in foreign and not name.startswith("HUBLINE_"))
    }
