"""`hubline customers merge|unmerge|merges|suggestions`: what administration does over HTTP, on the database itself.

Exit codes: 0 done, or so already; 1 refused, with the reason; 2 wrong usage; 3 the database cannot be reached.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from deploy.administration import NEGATIVE, DataDir, Json, Workspace, day, fail, print_json, with_database

if TYPE_CHECKING:
    from producers.admin.merge_suggestions import MergeSuggestions
    from producers.admin.merges import Merge, Merges
    from producers.admin.merging import Preview
    from runtime.postgres import Pool

ResultT = TypeVar("ResultT")
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, kept in the history.")]


def add_to(group: typer.Typer) -> None:
    """Adds the commands to the group `customers`."""
    group.command("merge")(merge)
    group.command("unmerge")(unmerge)
    group.command("merges")(merges)
    group.command("suggestions")(suggestions)


def merge(
    survivor: Annotated[str, typer.Argument(metavar="SURVIVOR", help="The customer that stays.")],
    merged: Annotated[str, typer.Argument(metavar="MERGED", help="The one that is read as the survivor from now on.")],
    workspace: Workspace,
    preview: Annotated[bool, typer.Option("--preview", help="Only show what that would give.")] = False,
    reason: Reason = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Read one customer as another. Nothing is written over, and `unmerge` undoes it at any time."""
    from producers.admin.audit import CONSOLE

    if preview:
        shown = _asked(lambda it: it.preview(workspace, survivor, merged), data_dir)
        print_json(shown) if json else _show_preview(shown)
        return
    done = _asked(lambda it: it.merge(workspace, survivor, merged, CONSOLE, reason), data_dir)
    print_json(done.merge) if json else typer.echo(_line(done.merge))


def unmerge(
    merge_id: Annotated[str, typer.Argument(metavar="MERGE", help="As `merge` and `merges` print it.")],
    workspace: Workspace,
    reason: Reason = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Undo a merge: both are read as themselves again."""
    from producers.admin.audit import CONSOLE

    done = _asked(lambda it: it.undo(workspace, merge_id, CONSOLE, reason), data_dir)
    print_json(done.merge) if json else typer.echo(_line(done.merge))


def merges(
    workspace: Workspace,
    customer: Annotated[str | None, typer.Option("--customer", metavar="ID", help="Only those of this one.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """The newest merges, those undone too."""
    for one in _asked(lambda it: it.history(workspace, customer), data_dir):
        print_json(one) if json else typer.echo(_line(one))


def suggestions(
    workspace: Workspace,
    look: Annotated[bool, typer.Option("--look", help="First look for more: equal names with a trait more.")] = False,
    dismiss: Annotated[
        tuple[str, str] | None, typer.Option("--dismiss", metavar="ID ID", help="These two are not the same.")
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Customers who may be the same and of whom nobody has decided it."""
    from producers.admin.audit import CONSOLE

    if dismiss is not None:
        _suggested(lambda it: it.dismiss(workspace, *dismiss, CONSOLE), data_dir)
    if look:
        _suggested(lambda it: it.look(workspace), data_dir)
    for one in _suggested(lambda it: it.open(workspace), data_dir):
        where = "" if one.interaction_id is None else f" in {one.interaction_id}"
        text = f"{one.customer_id}  {one.other_id}  {one.cause}{where}  {day(one.at_ms)}"
        print_json(one) if json else typer.echo(text)


def _asked(ask: Callable[[Merges], Awaitable[ResultT]], data_dir: DataDir) -> ResultT:
    from producers.admin.merges import Merges
    from runtime.clock import SystemClock

    return _answered(lambda pool: ask(Merges(pool, SystemClock())), data_dir)


def _suggested(ask: Callable[[MergeSuggestions], Awaitable[ResultT]], data_dir: DataDir) -> ResultT:
    from producers.admin.merge_suggestions import MergeSuggestions
    from runtime.clock import SystemClock

    return _answered(lambda pool: ask(MergeSuggestions(pool, SystemClock())), data_dir)


def _answered(work: Callable[[Pool], Awaitable[ResultT]], data_dir: DataDir) -> ResultT:
    from runtime.problems import Problem

    try:
        return with_database(work, data_dir)
    except Problem as problem:
        fail(problem.detail or problem.kind.title, NEGATIVE)


def _line(one: Merge) -> str:
    undone = "" if one.undone_ms is None else f"  undone {day(one.undone_ms)} by {one.undone_by}"
    return f"{one.merge_id}  {one.merged_id} -> {one.customer_id}  {day(one.at_ms)} by {one.by}{undone}"


def _show_preview(shown: Preview) -> None:
    for one in shown.attributes:
        if one.value is not None:
            said = f"  (differs: {one.survivor} | {one.merged})" if one.conflict else ""
            typer.echo(f"{one.name:16} {one.value}  from {one.side}{said}")
    typer.echo(f"{'do_not_contact':16} {'yes' if shown.do_not_contact else 'no'}")
    for point in shown.contact_points:
        typer.echo(f"{'contact point':16} {point.contact_point.kind}:{point.contact_point.value}  from {point.side}")
    typer.echo(f"{'interactions':16} {shown.survivor_interactions} + {shown.merged_interactions}")
