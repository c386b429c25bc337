"""`hubline users add | list | revoke`: who may sign in.

Exit codes: 0 done; 1 refused (the name is taken, no such user); 2 wrong usage; 3 the database cannot be reached.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from deploy.administration import (
    NEGATIVE,
    WRONG_USAGE,
    DataDir,
    Json,
    Workspace,
    day,
    fail,
    print_json,
    with_database,
)
from schemas.vocabulary import Role

if TYPE_CHECKING:
    from producers.admin.accounts import User
    from runtime.postgres import Pool

PASSWORD_BYTES: Final = 12
Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name in the workspace.")]


def register(app: typer.Typer) -> None:
    """Adds the group `users`."""
    group = typer.Typer(help="Users: who may sign in, and as what.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_users)
    group.command("revoke")(revoke)
    app.add_typer(group, name="users")


def add(
    name: Name,
    workspace: Workspace,
    role: Annotated[list[Role], typer.Option("--role", "-r", help="May stand several times.")],
    agent: Annotated[str | None, typer.Option(help="The agent's id in the document; left out: the name.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password's one line; else one is made and printed.")
    ] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Add a user. A password that is made here is printed this once."""
    from producers.admin.accounts import Accounts, Refused
    from producers.admin.audit import CONSOLE
    from producers.admin.passwords import Passwords, WeakPassword
    from runtime.clock import SystemClock
    from runtime.ids import random_secret

    password = sys.stdin.readline().rstrip("\n") if password_stdin else random_secret(PASSWORD_BYTES)
    agent_id = (agent or name) if Role.AGENT in role else agent

    async def work(pool: Pool) -> User:
        hashed = await Passwords().hash(password)
        return await Accounts(pool, SystemClock()).add_user(workspace, name, hashed, role, agent_id, CONSOLE)

    try:
        user = with_database(work, data_dir)
    except WeakPassword as error:
        fail(str(error), WRONG_USAGE)
    except Refused as error:
        fail(str(error), NEGATIVE)
    shown = None if password_stdin else password
    if json:
        print_json({"workspace": workspace, "name": name, "roles": user.roles, "agent_id": agent_id, "password": shown})
        return
    typer.echo(f"{name} may sign in to {workspace} as {', '.join(user.roles)}")
    if shown is not None:
        typer.echo(f"password: {shown}")


def list_users(
    workspace: Annotated[str | None, typer.Option("--workspace", "-w", metavar="ID", help="Only this one.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """List users, revoked ones included."""
    from producers.admin.accounts import Accounts
    from runtime.clock import SystemClock

    async def work(pool: Pool) -> list[User]:
        return await Accounts(pool, SystemClock()).users(workspace)

    found = with_database(work, data_dir)
    for user in found:
        if json:
            print_json(user)
        else:
            agent = f" ({user.agent_id})" if user.agent_id else ""
            gone = f"  revoked {day(user.revoked_ms)}" if user.revoked_ms else ""
            since = f"since {day(user.created_ms)} by {user.created_by}"
            typer.echo(f"{user.workspace:<16} {user.name:<16} {', '.join(user.roles)}{agent}  {since}{gone}")
    if not found and not json:
        typer.echo("no users")


def revoke(name: Name, workspace: Workspace, data_dir: DataDir = None, json: Json = False) -> None:
    """Revoke a user and end the user's sessions; processes notice within 5 s."""
    from producers.admin.accounts import Accounts
    from producers.admin.audit import CONSOLE
    from runtime.clock import SystemClock

    async def work(pool: Pool) -> bool:
        return await Accounts(pool, SystemClock()).revoke_user(workspace, name, CONSOLE)

    if not with_database(work, data_dir):
        fail(f"{workspace} has no user {name}, or not any more", NEGATIVE)
    if json:
        print_json({"workspace": workspace, "name": name, "revoked": True})
    else:
        typer.echo(f"{name} may not sign in to {workspace} any more")
