"""`hubline bench`: the product beside its peers, measured now, on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

NAMES = (
    "engine",
    "engine-growth",
    "recovery",
    "pipeline",
    "latency",
    "sockets",
    "exactly-once",
    "timeline",
    "metrics",
    "theory",
    "expected-wait",
)
"""As `bench.catalogue` has them, which loads much."""
USAGE = 2
BROKEN = 1


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(bench)


def bench(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(NAMES)}. Left out: all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Once each, under a minute: a first look, no verdict.")
    ] = False,
) -> None:
    """Runs benchmarks beside their peers, in turn, on a broker and a database of their own; docs/benchmarks.md."""
    wanted = list(dict.fromkeys(names or NAMES))
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        typer.echo(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}", err=True)
        raise typer.Exit(USAGE)

    from bench.catalogue import BENCHMARKS
    from bench.machine import this_machine
    from bench.measures import summarise
    from bench.report import json_line, table

    machine = this_machine()
    if not as_json:
        typer.echo(f"{machine.cpu}; {', '.join(f'{name} {version}' for name, version in machine.versions.items())}")
    results = []
    broken = False
    for name in wanted:
        try:
            found = [summarise(series, machine) for series in BENCHMARKS[name](quick, _note)]
        except Exception as error:
            typer.echo(f"{name} broke: {type(error).__name__}: {error}", err=True)
            broken = True
            continue
        results += found
        if as_json:
            for result in found:
                typer.echo(json_line(result))
    if not as_json and results:
        typer.echo("\n".join(table(results)))
    if broken:
        raise typer.Exit(BROKEN)


def _note(line: str) -> None:
    typer.echo(line, err=True)
