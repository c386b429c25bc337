"""`hubline apply FILE`: a workspace document comes into force.

Exit codes: 0 in force (or nothing to change); 1 errors in the document, refused, answered with no, or changed by
somebody else meanwhile; 2 wrong usage; 3 the database cannot be reached, or routing has not answered yet.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from deploy.administration import (
    NEGATIVE,
    NOT_REACHABLE,
    WRONG_USAGE,
    DataDir,
    Json,
    fail,
    print_errors,
    print_json,
    with_database,
)

if TYPE_CHECKING:
    from producers.admin.changes import Change
    from producers.admin.hours_now import QueueHours
    from producers.admin.publication import Draft, Published
    from producers.admin.versions import LeftBehind
    from runtime.postgres import Pool

SHOWN: Final = 200
"""So many changes are listed; the rest is counted."""
VALUE_WIDTH: Final = 60


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(apply)


def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A workspace document, YAML or (.json) JSON.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check and show what would change.")] = False,
    wait_s: Annotated[int, typer.Option(min=0, max=600, help="How long to wait for routing.")] = 30,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Check a workspace document, show what it changes, and bring it into force.

    Every error is shown at once, and then nothing is changed. Without --yes it asks, unless there is nobody to ask.
    """
    draft = _draft(file, json)
    preview, base = _preview(draft, wait_s, data_dir)
    if not json:
        _show_changes(preview, base)
    if dry_run:
        if json:
            print_json(preview)
        return
    asked = not (yes or json or preview.unchanged) and sys.stdin.isatty()
    if asked and not typer.confirm("Bring this into force?"):
        raise typer.Exit(NEGATIVE)
    published = _publish(draft, base, wait_s, data_dir)
    if json:
        print_json(published)
    _conclude(published, json)


def _draft(file: Path, json: bool) -> Draft:
    """The file's text, once it is known to be right; ends the command with every error."""
    from producers.admin.compile import compile_document
    from producers.admin.document import Format, parse
    from producers.admin.problems import InvalidDocument
    from producers.admin.publication import Draft

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read: {error}", WRONG_USAGE)
    form = Format.JSON if file.suffix.lower() == ".json" else Format.YAML
    try:
        compiled = compile_document(parse(text, form))
    except InvalidDocument as error:
        print_errors(file, error.problems, json=json, ending="; nothing was changed")
        raise typer.Exit(NEGATIVE) from None
    return Draft(workspace=compiled.workspace, text=text, form=form)


def _preview(draft: Draft, wait_s: int, data_dir: Path | None) -> tuple[Published, int | None]:
    from producers.admin.publication import Publication
    from producers.admin.versions import Versions
    from runtime.clock import SystemClock

    async def work(pool: Pool) -> tuple[Published, int | None]:
        versions = Versions(pool, SystemClock())
        current = await versions.current(draft.workspace)
        found = await Publication(versions, SystemClock(), wait_s * 1000).preview(draft)
        return found, None if current is None else current.version

    return with_database(work, data_dir)


def _publish(draft: Draft, base: int | None, wait_s: int, data_dir: Path | None) -> Published:
    from producers.admin.audit import CONSOLE
    from producers.admin.publication import Conflict, Publication
    from producers.admin.versions import Versions
    from runtime.clock import SystemClock

    async def work(pool: Pool) -> Published:
        publication = Publication(Versions(pool, SystemClock()), SystemClock(), wait_s * 1000)
        return await publication.publish(draft, base, CONSOLE)

    try:
        return with_database(work, data_dir)
    except Conflict as error:
        fail(f"somebody else changed the document meanwhile: {error}; nothing was changed", NEGATIVE)


def _conclude(published: Published, json: bool) -> None:
    from producers.admin.versions import State

    name = f"{published.workspace} version {published.version}"
    if published.state is State.REFUSED:
        fail(f"{name} was refused by routing: {published.detail}; the version before stays in force", NEGATIVE)
    if published.state is State.WAITING:
        fail(f"{name} is stored, but routing has not answered yet; it comes into force when it does", NOT_REACHABLE)
    if not json:
        typer.echo(f"{name} is in force")


def _show_changes(preview: Published, base: int | None) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    if preview.unchanged or (not preview.changes and base is not None):
        text = f"{preview.workspace}: nothing changes" + ("" if preview.unchanged else " but the document's text")
        console.print(Text(text))
        return
    what = "a new workspace" if base is None else f"{len(preview.changes)} changes to version {base}"
    console.print(Text(f"{preview.workspace}: {what}", style="bold"))
    for change in preview.changes[:SHOWN]:
        console.print(_line(change))
    if len(preview.changes) > SHOWN:
        console.print(Text(f"  ... and {len(preview.changes) - SHOWN} more"))
    for gone in preview.left_behind:
        console.print(Text(left_behind_line(gone), style="yellow"))
    if any("hours" in change.path.split(".") or change.path == "queues" for change in preview.changes):
        for queue in preview.hours:
            console.print(Text(f"  {queue_hours_line(queue)}"))


def _line(change: Change) -> Any:
    from rich.text import Text

    mark, style = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}[change.kind]
    if isinstance(change.before, list) and isinstance(change.after, list):
        values = _difference(change.before, change.after)
    elif change.kind == "changed":
        values = f"{_value(change.before)} -> {_value(change.after)}"
    else:
        values = _value(change.after if change.kind == "added" else change.before)
    return Text(f"  {mark} {change.path}: {values}", style=style)


def _difference(before: list[Any], after: list[Any]) -> str:
    """What came into a list and what went out of it; the whole lists, where only the order has changed."""
    added = [f"+ {_value(one)}" for one in after if one not in before]
    removed = [f"- {_value(one)}" for one in before if one not in after]
    return ", ".join([*added, *removed]) or f"{_value(before)} -> {_value(after)}"


def left_behind_line(gone: LeftBehind) -> str:
    """Whom customers still name, and what to do about it."""
    customers = f"{gone.owned} customers are owned by {gone.agent_id}, {gone.preferring} prefer {gone.agent_id}"
    return f"  ! {customers}: hubline supervise --as ADMINISTRATOR hand-over {gone.agent_id} AGENT --reason TEXT"


def queue_hours_line(queue: QueueHours) -> str:
    """Whether a queue is open now, and until when."""
    state = "open" if queue.open else "closed"
    until = "for ever" if queue.until is None else f"until {queue.until[:16].replace('T', ' ')}"
    return f"{queue.queue} is {state} {until} ({queue.hours}, {queue.time_zone})"


def _value(value: object) -> str:
    import msgspec

    written = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return written if len(written) <= VALUE_WIDTH else written[: VALUE_WIDTH - 1] + "…"
