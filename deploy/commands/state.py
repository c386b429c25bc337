"""`hubline state`: queues, agents and offers as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from deploy.commands.agent import language_of
from deploy.commands.explain import moment_of

if TYPE_CHECKING:
    from deploy.moments import Place
    from deploy.states import Moment, StateThen
    from streams.routing.logged import LogSource

WRONG_USAGE: Final = 2


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(state)


def state(
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="TIME|SEQ",
            help="A decision's number (SEQ, EPOCH/SEQ), or 14:05, 14:05:30, 2026-11-25T14:05:30+08:00; left out: now.",
        ),
    ] = None,
    workspace: Annotated[str | None, typer.Option("--workspace", help="Left out: bookcity, or the file's.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="An exported or imported log; left out: the live one.")
    ] = None,
    language: Annotated[str | None, typer.Option("--lang", help="zh-CN or en; left out: as the terminal's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show queues, agents and offers as every screen showed them then, recomputed from the log."""
    import msgspec

    from deploy.console.words import Language
    from deploy.explained.standing import standing
    from deploy.explained.words import Words
    from deploy.explained.wrapping import shown
    from deploy.log_choice import with_log
    from deploy.moments import Unreadable
    from deploy.progress import Progress
    from deploy.states import NotYet
    from deploy.states import state as run
    from streams.routing.fold import Broke

    spoken = language_of(language)
    try:
        wanted = _wanted(at)
    except Unreadable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USAGE) from error

    async def work(source: LogSource) -> StateThen:
        with Progress() as progress:
            return await run(source, wanted, progress.inputs)

    found = with_log("hubline-state", from_, workspace, work, (NotYet, Broke))
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        typer.echo(shown(standing(found, Words(Language(spoken)))))


def _wanted(at: str | None) -> Place | Moment | None:
    from deploy.moments import Place, read

    if at is None:
        return None
    found = read(at)
    return found if isinstance(found, Place) else moment_of(at)
