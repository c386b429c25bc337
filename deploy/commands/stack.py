"""`hubline up | down | status | logs | doctor`: the stack on this machine.

Exit codes: 0 done or all well; 1 something is not well; 2 wrong usage; 3 nothing runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from deploy.local.doctor import Finding
    from deploy.local.follow import LogLine
    from deploy.local.serve import Said
    from deploy.local.stack import Request
    from deploy.local.status import StackStatus

NOT_WELL: Final = 1
WRONG_USAGE: Final = 2
NOTHING_RUNS: Final = 3

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="FOLDER", help="Where all its data lies (HUBLINE_DATA_DIR).")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    for command in (up, down, status, logs, doctor):
        app.command()(command)


def up(
    data_dir: DataDir = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return when all is up; `hubline down` stops it.")] = False,
    only: Annotated[str, typer.Option(metavar="NAMES", help="Only these processes, comma-separated.")] = "",
    flush_interactions: Annotated[
        bool, typer.Option(help="Kafka writes each interaction to disk before it is acknowledged (a new folder only).")
    ] = False,
    json: Json = False,
) -> None:
    """Start Kafka, PostgreSQL and the product's processes, and keep them running.

    One Kafka node keeps what a killed process acknowledged; a power cut may cost its last seconds, unless
    --flush-interactions. KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL name services to use instead of our own.
    """
    from deploy.local import plan, state
    from deploy.local.layout import Layout
    from deploy.local.serve import Kind, launch, serve
    from deploy.local.stack import Request

    folder = _folder(data_dir)
    names = tuple(name.strip() for name in only.split(",") if name.strip()) or plan.NAMES
    _refuse_unknown(names, plan.NAMES)
    request = Request(data_dir=folder, only=names, flush_interactions=flush_interactions)
    layout = Layout(data_dir=folder)
    if state.wait_up(layout) if detach else state.holder_of(layout) is not None:
        _show_up(request, 0, json)
        raise typer.Exit(0 if detach else NOT_WELL)
    if not detach:
        if not serve(request, os.environ, lambda said: _tell(said, request, json)):
            raise typer.Exit(NOT_WELL)
        return
    for said in launch(request, os.environ):
        _tell(said, request, json)
        if said.kind is Kind.FAILED:
            raise typer.Exit(NOT_WELL)


def down(data_dir: DataDir = None, json: Json = False) -> None:
    """Stop everything that runs in the data folder, in order, also what a killed `hubline up` left behind."""
    from deploy.local.errors import StackError
    from deploy.local.layout import Layout
    from deploy.local.stack import bring_down

    try:
        ended = bring_down(Layout(data_dir=_folder(data_dir)), _note)
    except StackError as error:
        _show_problem(error.problem, error.advice)
        raise typer.Exit(NOT_WELL) from error
    if json:
        _print_json({"ended": list(ended)})
    else:
        typer.echo(f"ended: {', '.join(ended)}" if ended else "nothing was running")


def status(data_dir: DataDir = None, json: Json = False) -> None:
    """Show what runs, where it is reached, and whether it does its work."""
    from deploy.local.status import look

    found = look(_folder(data_dir), os.environ)
    if json:
        _print_json(found)
    else:
        _show_status(found)
    if not found.runs:
        raise typer.Exit(NOTHING_RUNS)
    if not found.well:
        raise typer.Exit(NOT_WELL)


def logs(
    process: Annotated[str | None, typer.Argument(help="One process; all without it.")] = None,
    data_dir: DataDir = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as the logs grow.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines of each to begin with.")] = 50,
    json: Json = False,
) -> None:
    """Show what the processes write."""
    from deploy.local import plan
    from deploy.local.follow import Follower, last_lines
    from deploy.local.layout import Layout
    from deploy.local.state import SUPERVISOR

    known = (*plan.NAMES, SUPERVISOR)
    names = known if process is None else (process,)
    _refuse_unknown(names, known)
    layout = Layout(data_dir=_folder(data_dir))
    files = {name: layout.log_file(name) for name in names}
    if not follow and not any(path.exists() for path in files.values()):
        typer.echo(f"there are no logs in {layout.logs_dir}", err=True)
        raise typer.Exit(NOTHING_RUNS)
    growing = Follower(files)
    try:
        _show_lines(last_lines(files, lines), named=process is None, json=json)
        if follow:
            _show_lines(growing.follow(), named=process is None, json=json)
    except KeyboardInterrupt:
        return
    finally:
        growing.close()


def doctor(
    data_dir: DataDir = None,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="First fetch what is missing, so that it works offline.")
    ] = False,
    json: Json = False,
) -> None:
    """Check this machine: Java, disk, ports, versions, what was fetched; and say what to do."""
    from deploy.local.doctor import examine

    if fetch:
        _fetch()
    findings = examine(_folder(data_dir), os.environ)
    for finding in findings:
        if json:
            _print_json(finding)
        else:
            _show_finding(finding)
    if not all(finding.well for finding in findings):
        raise typer.Exit(NOT_WELL)


def _folder(chosen: Path | None) -> Path:
    from deploy.local.layout import data_dir

    return chosen.expanduser().resolve() if chosen is not None else data_dir(os.environ)


def _refuse_unknown(names: Iterable[str], known: tuple[str, ...]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        typer.echo(f"no such process: {', '.join(unknown)}; there are {', '.join(known)}", err=True)
        raise typer.Exit(WRONG_USAGE)


def _fetch() -> None:
    from deploy.local import class_archive, jars, java, postgres
    from deploy.local.errors import StackError
    from deploy.local.layout import cache_dir
    from deploy.local.stack import fetch_note

    try:
        cache, found = cache_dir(os.environ), java.find(os.environ)
        class_path = jars.fetch(cache, fetch_note(_note))
        postgres.find_programs(cache)
        if not class_archive.path_of(cache, found).exists():
            _note("Kafka: recording its classes once, so that it starts sooner")
            class_archive.make(cache, found, class_path)
    except StackError as error:
        _show_problem(error.problem, error.advice)
        raise typer.Exit(NOT_WELL) from error


def _tell(said: Said, request: Request, json: bool) -> None:
    from deploy.local.serve import Kind

    if said.kind is Kind.READY:
        _show_up(request, said.took_ms, json)
    elif json:
        _print_json(said)
    elif said.kind is Kind.FAILED:
        _show_problem(said.text, said.advice)
    else:
        _note(said.text)


def _show_up(request: Request, took_ms: int, json: bool) -> None:
    from deploy.local.stack import endpoints_now
    from runtime.settings import without_password

    endpoints = endpoints_now(request.data_dir, os.environ)
    public = {name: f"http://127.0.0.1:{port}" for name, port in endpoints.ports.items() if name in request.only}
    services = {"kafka": endpoints.kafka, "postgres": without_password(endpoints.database_url)}
    reached = {**services, **{name: url for name, url in public.items() if name not in services}}
    if json:
        _print_json({"kind": "ready", "data_dir": str(request.data_dir), "took_ms": took_ms, **reached})
        return
    took = f" after {took_ms / 1000:.1f} s" if took_ms else " already"
    typer.echo(f"up{took}, data in {request.data_dir}")
    for name, where in reached.items():
        typer.echo(f"  {name:<10} {where}")


def _show_status(found: StackStatus) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("process", "is", "pid", "listens on", "health", "up", "restarts"):
        table.add_column(title, no_wrap=True)
    for one in found.processes:
        age = "" if one.up_ms is None else f"{one.up_ms / 1000:.0f} s"
        pid = str(one.pid or "")
        health = "" if one.health is None else f":{one.health.rpartition(':')[2]}"
        table.add_row(one.name, one.condition, pid, one.address or "", health, age, str(one.restarts or ""))
    Console().print(table)
    if found.runs and not found.supervised:
        typer.echo("nothing watches these: `hubline up` takes them over, `hubline down` ends them")
    if not found.runs:
        typer.echo(f"nothing runs in {found.data_dir}; `hubline up` starts it")


def _show_lines(lines: Iterable[LogLine], *, named: bool, json: bool) -> None:
    for one in lines:
        if json:
            _print_json(one)
        else:
            typer.echo(f"{one.process:<14} {one.line}" if named else one.line)


def _show_finding(finding: Finding) -> None:
    typer.echo(f"{'ok ' if finding.well else 'NO '} {finding.check:<12} {finding.found}")
    if finding.advice:
        typer.echo(f"    {'':<12} {finding.advice}")


def _show_problem(problem: str, advice: str) -> None:
    typer.echo(f"hubline: {problem}", err=True)
    if advice:
        typer.echo(advice, err=True)


def _note(text: str) -> None:
    typer.echo(text, err=True)


def _print_json(value: object) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()
