"""`hubline replay`: the log's decisions once more, compared byte for byte with those that were recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from deploy.replaying import Difference, Replayed
    from streams.routing.logged import LogSource

DIFFERENT: Final = 1
WRONG_USAGE: Final = 2


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(replay)


def replay(
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE|TOPIC", help="An exported or imported log; left out: the live one."),
    ] = None,
    workspace: Annotated[str | None, typer.Option("--workspace", help="Left out: bookcity, or the file's.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="SEQ", help="Through this decision: SEQ, or EPOCH/SEQ.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the recorded decisions and fingerprints.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Fold a log again, and say how fast that went. With --check, exit code 1 at the first difference, shown with its input."""
    import msgspec

    from deploy.log_choice import with_log
    from deploy.moments import Unreadable, read_place
    from deploy.progress import Progress
    from deploy.replaying import NothingToReplay
    from deploy.replaying import replay as run
    from streams.routing.fold import Broke

    try:
        last = None if until is None else read_place(until)
    except Unreadable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USAGE) from error

    async def work(source: LogSource) -> Replayed:
        with Progress() as progress:
            return await run(source, until=last, check=check, progress=progress.inputs)

    found = with_log("hubline-replay", from_, workspace, work, (NothingToReplay, Broke))
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        _show(found)
    if found.difference is not None:
        raise typer.Exit(DIFFERENT)


def _show(found: Replayed) -> None:
    typer.echo(
        f"{found.workspace}: {found.inputs:,} inputs, {found.decisions:,} decisions in {found.seconds:.2f} s: "
        f"{found.inputs_per_s:,} inputs/s, {found.decisions_per_s:,} decisions/s"
    )
    typer.echo(
        f"epoch {found.epoch}, seq {found.seq}, rules of version {found.engine_version}, "
        f"fingerprint {found.fingerprint[:16]}"
    )
    if found.stopped_at is not None:
        typer.echo(f"stopped at input {found.stopped_at}")
    if found.difference is not None:
        _show_difference(found.difference)
    elif found.compared is not None:
        typer.echo(f"equal: {found.compared:,} decisions byte for byte, {found.fingerprints:,} fingerprints")


def _show_difference(found: Difference) -> None:
    typer.echo(f"DIFFERENT {found.what} {found.epoch}/{found.seq}, of input {found.offset}")
    typer.echo(f"  input     {found.input}")
    typer.echo(f"  recorded  {found.recorded}")
    typer.echo(f"  replayed  {found.replayed}")
    for field in found.fields:
        typer.echo(f"  differs   {field}")
    if found.interaction_id is not None:
        typer.echo(f"  why it follows: hubline explain {found.interaction_id}")
