"""`hubline verify`: does a workspace's live log hold what is promised?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deploy.verification import Verified

BROKEN = 1
SHOWN_EVERY = 5_000


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(verify)


def verify(
    workspace: Annotated[str, typer.Argument(help="The workspace.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Folds the routing log from its first input, checks the invariants, and compares every decision byte for byte."""
    from deploy.command_broker import with_broker
    from deploy.verification import NothingToVerify
    from deploy.verification import verify as run

    verified = with_broker("hubline-verify", lambda broker: run(broker, workspace, _progress), NothingToVerify)
    _show(verified, as_json)
    if verified.breach is not None:
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
