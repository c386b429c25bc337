"""`hubline customers import FILE`: customers from a CSV file; merging them is `deploy/customer_merges.py`.

Every line is checked before anything is stored; errors name their line. Exit codes: 0 all are stored; 1 errors in the
file (nothing is stored), or some lines could not be stored; 2 wrong usage; 3 the database cannot be reached.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from deploy import customer_merges
from deploy.administration import (
    NEGATIVE,
    WRONG_USAGE,
    DataDir,
    Json,
    Workspace,
    fail,
    plain_errors,
    print_errors,
    print_json,
    with_database,
)

if TYPE_CHECKING:
    from producers.admin.customer_file import CustomerFile, Line
    from runtime.postgres import Pool
    from runtime.validation import FieldError

PARALLEL: Final = 4


def register(app: typer.Typer) -> None:
    """Adds the group `customers`."""
    group = typer.Typer(help="Customers as administration knows them.", no_args_is_help=True)
    group.command("import")(import_file)
    customer_merges.add_to(group)
    app.add_typer(group, name="customers")


def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8; its first row names the columns.")],
    workspace: Workspace,
    region: Annotated[str, typer.Option(help="ISO 3166: reads phone numbers without a country code.")] = "CN",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Create customers or replace their attributes. The same file again changes nothing."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read: {error}", WRONG_USAGE)
    found = with_database(lambda pool: _read(pool, workspace, text, region), data_dir)
    if found is None:
        fail(f"there is no workspace {workspace}; apply its document first", NEGATIVE)
    if found.problems:
        print_errors(file, found.problems, json=json)
        raise typer.Exit(NEGATIVE)
    with _progress(len(found.lines)) as advance:
        counts, failed = with_database(lambda pool: _store(pool, workspace, found, advance), data_dir)
    if json:
        print_json({"file": str(file), "workspace": workspace, **counts, "errors": plain_errors(failed)})
    else:
        typer.echo(f"{workspace}: {', '.join(f'{count} {word}' for word, count in counts.items())}")
    if failed:
        if not json:
            print_errors(file, failed, json=False)
        raise typer.Exit(NEGATIVE)


async def _read(pool: Pool, workspace: str, text: str, region: str) -> CustomerFile | None:
    from producers.admin.customer_file import read_file
    from producers.admin.customer_record import words_of
    from producers.admin.versions import Versions
    from runtime.clock import SystemClock

    current = await Versions(pool, SystemClock()).current(workspace)
    if current is None:
        return None
    return read_file(text.splitlines(keepends=True), words_of(current.document), region)


async def _store(
    pool: Pool, workspace: str, found: CustomerFile, advance: Callable[[], None]
) -> tuple[dict[str, int], list[FieldError]]:
    """Those without relations first, a few at a time; then those with relations."""
    import asyncio

    from producers.admin.audit import CONSOLE
    from producers.admin.customers import Customers, NotStored
    from runtime.clock import SystemClock
    from runtime.validation import FieldError

    customers = Customers(pool, SystemClock())
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    failed: list[FieldError] = []
    slots = asyncio.Semaphore(PARALLEL)

    async def one(line: Line) -> None:
        async with slots:
            try:
                stored = await customers.put(workspace, line.checked, CONSOLE)
            except NotStored as error:
                failed.extend(FieldError(f"line {line.number}: {it.path}", it.detail) for it in error.problems)
            else:
                counts["created" if stored.created else "changed" if stored.changed else "unchanged"] += 1
            advance()

    for related in (False, True):
        await asyncio.gather(*(one(line) for line in found.lines if bool(line.checked.relations) is related))
    return counts, failed


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """What counts one more that is done."""
    from deploy.progress import Progress

    with Progress() as progress:
        done = itertools.count(1)

        def advance() -> None:
            count = next(done)
            if progress.is_due():
                progress.say(f"{count:,} of {total:,} customers")

        yield advance
