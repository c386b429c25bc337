"""What the commands for users, keys, documents and customers share: the database of the stack they speak of.

These commands work on the database itself: whoever has its password is its administrator, and is the actor `console` in
the audit. DATABASE_URL names the database, else the stack in the data folder does.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from runtime.postgres import Pool
    from runtime.validation import FieldError

NEGATIVE: Final = 1
WRONG_USAGE: Final = 2
NOT_REACHABLE: Final = 3

ResultT = TypeVar("ResultT")
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="FOLDER", help="The stack's data folder (HUBLINE_DATA_DIR).")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Workspace = Annotated[str, typer.Option("--workspace", "-w", metavar="ID", help="The workspace.")]


def with_database(work: Callable[[Pool], Awaitable[ResultT]], data_dir: Path | None) -> ResultT:
    """What `work` gives; ends the command with exit code 3 when the database cannot be reached."""
    from runtime.postgres import connect_pool
    from runtime.settings import Postgres

    async def run() -> ResultT:
        async with connect_pool(Postgres(url=database_url(data_dir))) as pool:
            return await work(pool)

    try:
        return asyncio.run(run())
    except Exception as error:
        trouble = database_trouble(error)
        if trouble is None:
            raise
        fail(trouble, NOT_REACHABLE)


def database_trouble(error: Exception) -> str | None:
    """What keeps a command from the database, for a person; None = something else is wrong."""
    import asyncpg

    from runtime.postgres import AWAY

    if isinstance(error, asyncpg.UndefinedTableError):
        return "the database has no tables yet; `hubline up` makes them"
    refused = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
    if isinstance(error, (*AWAY, *refused)):
        return f"the database does not answer ({type(error).__name__}); is the stack up?"
    return None


def database_url(data_dir: Path | None) -> str:
    """The database that is spoken of; ends the command with exit code 3 when no stack was ever started here."""
    from deploy.local.layout import Layout
    from deploy.local.layout import data_dir as default_data_dir
    from deploy.local.stack import endpoints_now

    named = os.environ.get("DATABASE_URL")
    if named and data_dir is None:
        return named
    folder = data_dir.expanduser().resolve() if data_dir is not None else default_data_dir(os.environ)
    if not Layout(data_dir=folder).state_file.exists():
        fail(f"there is no stack in {folder}; start one with `hubline up`, or set DATABASE_URL", NOT_REACHABLE)
    environ = {} if data_dir is not None else os.environ
    return endpoints_now(folder, environ).database_url


def print_json(value: object) -> None:
    """One object as one line."""
    import msgspec

    typer.echo(msgspec.json.encode(value).decode())


def plain_errors(errors: Sequence[FieldError]) -> list[dict[str, Any]]:
    """Errors as the commands' JSON has them."""
    return [{"path": error.path, "message": error.detail, "line": error.line} for error in errors]


def print_errors(file: Path, errors: Sequence[FieldError], *, json: bool, ending: str = "") -> None:
    """What is wrong with a file, each with its place, and how many that are; with `json` as one object."""
    if json:
        print_json({"file": str(file), "errors": plain_errors(errors)})
        return
    for error in errors:
        typer.echo(f"{file}: {error}", err=True)
    typer.echo(f"{len(errors)} error{'' if len(errors) == 1 else 's'}{ending}", err=True)


def day(at_ms: int | None) -> str:
    """A time for a person, to the minute, in UTC; nothing for None."""
    from datetime import UTC, datetime

    return "" if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def fail(message: str, code: int) -> NoReturn:
    """Ends the command."""
    typer.echo(f"hubline: {message}", err=True)
    raise typer.Exit(code)
