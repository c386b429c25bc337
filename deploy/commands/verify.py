"""`hubline verify`: does a workspace's log, live or in a file, hold what is promised?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.agent import language_of

if TYPE_CHECKING:
    from deploy.metrics_recount import Recounted
    from deploy.orphans import Orphans
    from deploy.recorded import Breach
    from deploy.verification import Verified
    from runtime.broker import Broker
    from streams.routing.logged import LogSource

BROKEN = 1
WRONG_USAGE = 2
NOT_REACHABLE = 3


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(verify)


def verify(
    workspace: Annotated[str | None, typer.Argument(help="The workspace; left out: a file's.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="An exported or imported log; left out: the live one.")
    ] = None,
    language: Annotated[str | None, typer.Option("--lang", help="zh-CN or en: of the explanation of a breach.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Folds the routing log from its first input, checks the invariants, compares every decision byte for byte, and
    counts the figures again. No customer and no live contact may name an agent who is gone.

    Of a file the decisions and the live contacts are looked at. The first breach is shown with its input and, where a
    contact is concerned, with the story of that contact up to there.
    """
    from deploy.log_choice import is_live

    spoken = language_of(language)
    if is_live(from_):
        if workspace is None:
            typer.echo("name the workspace", err=True)
            raise typer.Exit(WRONG_USAGE)
        verified, why, trouble = _live(workspace, spoken)
    else:
        verified, why = _of_file(from_, workspace, spoken)
        trouble = None
    _show(verified, why, as_json)
    if trouble is not None:
        typer.echo(f"figures and customers were not looked at: {trouble}", err=True)
    if not verified.holds:
        raise typer.Exit(BROKEN)
    if trouble is not None:
        raise typer.Exit(NOT_REACHABLE)


def _live(workspace: str, language: str) -> tuple[Verified, list[str], str | None]:
    """What was found, the story of a breach, and what kept it from the database, if anything did."""
    from deploy.administration import database_trouble
    from deploy.command_broker import with_broker
    from deploy.local.stack import with_local_stack
    from deploy.progress import Progress
    from deploy.verification import NothingToVerify, with_customers, with_figures
    from deploy.verification import verify as run
    from runtime.settings import load
    from streams.routing.live_log import LiveLog

    async def work(broker: Broker) -> tuple[Verified, list[str], str | None]:
        with Progress() as progress:
            found = await run(broker, workspace, progress.inputs)
        if found.breach is not None:
            reader = broker.reader()
            try:
                why = await _explained(LiveLog(reader, workspace), found.breach, language)
            finally:
                await reader.stop()
        else:
            why = []
        url = load(with_local_stack(os.environ)).postgres.url
        try:
            return await with_customers(await with_figures(found, broker, url), url), why, None
        except Exception as error:
            trouble = database_trouble(error)
            if trouble is None:
                raise
            return found, why, trouble

    return with_broker("hubline-verify", work, NothingToVerify)


def _of_file(from_: str | None, workspace: str | None, language: str) -> tuple[Verified, list[str]]:
    from deploy.log_choice import with_log
    from deploy.progress import Progress
    from deploy.verification import NothingToVerify, verify_log

    async def work(source: LogSource) -> tuple[Verified, list[str]]:
        with Progress() as progress:
            found = await verify_log(source, progress.inputs)
        return found, [] if found.breach is None else await _explained(source, found.breach, language)

    return with_log("hubline-verify", from_, workspace, work, (NothingToVerify,))


async def _explained(source: LogSource, breach: Breach, language: str) -> list[str]:
    """The story of the contact that a breach concerns, up to the input where it was seen."""
    from deploy.console.words import Language
    from deploy.explained.story import story
    from deploy.explained.words import Words
    from streams.routing import explaining

    if breach.interaction_id is None:
        return []
    until, stops = explaining.Until(offset=breach.offset), await source.stops()
    try:
        trace = await explaining.explain(source, breach.interaction_id, until=until, stops=stops)
    except explaining.NotInLog:
        return []
    return story(trace, Words(Language(language)))


def _show(verified: Verified, why: list[str], as_json: bool) -> None:
    import msgspec

    if as_json:
        typer.echo(msgspec.json.encode(verified).decode())
        return
    tally = ", ".join(f"{name} {count:,}" for name, count in verified.tally.items())
    typer.echo(f"{verified.workspace}: {verified.inputs:,} inputs, {verified.decisions:,} decisions")
    typer.echo(f"epoch {verified.epoch}, seq {verified.seq}, fingerprint {verified.fingerprint[:16]}; {tally}")
    if verified.undecided or verified.repeated:
        typer.echo(f"{verified.undecided:,} not decided yet, {verified.repeated:,} sent again")
    if verified.stopped_at is not None:
        typer.echo(f"stopped at input {verified.stopped_at}: see `hubline log resume`")
    if verified.breach is None:
        judged = f"{verified.judged:,} inputs judged independently"
        typer.echo(f"invariants: ok; {judged}, {verified.restarts} times on from a snapshot")
    else:
        _show_breach(verified.breach, why)
    _show_figures(verified.metrics)
    _show_orphans(verified.orphans)


def _show_breach(breach: Breach, why: list[str]) -> None:
    after = f", after input {breach.offset}" if breach.offset >= 0 else ""
    typer.echo(f"BROKEN {breach.invariant}{after}: {breach.detail}")
    if breach.input is not None:
        typer.echo(f"  input {breach.input}")
    for line in why:
        typer.echo(f"  | {line}")


def _show_figures(found: Recounted | None) -> None:
    if found is None:
        typer.echo("figures: none were told")
        return
    rows = "no database was asked" if found.rows is None else f"{found.rows:,} rows of intervals"
    what = f"{found.live_messages:,} live messages with {found.live_groups:,} groups, {rows}"
    typer.echo(
        f"figures counted again up to {found.epoch}/{found.seq}: {what}: {'equal' if found.is_equal else 'BROKEN'}"
    )
    for problem in found.problems:
        typer.echo(f"  {problem}")


def _show_orphans(found: Orphans | None) -> None:
    if found is None:
        return
    asked = "no database was asked" if found.customers is None else f"{found.customers:,} of customers"
    outcome = "0 orphans" if not found.count else f"BROKEN, {found.count:,} name one who is gone"
    typer.echo(f"links to agents: {found.live:,} of live contacts, {asked}: {outcome}")
    for one in found.first:
        typer.echo(f"  {one.subject}: {one.link} {one.agent_id} ({one.why})")
