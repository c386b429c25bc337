"""The command `hubline`: a table of modules, each of which registers its own commands.

Exit codes, the same for every command: 0 done, 1 a failed check or a negative answer, 2 wrong usage, 3 something
that is needed cannot be reached.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import Annotated, Final

import typer

MODULES: Final[tuple[str, ...]] = (
    "demo",
    "simulate",
    "stack",
    "workspace",
    "users",
    "keys",
    "customers",
    "agent",
    "watch",
    "supervise",
    "audit",
    "config",
    "dlq",
    "explain",
    "state",
    "replay",
    "log",
    "verify",
    "schemas",
    "scenario",
    "backtest",
    "fuzz",
    "bench",
)
"""Modules of `deploy.commands`, in the order in which the help shows their commands."""


def build(modules: tuple[str, ...] = MODULES) -> typer.Typer:
    """The application with the commands of `modules`.

    Raises ModuleNotFoundError for a module that does not exist.
    """
    app = typer.Typer(
        name="hubline",
        help="A contact center on Kafka and PostgreSQL.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for name in modules:
        importlib.import_module(f"deploy.commands.{name}").register(app)
    return app


def main() -> None:
    """Entry point of the command `hubline`."""
    build()()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hubline {importlib.metadata.version('hubline')}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """A contact center on Kafka and PostgreSQL."""
