"""`hubline config`: every setting, where it came from, and nothing secret."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from runtime.settings import Shown

WRONG_USAGE: Final = 2


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(config)


def config(
    json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
    changed: Annotated[bool, typer.Option("--changed", help="Only what the environment sets.")] = False,
) -> None:
    """Print every setting as a process started here would read it, with its source; passwords are left out.

    Exit code 2 when the environment holds a setting that does not exist or cannot be read.
    """
    import msgspec

    from runtime.settings import SettingsError, describe, load

    try:
        settings = load(os.environ)
    except SettingsError as error:
        for problem in error.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(WRONG_USAGE) from error
    shown = [it for it in describe(settings, os.environ) if not changed or it.source != "default"]
    if json:
        for setting in shown:
            typer.echo(msgspec.json.encode(setting).decode())
    else:
        _table(shown)


def _table(shown: list[Shown]) -> None:
    width = max((len(it.variable) for it in shown), default=0)
    for setting in shown:
        value = "-" if setting.value is None else setting.value
        typer.echo(f"{setting.variable:<{width}}  {value}" + ("" if setting.source == "default" else "  (environment)"))
