"""What runs in a data folder, seen from outside: no supervisor is asked, so that it is true without one."""

from __future__ import annotations

import enum
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from deploy.local import kafka, kafka_probe, plan, postgres, state
from deploy.local.layout import Layout, cache_dir
from deploy.local.processes import Running
from deploy.local.stack import Endpoints, endpoints_of, everything
from deploy.local.state import HOST

EXTERNAL: Final = {kafka.NAME: plan.KAFKA_VARIABLE, postgres.NAME: plan.POSTGRES_VARIABLE}


class Condition(enum.StrEnum):
    """How a process is."""

    READY = "ready"
    NOT_READY = "not ready"
    DOWN = "down"
    EXTERNAL = "external"


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
    return StackStatus(data_dir=str(folder), supervised=state.holder_of(layout) is not None, processes=found)


def _status(
    name: str, running: Running | None, layout: Layout, endpoints: Endpoints, environ: Mapping[str, str]
) -> ProcessStatus:
    if environ.get(EXTERNAL.get(name, "")):
        return ProcessStatus(name=name, condition=Condition.EXTERNAL)
    if running is None:
        return ProcessStatus(name=name, condition=Condition.DOWN)
    health = plan.health_port(layout.port_file(name))
    ports = [endpoints.ports[port] for port in plan.PORTS.get(name, ())[:1] if port in endpoints.ports]
    up_ms = time.time_ns() // 1_000_000 - running.started_ms if running.started_ms else None
    return ProcessStatus(
        name=name,
        condition=Condition.READY if _is_ready(name, layout, endpoints, environ) else Condition.NOT_READY,
        pid=running.pid,
        address=f"{HOST}:{ports[0]}" if ports else None,
        health=f"{HOST}:{health}" if health is not None else None,
        up_ms=up_ms,
        restarts=running.restarts,
    )


def _is_ready(name: str, layout: Layout, endpoints: Endpoints, environ: Mapping[str, str]) -> bool:
    if name == kafka.NAME:
        return kafka_probe.leads_all(HOST, endpoints.ports.get(kafka.PORT, 0))
    if name == postgres.NAME:
        programs = postgres.find_programs(cache_dir(environ))
        return postgres.accepts(programs, endpoints.ports.get(postgres.PORT, 0))
    return plan.says_ready(layout.port_file(name))
