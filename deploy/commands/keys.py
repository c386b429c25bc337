"""`hubline keys add | list | revoke`: API keys of adapters and back-office systems.

Exit codes: 0 done; 1 refused (the roles do not fit, no such key); 2 wrong usage; 3 the database cannot be reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deploy.administration import NEGATIVE, DataDir, Json, Workspace, day, fail, print_json, with_database
from schemas.vocabulary import Role

if TYPE_CHECKING:
    from producers.admin.accounts import ApiKey, MadeKey
    from runtime.postgres import Pool

KeyId = Annotated[str, typer.Argument(metavar="KEY_ID", help="As `hubline keys list` prints it.")]


def register(app: typer.Typer) -> None:
    """Adds the group `keys`."""
    group = typer.Typer(help="API keys: what programs may do.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_keys)
    group.command("revoke")(revoke)
    app.add_typer(group, name="keys")


def add(
    workspace: Workspace,
    adapter: Annotated[str | None, typer.Option(help="The adapter it speaks for (with it, the role adapter).")] = None,
    role: Annotated[list[Role] | None, typer.Option("--role", "-r", help="May stand several times.")] = None,
    label: Annotated[str | None, typer.Option(help="What it is for; left out: the adapter or the roles.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Make an API key and print it, this once."""
    from producers.admin.accounts import Accounts, Refused
    from producers.admin.audit import CONSOLE
    from runtime.clock import SystemClock

    roles = [*(role or []), *([Role.ADAPTER] if adapter is not None else [])]
    name = label or adapter or ", ".join(roles)

    async def work(pool: Pool) -> MadeKey:
        return await Accounts(pool, SystemClock()).add_key(workspace, name, roles, adapter, CONSOLE)

    try:
        made = with_database(work, data_dir)
    except Refused as error:
        fail(str(error), NEGATIVE)
    if json:
        key = made.key
        print_json({"key_id": key.key_id, "key": made.raw, "workspace": workspace, "roles": key.roles, "label": name})
    else:
        typer.echo(made.raw)


def list_keys(
    workspace: Annotated[str | None, typer.Option("--workspace", "-w", metavar="ID", help="Only this one.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """List API keys, never their secrets, revoked ones included."""
    from producers.admin.accounts import Accounts
    from runtime.clock import SystemClock

    async def work(pool: Pool) -> list[ApiKey]:
        return await Accounts(pool, SystemClock()).keys(workspace)

    found = with_database(work, data_dir)
    for key in found:
        if json:
            print_json(key)
        else:
            gone = f"  revoked {day(key.revoked_ms)}" if key.revoked_ms else ""
            since = f"since {day(key.created_ms)} by {key.created_by}"
            roles = ", ".join(key.roles)
            typer.echo(f"{key.key_id}  {key.workspace:<16} {key.label:<16} {roles}  {since}{gone}")
    if not found and not json:
        typer.echo("no keys")


def revoke(key_id: KeyId, data_dir: DataDir = None, json: Json = False) -> None:
    """Revoke an API key; processes notice within 5 s."""
    from producers.admin.accounts import Accounts
    from producers.admin.audit import CONSOLE
    from runtime.clock import SystemClock

    async def work(pool: Pool) -> bool:
        return await Accounts(pool, SystemClock()).revoke_key(None, key_id, CONSOLE)

    if not with_database(work, data_dir):
        fail(f"there is no key {key_id}, or not any more", NEGATIVE)
    if json:
        print_json({"key_id": key_id, "revoked": True})
    else:
        typer.echo(f"{key_id} opens nothing any more")
