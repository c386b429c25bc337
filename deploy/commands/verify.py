"""`hubline verify`: does a workspace's live log hold what is promised?"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deploy.metrics_recount import Recounted
    from deploy.orphans import Orphans
    from deploy.verification import Verified
    from runtime.broker import Broker

BROKEN = 1
SHOWN_EVERY = 5_000


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(verify)


def verify(
    workspace: Annotated[str, typer.Argument(help="The workspace.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Folds the routing log from its first input, checks the invariants, compares every decision byte for byte, and
    counts the figures again. No customer and no live contact may name an agent who is gone.
    """
    from deploy.command_broker import with_broker
    from deploy.local.stack import with_local_stack
    from deploy.verification import NothingToVerify, with_customers, with_figures
    from deploy.verification import verify as run
    from runtime.settings import load

    async def work(broker: Broker) -> Verified:
        found = await run(broker, workspace, _progress)
        url = load(with_local_stack(os.environ)).postgres.url
        return await with_customers(await with_figures(found, broker, url), url)

    verified = with_broker("hubline-verify", work, NothingToVerify)
    _show(verified, as_json)
    if not verified.holds:
        raise typer.Exit(BROKEN)


def _progress(inputs: int) -> None:
    if inputs % SHOWN_EVERY == 0 and sys.stderr.isatty():
        typer.echo(f"\r{inputs:,} inputs", nl=False, err=True)


def _show(verified: Verified, as_json: bool) -> None:
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
        typer.echo("invariants: ok")
    else:
        breach = verified.breach
        typer.echo(f"BROKEN {breach.invariant}, after input {breach.offset}: {breach.detail}")
    _show_figures(verified.metrics)
    _show_orphans(verified.orphans)


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
