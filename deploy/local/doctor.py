"""Whether this machine can run the stack, check by check, and what to do where it cannot."""

from __future__ import annotations

import asyncio
import os
import platform
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec
import psutil

from deploy.local import jars, java, kafka_probe, plan, ports, postgres, state
from deploy.local.errors import StackError
from deploy.local.layout import Layout, cache_dir
from deploy.local.stack import everything

GIB: Final = 2**30
DISK_BYTES: Final = 2 * GIB
MEMORY_BYTES: Final = 3 * GIB // 2
OPEN_FILES: Final = 4096
OLDEST_PYTHON: Final = (3, 11)
OLDEST_POSTGRES: Final = 15_00_00
ANSWER_TIMEOUT_S: Final = 5


class Finding(msgspec.Struct, frozen=True):
    """One check: whether it is well, what was found, and what to do if not."""

    check: str
    well: bool
    found: str
    advice: str = ""


class Machine(msgspec.Struct, frozen=True):
    """What is examined."""

    layout: Layout
    cache: Path
    environ: Mapping[str, str]


Check = Callable[[Machine], Finding]


def examine(data_dir: Path, environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """Every check's finding; a check that cannot be made is a finding too."""
    machine = Machine(layout=Layout(data_dir=data_dir), cache=cache_dir(environ), environ=environ)
    checks: list[Check] = [_python, _open_files, _memory, _disk, _folder]
    if environ.get(plan.KAFKA_VARIABLE):
        checks.append(_external_kafka)
    else:
        checks += [_java, _jars]
    checks.append(_external_postgres if environ.get(plan.POSTGRES_VARIABLE) else _postgres)
    checks += [_ports, _leftovers]
    return tuple(_made(check, machine) for check in checks)


def _made(check: Check, machine: Machine) -> Finding:
    try:
        return check(machine)
    except StackError as error:
        return Finding(check=_name(check), well=False, found=error.problem, advice=error.advice)
    except OSError as error:
        return Finding(
            check=_name(check), well=False, found=str(error), advice="Let this account read and write there."
        )


def _name(check: Check) -> str:
    return getattr(check, "__name__", "check").lstrip("_").replace("_", " ")


def _python(_machine: Machine) -> Finding:
    well = sys.version_info[:2] >= OLDEST_PYTHON
    return Finding("python", well, platform.python_version(), "" if well else "Install Python 3.11 or newer.")


def _open_files(_machine: Machine) -> Finding:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    well = hard in (resource.RLIM_INFINITY,) or hard >= OPEN_FILES
    shown = "no limit" if hard == resource.RLIM_INFINITY else f"at most {hard}"
    return Finding("open files", well, shown, "" if well else f"Raise the limit: `ulimit -Hn {OPEN_FILES}` or more.")


def _memory(machine: Machine) -> Finding:
    free = psutil.virtual_memory().available
    if everything(machine.layout):
        return Finding("memory", True, f"{_gib(free)} available besides what runs already")
    advice = (
        "" if free >= MEMORY_BYTES else f"Free some: Kafka, PostgreSQL and the processes need {_gib(MEMORY_BYTES)}."
    )
    return Finding("memory", free >= MEMORY_BYTES, f"{_gib(free)} available", advice)


def _disk(machine: Machine) -> Finding:
    free = {place: shutil.disk_usage(_existing(place)).free for place in (machine.layout.data_dir, machine.cache)}
    short = [place for place, size in free.items() if size < DISK_BYTES]
    found = "; ".join(f"{_gib(size)} free for {place}" for place, size in free.items())
    advice = f"Make room ({_gib(DISK_BYTES)}), or set HUBLINE_DATA_DIR or HUBLINE_CACHE_DIR elsewhere." if short else ""
    return Finding("disk", not short, found, advice)


def _folder(machine: Machine) -> Finding:
    place = _existing(machine.layout.data_dir)
    if not os.access(place, os.W_OK):
        return Finding("data folder", False, f"{place} cannot be written", "Choose another with --data-dir.")
    if os.geteuid() == 0 and not postgres.is_open_to_others(place):
        advice = f"Choose another with --data-dir: as root, PostgreSQL runs as {postgres.UNPRIVILEGED}."
        return Finding("data folder", False, f"{place} is closed to the account {postgres.UNPRIVILEGED}", advice)
    return Finding("data folder", True, str(machine.layout.data_dir))


def _java(machine: Machine) -> Finding:
    found = java.find(machine.environ)
    return Finding("java", True, f"{found.major} ({found.program})")


def _jars(machine: Machine) -> Finding:
    locked = jars.read_lock()
    lacking = jars.missing(machine.cache, locked)
    if lacking:
        size = sum(jar.size_bytes for jar in lacking) / 2**20
        found = f"{jars.KAFKA_VERSION}: {len(lacking)} of {len(locked)} jars are missing ({size:.0f} MiB)"
        return Finding("kafka", False, found, "Run `hubline doctor --fetch`, or let `hubline up` fetch them.")
    return Finding("kafka", True, f"{jars.KAFKA_VERSION}: {len(locked)} jars, checksums right ({machine.cache})")


def _postgres(machine: Machine) -> Finding:
    programs = postgres.find_programs(machine.cache)
    asked = subprocess.run([str(programs / "postgres"), "--version"], capture_output=True, text=True, check=False)
    well = asked.returncode == 0
    return Finding("postgres", well, asked.stdout.strip() or asked.stderr.strip(), "" if well else "Run `make setup`.")


def _external_kafka(machine: Machine) -> Finding:
    servers = machine.environ[plan.KAFKA_VARIABLE]
    answering = [one for one in servers.split(",") if _answers(one.strip())]
    advice = "" if answering else f"Start it, or unset {plan.KAFKA_VARIABLE} to use one of our own."
    found = f"{servers}: {'answers' if answering else 'does not answer'}"
    return Finding("kafka", bool(answering), found, advice)


def _answers(server: str) -> bool:
    host, _, port = server.rpartition(":")
    return bool(host) and port.isdigit() and kafka_probe.answers(host, int(port))


def _external_postgres(machine: Machine) -> Finding:
    import asyncpg

    async def ask() -> int:
        connection = await asyncpg.connect(machine.environ[plan.POSTGRES_VARIABLE], timeout=ANSWER_TIMEOUT_S)
        try:
            return int(await connection.fetchval("SHOW server_version_num"))
        finally:
            await connection.close()

    advice = f"Start it, correct {plan.POSTGRES_VARIABLE}, or unset it to use one of our own."
    try:
        number = asyncio.run(ask())
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        return Finding("postgres", False, f"does not answer: {type(error).__name__}", advice)
    well = number >= OLDEST_POSTGRES
    return Finding("postgres", well, f"version {number // 10_000}", "" if well else "It must be 15 or newer.")


def _ports(machine: Machine) -> Finding:
    if not machine.layout.state_file.exists():
        return Finding("ports", True, "chosen at the first start")
    kept = state.load(machine.layout).ports
    names = {port: name for name, listened in plan.PORTS.items() for port in listened}
    running = {one.name for one in everything(machine.layout)}
    taken = [
        f"{name} {port}" for name, port in kept.items() if names.get(name) not in running and not ports.is_free(port)
    ]
    if taken:
        found = f"taken by somebody else: {', '.join(taken)}"
        return Finding("ports", True, f"{found}; the next start chooses others")
    return Finding("ports", True, ", ".join(f"{name} {port}" for name, port in kept.items()))


def _leftovers(machine: Machine) -> Finding:
    if not machine.layout.run_dir.exists():
        return Finding("leftovers", True, "none")
    running = everything(machine.layout)
    if state.holder_of(machine.layout) is not None or not running:
        return Finding("leftovers", True, "none")
    names = ", ".join(f"{one.name} ({one.pid})" for one in running)
    return Finding(
        "leftovers", True, f"{names} run unwatched; the next start takes them over, `hubline down` ends them"
    )


def _existing(place: Path) -> Path:
    return next(one for one in (place, *place.parents) if one.exists())


def _gib(size: int) -> str:
    return f"{size / GIB:.1f} GiB"
