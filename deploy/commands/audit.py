"""`hubline audit -w WORKSPACE`: who did what, when and why, and what became of it.

Supervisors' acts come from the routing log, administrators' from the database's own record. Exit codes: 0 printed (also
when there is nothing); 2 wrong usage; 3 the database cannot be reached.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from deploy.administration import WRONG_USAGE, DataDir, Json, Workspace, fail, print_json, with_database

if TYPE_CHECKING:
    from consumers.query.answers import AuditEntry
    from runtime.postgres import Pool

PAGE: Final = 200
USUAL: Final = 50
_UNITS_MS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_AGO: Final = re.compile(r"([0-9]{1,9})([smhd])")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(audit)


def audit(
    workspace: Workspace,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="30m, 2h, 7d ago, or 2026-11-25T08:00+08:00.")
    ] = None,
    actor: Annotated[str | None, typer.Option("--actor", metavar="NAME", help="Only what this one did.")] = None,
    action: Annotated[str | None, typer.Option("--action", metavar="ACT", help="As move_interaction.")] = None,
    subject: Annotated[str | None, typer.Option("--subject", metavar="ID", help="Only what was done to this.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest.")] = USUAL,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show who did what and why, newest first: supervisors' acts on the floor and administrators' changes."""
    from runtime.clock import SystemClock

    from_ms = 0 if since is None else since_ms(since, SystemClock().now_ms())
    if from_ms is None:
        fail(f"--since {since}: give 30m, 2h, 7d, or a moment as 2026-11-25T08:00+08:00", WRONG_USAGE)
    told: list[AuditEntry] = with_database(
        lambda pool: _read(pool, workspace, from_ms, (actor, action, subject), limit), data_dir
    )
    for entry in told:
        print_json(entry) if json else typer.echo(line(entry))


def since_ms(text: str, now_ms: int) -> int | None:
    """The moment that is meant, in milliseconds since 1970; None = it cannot be read. Without a zone it is UTC."""
    from datetime import UTC, datetime

    ago = _AGO.fullmatch(text)
    if ago is not None:
        return max(0, now_ms - int(ago[1]) * _UNITS_MS[ago[2]])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0, round(at.timestamp() * 1_000))


def line(entry: AuditEntry) -> str:
    """One act for a person; times are UTC, to the second."""
    from datetime import UTC, datetime

    when = datetime.fromtimestamp(entry.at_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    asked = " ".join(
        f"{name}={value}" for name, value in entry.detail.items() if value not in (entry.subject, entry.reason)
    )
    outcome = entry.outcome if entry.refusal is None else f"{entry.outcome} ({entry.refusal})"
    why = "" if entry.reason is None else f'  "{entry.reason}"'
    return f"{when}  {entry.actor:<12} {entry.action:<24} {entry.subject}  {outcome}{why}  {asked}".rstrip()


async def _read(
    pool: Pool, workspace: str, from_ms: int, by: tuple[str | None, str | None, str | None], limit: int
) -> list[AuditEntry]:
    import msgspec

    from consumers.query.answers import AuditPart
    from consumers.query.audit import AuditTrail, WantedActs
    from consumers.query.cursor import decode
    from consumers.query.parameters import MAX_MS

    actor, action, subject = by
    wanted = WantedActs(
        workspace=workspace,
        parts=tuple(AuditPart),
        actor=actor,
        action=action,
        subject=subject,
        from_ms=from_ms,
        to_ms=MAX_MS,
        limit=min(limit, PAGE),
        mark="",
        cursor=None,
    )
    trail = AuditTrail(pool)
    found: list[AuditEntry] = []
    while True:
        page = await trail.page(wanted)
        found += page.entries
        if page.older is None or len(found) >= limit:
            return found[:limit]
        wanted = msgspec.structs.replace(wanted, cursor=decode(page.older, wanted.mark))
