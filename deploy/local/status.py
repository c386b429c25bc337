"""What runs in a data folder, seen from outside: no supervisor is asked, so that it is true without one."""

from __future__ import annotations

import enum
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from deploy.local import kafka, kafka_probe, plan, postgres, readiness, state
from deploy.local.layout import Layout, cache_dir
from deploy.local.processes import Running
from deploy.local.readiness import Readiness
from deploy.local.stack import Endpoints, endpoints_of, everything
from deploy.local.state import HOST

EXTERNAL: Final = {kafka.NAME: plan.KAFKA_VARIABLE, postgres.NAME: plan.POSTGRES_VARIABLE}


class Condition(enum.StrEnum):
    """How a process is. `STARTING`: not ready yet, while the one it is paired with works."""

    READY = "ready"
    STANDING_BY = "standby"
    STARTING = "starting"
    NOT_READY = "not ready"
    DOWN = "down"
    EXTERNAL = "external"


STARTS_WITHIN_MS: Final = 90_000
SAID: Final = {
    Readiness.READY: Condition.READY,
    Readiness.STANDBY: Condition.STANDING_BY,
    Readiness.UNREADY: Condition.NOT_READY,
}


class ProcessStatus(msgspec.Struct, frozen=True):
    """One process; `up_ms` since its start, `restarts` in a row since it was last stable; None = not running."""

    name: str
    condition: Condition
    pid: int | None = None
    address: str | None = None
    health: str | None = None
    up_ms: int | None = None
    restarts: int = 0


class StackStatus(msgspec.Struct, frozen=True):
    """The folder's stack; `supervised` = something watches it and starts again what dies."""

    data_dir: str
    supervised: bool
    processes: tuple[ProcessStatus, ...]

    @property
    def runs(self) -> bool:
        """Whether any process of ours runs."""
        return any(one.pid is not None for one in self.processes)

    @property
    def well(self) -> bool:
        """Whether it is watched and nothing that runs is unready."""
        unready = any(one.condition is Condition.NOT_READY for one in self.processes)
        return self.supervised and self.runs and not unready


def look(folder: Path, environ: Mapping[str, str]) -> StackStatus:
    """The status of a folder's stack now; asks each process once, a second at most each."""
    layout = Layout(data_dir=folder)
    if not layout.state_file.exists():
        return StackStatus(data_dir=str(folder), supervised=False, processes=())
    endpoints = endpoints_of(state.load(layout), environ)
    running = {one.name: one for one in everything(layout)}
    found = tuple(_status(name, running.get(name), layout, endpoints, environ) for name in plan.NAMES)
    return StackStatus(data_dir=str(folder), supervised=state.holder_of(layout) is not None, processes=paired(found))


def paired(found: tuple[ProcessStatus, ...]) -> tuple[ProcessStatus, ...]:
    """The same, where one that starts is forgiven while the other of its pair works: nothing lacks it yet."""
    partners = {it.name: it.stands_by_for for it in plan.PROGRAMS if it.stands_by_for is not None}
    partners |= {first: second for second, first in partners.items()}
    working = {one.name for one in found if one.condition is Condition.READY}
    return tuple(
        msgspec.structs.replace(one, condition=Condition.STARTING)
        if one.condition is Condition.NOT_READY
        and partners.get(one.name) in working
        and (one.up_ms or 0) < STARTS_WITHIN_MS
        else one
        for one in found
    )


def _status(
    name: str, running: Running | None, layout: Layout, endpoints: Endpoints, environ: Mapping[str, str]
) -> ProcessStatus:
    if environ.get(EXTERNAL.get(name, "")):
        return ProcessStatus(name=name, condition=Condition.EXTERNAL)
    if running is None:
        return ProcessStatus(name=name, condition=Condition.DOWN)
    health = readiness.health_port(layout.port_file(name))
    ports = [endpoints.ports[port] for port in plan.PORTS.get(name, ())[:1] if port in endpoints.ports]
    up_ms = time.time_ns() // 1_000_000 - running.started_ms if running.started_ms else None
    return ProcessStatus(
        name=name,
        condition=SAID[_readiness(name, layout, endpoints, environ)],
        pid=running.pid,
        address=f"{HOST}:{ports[0]}" if ports else None,
        health=f"{HOST}:{health}" if health is not None else None,
        up_ms=up_ms,
        restarts=running.restarts,
    )


def _readiness(name: str, layout: Layout, endpoints: Endpoints, environ: Mapping[str, str]) -> Readiness:
    if name == kafka.NAME:
        leads = kafka_probe.leads_all(HOST, endpoints.ports.get(kafka.PORT, 0))
        return Readiness.READY if leads else Readiness.UNREADY
    if name == postgres.NAME:
        programs = postgres.find_programs(cache_dir(environ))
        accepts = postgres.accepts(programs, endpoints.ports.get(postgres.PORT, 0))
        return Readiness.READY if accepts else Readiness.UNREADY
    return readiness.ask(layout.port_file(name))
