"""`hubline backtest`: a recorded log of calls through the routing engine, in virtual time, beside what was recorded.

Exit codes: 0 run, all promises kept; 1 an invariant was broken; 2 wrong usage, also a log or document that cannot be read.
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

BROKEN = 1
WRONG_USAGE = 2
LONGEST_S = 86_400


class Fitted(enum.StrEnum):
    """What can be fitted to the record."""

    AFTER_CALL = "after-call"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(backtest)


def backtest(  # noqa: PLR0913, PLR0917  # Each is an option.
    calls: Annotated[Path, typer.Option(metavar="FILE", help="The log: a bank's, or CSV (docs/backtest.md).")],
    workspace: Annotated[
        list[Path] | None,
        typer.Option(metavar="DOC", help="Whose rules apply; left out: the log's own. Twice: both, compared."),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first day, such as 1999-01-03.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day.")] = None,
    after_call: Annotated[
        float | None,
        typer.Option(
            min=0, max=LONGEST_S, metavar="S", help="Seconds of work after each call; left out: the document's."
        ),
    ] = None,
    fit: Annotated[
        Fitted | None, typer.Option(help="Find the after-call time that reproduces the recorded abandonment.")
    ] = None,
    seed: Annotated[str, typer.Option(help="Of what the log does not tell: patience, lost service times.")] = "1",
    seeds: Annotated[int, typer.Option(min=2, help="How many seeds two documents are compared over.")] = 5,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Both sides by hour and by day, as SVG.")] = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Have every decision checked under all rules too; takes twice as long.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="The last line is one JSON object.")] = False,
) -> None:
    """Run a recorded log of calls through the pure engine, and set the waits beside the recorded ones."""
    from deploy.backtest.running import Unusable, Wanted, run
    from streams.routing.breach import BrokenInvariant

    if fit is not None and after_call is not None:
        raise typer.BadParameter("give the after-call time, or have it found", param_hint="--fit")
    documents = tuple(workspace or ())
    if len(documents) > 2:
        raise typer.BadParameter("one document, or two to compare", param_hint="--workspace")
    wanted = Wanted(
        calls=calls,
        documents=documents,
        first=from_,
        last=to,
        after_call_ms=None if after_call is None else round(after_call * 1000),
        fits=fit is not None,
        seed=seed,
        seeds=seeds,
        thorough=thorough,
    )
    try:
        told = run(wanted, _progress)
    except Unusable as unusable:
        typer.echo(f"hubline: {unusable}", err=True)
        raise typer.Exit(WRONG_USAGE) from unusable
    except BrokenInvariant as broken:
        typer.echo(f"BROKEN invariant: {broken}", err=True)
        raise typer.Exit(BROKEN) from broken
    if picture is not None:
        _draw(told, picture)
    _show(told, json)
    if told.problems:
        raise typer.Exit(BROKEN)


def _draw(told: object, picture: Path) -> None:
    from deploy.backtest.picture import svg
    from deploy.backtest.report import Told, title_of

    assert isinstance(told, Told)
    try:
        picture.write_text(svg(told.test.compared, title_of(told)), encoding="utf-8")
    except OSError as error:
        typer.echo(f"hubline: {error}", err=True)
        raise typer.Exit(WRONG_USAGE) from error


def _show(told: object, json: bool) -> None:
    import msgspec

    from deploy.backtest.report import Told, summary, text

    assert isinstance(told, Told)
    if json:
        typer.echo(msgspec.json.encode(summary(told)).decode())
    else:
        typer.echo(text(told))


def _progress(line: str) -> None:
    typer.echo(line, err=True)
