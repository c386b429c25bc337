"""`hubline explain`: why this agent and not that one, and for each moment that a contact waited, why nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.agent import language_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.trace import Trace
    from streams.routing.fold import Fold
    from streams.routing.logged import LogSource

WRONG_USAGE = 2


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(explain)


def explain(
    interaction: Annotated[
        str,
        typer.Argument(
            help="The interaction's id, or its last characters as screens show them.", metavar="INTERACTION"
        ),
    ],
    workspace: Annotated[str | None, typer.Option("--workspace", help="Left out: bookcity, or the file's.")] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="As of then: 14:05, 14:05:30 or 2026-11-25T14:05:30+08:00."),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="An exported or imported log; left out: the live one.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Every change, every candidate and every name.")] = False,
    language: Annotated[str | None, typer.Option("--lang", help="zh-CN or en; left out: as the terminal's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The trace as one JSON object.")] = False,
) -> None:
    """Recompute from the log all that routing considered for one contact: every agent, every reason, at every moment.

    Times are in the workspace's time zone.
    """
    import msgspec

    from deploy.console.words import Language
    from deploy.explained.story import story
    from deploy.explained.words import Words
    from deploy.explained.wrapping import shown
    from deploy.log_choice import with_log
    from deploy.moments import Unreadable
    from streams.routing.explaining import NotInLog

    spoken = language_of(language)
    try:
        limit = None if at is None else moment_of(at)
    except Unreadable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USAGE) from error

    async def work(source: LogSource) -> Trace:
        return await traced(source, interaction, limit)

    trace = with_log("hubline-explain", from_, workspace, work, (NotInLog,))
    if as_json:
        typer.echo(msgspec.json.encode(trace).decode())
    else:
        typer.echo(shown(story(trace, Words(Language(spoken)), full=full)))


def moment_of(text: str) -> Callable[[str | None], int]:
    """The moment on the clock of a zone, once that is known. Raises Unreadable."""
    import time

    from deploy.moments import read_instant

    instant, now_ms = read_instant(text), int(time.time() * 1000)
    return lambda zone: instant.at_ms(zone, now_ms)


async def traced(source: LogSource, named: str, limit: Callable[[str | None], int] | None) -> Trace:
    """The trace, from the nearest snapshot. Raises NotInLog, also when several ids end as `named` does."""
    from deploy.progress import Progress
    from streams.routing import explaining

    interaction = await explaining.whole_id(source, named)
    until, stops, kept = explaining.Until(limit), await source.stops(), explaining.kept(source)
    with Progress() as progress:

        async def turn(_fold: Fold, reached: int) -> None:
            if progress.is_due():
                progress.say(f"at input {reached:,}")

        return await explaining.explain(source, interaction, until=until, snapshots=kept, stops=stops, turn=turn)
