"""Which log a command reads: the live one of the running stack, a file, or one that was imported."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

import typer

from deploy.command_broker import NEGATIVE, WRONG_USAGE, with_broker
from deploy.log_file import SUFFIX, Damaged, LogFile
from runtime.broker import Broker
from schemas.topics import ROUTING_INPUTS
from streams.routing.live_log import LiveLog
from streams.routing.logged import LogSource

DEFAULT_WORKSPACE: Final = "bookcity"
FOLDER: Final = "imported-logs"
ResultT = TypeVar("ResultT")
Negative = tuple[type[Exception], ...]


class NoSuchLog(Exception):
    """Neither a file, nor a folder with one log, nor the name of an imported log."""


def imported_folder() -> Path:
    """Where imported logs lie."""
    from deploy.local.layout import data_dir

    return data_dir(os.environ) / FOLDER


def is_live(wanted: str | None) -> bool:
    """Whether the live log is meant."""
    return wanted is None or wanted == ROUTING_INPUTS.name


def opened(wanted: str, imported: Path, workspace: str | None = None) -> LogFile:
    """The file that `wanted` names. Raises NoSuchLog, and Damaged as LogFile does."""
    path = Path(wanted)
    if path.is_dir():
        path = _only_in(path, workspace)
    elif not path.exists():
        path = imported / f"{wanted}{SUFFIX}"
        if "/" in wanted or not path.exists():
            raise NoSuchLog(f"{wanted}: no such file, and no log was imported under that name")
    found = LogFile(path)
    found.check()
    if workspace is not None and found.workspace != workspace:
        raise NoSuchLog(f"{path} is the log of {found.workspace}, not of {workspace}")
    return found


def with_log(
    name: str,
    wanted: str | None,
    workspace: str | None,
    work: Callable[[LogSource], Awaitable[ResultT]],
    negative: Negative,
) -> ResultT:
    """What `work` returns of the log. Exits: 1 with the text of a `negative` or of a damaged file, 2 for a log that is
    not there, 3 when Kafka is not reached.
    """
    if is_live(wanted):

        async def over(broker: Broker) -> ResultT:
            reader = broker.reader()
            try:
                return await work(LiveLog(reader, workspace or DEFAULT_WORKSPACE))
            finally:
                await reader.stop()

        return with_broker(name, over, negative)
    try:
        return asyncio.run(_of_file(opened(wanted or "", imported_folder(), workspace), work))
    except NoSuchLog as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USAGE) from error
    except Damaged as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NEGATIVE) from error
    except negative as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NEGATIVE) from error


async def _of_file(source: LogFile, work: Callable[[LogSource], Awaitable[ResultT]]) -> ResultT:
    return await work(source)


def _only_in(folder: Path, workspace: str | None) -> Path:
    found = sorted(folder.glob(f"*{SUFFIX}"))
    if workspace is not None:
        found = [path for path in found if LogFile(path).workspace == workspace]
    if len(found) != 1:
        raise NoSuchLog(f"{folder}: {len(found)} logs there; name one file, or the workspace")
    return found[0]
