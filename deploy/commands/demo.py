"""`hubline run` and `hubline demo`: the book city at work, until stopped or for a while; then whether all was kept.

Exit codes: 0 all is well; 1 something was lost, doubled or broken, or too little was done, or the stack did not start;
2 wrong usage; 3 what was started does not answer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from deploy.demo.report import Report

NOT_WELL: Final = 1
NOT_REACHABLE: Final = 3
DEFAULT_SECONDS: Final = 30.0
DEFAULT_RATE: Final = 4.0
GENTLE_RATE: Final = 0.8


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(run)
    app.command()(demo)


def run(
    rate: Annotated[float, typer.Option(min=0.05, max=100, help="Contacts a second.")] = GENTLE_RATE,
    language: Annotated[str | None, typer.Option("--lang", help="zh-CN or en; left out: as the terminal's.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", metavar="FOLDER", help="Where all its data lies (HUBLINE_DATA_DIR).")
    ] = None,
) -> None:
    """Start everything, and show a book city at work: contacts, scripted agents, a live table. Ctrl-C stops it."""
    from deploy.commands.agent import language_of
    from deploy.console.words import Language
    from deploy.demo.open_ended import Wanted
    from deploy.demo.open_ended import run as run_city
    from deploy.local.layout import data_dir as default_data_dir

    folder = data_dir.expanduser().resolve() if data_dir is not None else default_data_dir(os.environ)
    wanted = Wanted(data_dir=folder, rate_per_s=rate, language=Language(language_of(language)))
    with _failing():
        run_city(wanted, os.environ, _note)


def demo(
    seconds: Annotated[float, typer.Option(min=1, help="How long contacts come.")] = DEFAULT_SECONDS,
    rate: Annotated[float, typer.Option(min=0.1, max=500, help="Contacts a second.")] = DEFAULT_RATE,
    seed: Annotated[str, typer.Option(help="The same seed, the same contacts.")] = "demo",
    json: Annotated[bool, typer.Option("--json", help="The last line is one JSON object.")] = False,
    plant_loss: Annotated[bool, typer.Option("--plant-loss", hidden=True)] = False,
    plant_doubling: Annotated[bool, typer.Option("--plant-doubling", hidden=True)] = False,
) -> None:
    """Run the book city in a temporary folder for some seconds, stop everything, and check that nothing was lost."""
    from deploy.demo.bounded import Wanted, demonstrate

    wanted = Wanted(seconds=seconds, rate_per_s=rate, seed=seed, plant_loss=plant_loss, plant_doubling=plant_doubling)
    with _failing():
        report = demonstrate(wanted, os.environ, os.getpid(), _note)
    _show(report, json)
    if report.failures:
        raise typer.Exit(NOT_WELL)


@contextmanager
def _failing() -> Iterator[None]:
    """What keeps a demonstration from being held is said in a sentence."""
    from deploy.console.client import Gone
    from deploy.console.sign_in import Refused
    from deploy.local.errors import StackError
    from deploy.simulation.bookcity import SetUpFailed

    try:
        yield
    except StackError as error:
        _note(f"hubline: {error.problem}\n{error.advice}".strip())
        raise typer.Exit(NOT_WELL) from error
    except (SetUpFailed, Refused, Gone) as error:
        _note(f"hubline: {error}")
        raise typer.Exit(NOT_WELL) from error
    except (OSError, TimeoutError) as error:
        _note(f"hubline: what was just started does not answer: {type(error).__name__} {error}")
        raise typer.Exit(NOT_REACHABLE) from error


def _show(report: Report, json: bool) -> None:
    import msgspec

    for failure in report.failures:
        _note(f"NOT WELL: {failure}")
    if json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
        sys.stdout.flush()
        return
    for name, value in msgspec.to_builtins(report).items():
        typer.echo(f"{name:<14} {value}")


def _note(text: str) -> None:
    typer.echo(text, err=True)
