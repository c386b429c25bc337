"""`hubline run` and `hubline demo`: the book city at work, until stopped or for a while; then whether all was kept.

Exit codes: 0 all is well; 1 something was lost, doubled or broken, or too little was done, or the stack did not start;
2 wrong usage; 3 what was started does not answer.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from deploy.demo.bounded import Day
    from deploy.demo.report import Report

NOT_WELL: Final = 1
WRONG_USAGE: Final = 2
NOT_REACHABLE: Final = 3
DEFAULT_SECONDS: Final = 30.0
DEFAULT_RATE: Final = 4.0
GENTLE_RATE: Final = 0.8
DAY_S: Final = 86_400
DEFAULT_DAY: Final = "1999-01-03"
DEFAULT_SPEED: Final = 60.0


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
    with failing():
        run_city(wanted, os.environ, note)


def demo(  # noqa: PLR0913, PLR0917  # Each is an option.
    seconds: Annotated[float, typer.Option(min=1, help="How long contacts come.")] = DEFAULT_SECONDS,
    rate: Annotated[float, typer.Option(min=0.1, max=500, help="Contacts a second.")] = DEFAULT_RATE,
    seed: Annotated[str, typer.Option(help="The same seed, the same contacts.")] = "demo",
    json: Annotated[bool, typer.Option("--json", help="The last line is one JSON object.")] = False,
    calls: Annotated[Path | None, typer.Option(metavar="FILE", help="A bank's call log to run instead.")] = None,
    day: Annotated[str, typer.Option(help="Which day of it.")] = DEFAULT_DAY,
    speed: Annotated[float, typer.Option(min=1, max=600, help="How many times faster than it was.")] = DEFAULT_SPEED,
    from_: Annotated[str | None, typer.Option("--from", metavar="HH:MM", help="From this time of the day.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="HH:MM", help="To this time of the day.")] = None,
    report_to: Annotated[Path | None, typer.Option("--report", metavar="FILE", help="The report as Markdown.")] = None,
    plant_loss: Annotated[bool, typer.Option("--plant-loss", hidden=True)] = False,
    plant_doubling: Annotated[bool, typer.Option("--plant-doubling", hidden=True)] = False,
) -> None:
    """Run the book city in a temporary folder for some seconds, stop everything, and check that nothing was lost.

    With --calls, run a day of a bank's real call log instead, and set our waits beside the bank's.
    """
    from deploy.demo.bounded import Wanted, demonstrate

    wanted = Wanted(
        seconds=seconds,
        rate_per_s=rate,
        seed=seed,
        day=None if calls is None else day_of(calls, day, speed, seed, (from_, to)),
        plant_loss=plant_loss,
        plant_doubling=plant_doubling,
    )
    with failing():
        report = demonstrate(wanted, os.environ, os.getpid(), note)
    _show(report, json)
    if report_to is not None:
        write_page(report_to, _markdown(report))
    if report.failures:
        raise typer.Exit(NOT_WELL)


def day_of(file: Path, date: str, speed: float, seed: str, window: tuple[str | None, str | None]) -> Day:
    """What of a call log is to be run. Raises typer.BadParameter."""
    from deploy.demo.bounded import Day
    from deploy.simulation.bank_day import Replay

    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date):
        raise typer.BadParameter("write a day such as 1999-01-03", param_hint="--day")
    from_s, to_s = seconds_of(window)
    return Day(file=file, date=date, replay=Replay(speed=speed, seed=seed, run=seed, from_s=from_s, to_s=to_s))


def seconds_of(window: tuple[str | None, str | None]) -> tuple[int, int]:
    """Seconds of the day for `--from` and `--to`; left out: the whole day. Raises typer.BadParameter."""
    from_s, to_s = _second(window[0], "--from", 0), _second(window[1], "--to", DAY_S)
    if from_s >= to_s:
        raise typer.BadParameter("--from comes before --to", param_hint="--from")
    return from_s, to_s


def _second(text: str | None, option: str, otherwise: int) -> int:
    if text is None:
        return otherwise
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text)
    if found is None or int(found[1]) > 24 or int(found[2]) > 59:
        raise typer.BadParameter("write a time such as 09:30", param_hint=option)
    return int(found[1]) * 3_600 + int(found[2]) * 60


@contextmanager
def failing() -> Iterator[None]:
    """What keeps a demonstration from being held is said in a sentence."""
    from deploy.console.client import Gone
    from deploy.console.sign_in import Refused
    from deploy.local.errors import StackError
    from deploy.simulation.bank import NoSuchDay
    from deploy.simulation.company import SetUpFailed

    try:
        yield
    except StackError as error:
        note(f"hubline: {error.problem}\n{error.advice}".strip())
        raise typer.Exit(NOT_WELL) from error
    except (SetUpFailed, Refused, Gone) as error:
        note(f"hubline: {error}")
        raise typer.Exit(NOT_WELL) from error
    except NoSuchDay as error:
        note(f"hubline: {error}")
        raise typer.Exit(WRONG_USAGE) from error
    except (OSError, TimeoutError) as error:
        note(f"hubline: what was just started does not answer: {type(error).__name__} {error}")
        raise typer.Exit(NOT_REACHABLE) from error


def _show(report: Report, json: bool) -> None:
    import msgspec

    from deploy.simulation.replay_page import text_of

    for failure in report.failures:
        note(f"NOT WELL: {failure}")
    if json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
        sys.stdout.flush()
        return
    for name, value in msgspec.to_builtins(msgspec.structs.replace(report, replay=None)).items():
        if value is not None:
            typer.echo(f"{name:<22} {value}")
    if report.replay is not None:
        typer.echo(text_of(report.replay))


def _markdown(report: Report) -> str:
    """The report of a day, or the book city's sums, as a page."""
    import msgspec

    from deploy.simulation.replay_page import page

    sums = msgspec.to_builtins(msgspec.structs.replace(report, replay=None))
    lines = [f"| {name} | {value} |" for name, value in sums.items() if value is not None]
    head = [] if report.replay is None else [page(report.replay), "## Sums", ""]
    return "\n".join([*head, "| what | |", "|---|---|", *lines, ""])


def write_page(path: Path, text: str) -> None:
    """Writes a report; a file that cannot be written is wrong usage."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        note(f"hubline: {path} cannot be written: {error.strerror or error}")
        raise typer.Exit(WRONG_USAGE) from error


def note(text: str) -> None:
    """Says it beside what is printed."""
    typer.echo(text, err=True)
