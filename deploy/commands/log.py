"""`hubline log reopen | resume | export | import`: a workspace's routing log goes on, or is replayed elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from runtime.broker import Broker

ResultT = TypeVar("ResultT")
NEGATIVE = 1
WRONG_USAGE = 2
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def register(app: typer.Typer) -> None:
    """Adds the group `log`."""
    group = typer.Typer(
        help="A workspace's routing log: go on after a stop, or in a new epoch; export it, import it for replay.",
        no_args_is_help=True,
    )
    group.command()(reopen)
    group.command()(resume)
    group.command()(export)
    group.command("import")(import_)
    app.add_typer(group, name="log")


def reopen(workspace: Annotated[str, typer.Argument(help="The workspace.")], as_json: Json = False) -> None:
    """Goes on in a new epoch after the log was truncated or recreated. What is not in the log is lost."""
    from deploy import routing_log

    reopened = _run(lambda broker: routing_log.reopen(broker, workspace))
    _show(reopened, f"{workspace} goes on in epoch {reopened.epoch}, from input {reopened.offset}", as_json)


def resume(
    workspace: Annotated[str, typer.Argument(help="The workspace.")],
    skip: Annotated[bool, typer.Option("--skip", help="Leave out the input that stopped it.")] = False,
    as_json: Json = False,
) -> None:
    """Lets a stopped workspace go on; what came meanwhile is applied, except commands, which were refused."""
    from deploy import routing_log

    decision = _run(lambda broker: routing_log.resume(broker, workspace, skip, actor="operator"))
    _show(decision, f"{workspace} goes on from input {decision.from_offset}", as_json)


def export(
    workspace: Annotated[str, typer.Argument(help="The workspace.")],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Left out: WORKSPACE.hublog.gz in this folder.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Writes the whole log into one compressed file: inputs, decisions, fingerprints, check sum; no personal data."""
    import time

    from deploy import log_transfer
    from deploy.log_file import SUFFIX
    from deploy.progress import Progress

    path = to or Path(f"{workspace}{SUFFIX}")
    if not path.resolve().parent.is_dir():
        typer.echo(f"{path.parent} is no folder", err=True)
        raise typer.Exit(WRONG_USAGE)

    async def work(broker: Broker) -> log_transfer.Exported:
        with Progress() as progress:
            now_ms = int(time.time() * 1000)
            return await log_transfer.export(broker, workspace, path.resolve(), now_ms, progress.inputs)

    try:
        done = _run(work, log_transfer.NothingToExport)
    except log_transfer.NotWritten as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USAGE) from error
    text = f"{done.path}: {done.inputs:,} inputs, {done.decisions:,} decisions, {done.size_bytes:,} bytes"
    _show(done, text, as_json)


def import_(
    file: Annotated[Path, typer.Argument(help="A log that was exported.", metavar="FILE")],
    name: Annotated[str | None, typer.Option("--as", help="Left out: the file's name.")] = None,
    as_json: Json = False,
) -> None:
    """Checks a file and takes it in for replay: `--from NAME` of replay, state, explain and verify reads it then.

    Nothing goes into a live topic.
    """
    from deploy.log_choice import imported_folder
    from deploy.log_file import Damaged
    from deploy.log_transfer import NotWritten, take_in

    if not file.is_file():
        typer.echo(f"{file}: no such file", err=True)
        raise typer.Exit(WRONG_USAGE)
    try:
        done = take_in(file, imported_folder(), name)
    except Damaged as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NEGATIVE) from error
    except NotWritten as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USAGE) from error
    text = f"{done.name}: workspace {done.workspace}, {done.inputs:,} inputs, {done.decisions:,} decisions"
    _show(done, text, as_json)


def _run(work: Callable[[Broker], Awaitable[ResultT]], *more: type[Exception]) -> ResultT:
    from deploy.command_broker import with_broker
    from deploy.routing_log import LogCommandFailed

    return with_broker("hubline-log", work, (LogCommandFailed, *more))


def _show(answer: Any, text: str, as_json: bool) -> None:
    import msgspec

    typer.echo(msgspec.json.encode(answer).decode() if as_json else text)
