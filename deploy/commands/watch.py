"""`hubline watch --as li`: a supervisor's live table in the terminal."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.agent import NEGATIVE, NOT_REACHABLE, addresses, language_of

if TYPE_CHECKING:
    from deploy.console.watch import Wanted


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(watch)


def watch(
    user: Annotated[str, typer.Option("--as", help="The supervisor (or administrator) who signs in.")],
    workspace: Annotated[str, typer.Option("--workspace", help="The workspace.")] = "bookcity",
    queues: Annotated[
        str | None, typer.Option("--queues", help="Only these queues, with commas; left out: all.")
    ] = None,
    language: Annotated[str | None, typer.Option("--lang", help="zh-CN or en; left out: as the terminal's.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Print the table once and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Every frame as one JSON object a line.")] = False,
    admin_url: Annotated[str | None, typer.Option("--admin-url", help="Left out: the one that runs here.")] = None,
    gateway_url: Annotated[str | None, typer.Option("--gateway-url", help="Left out: the one that runs here.")] = None,
) -> None:
    """Watch queues, channels, sites and agents live: waits, service level against its goal, what happened today.

    On a terminal, acts are typed below the table, each with its reason; `help` names them, Tab shows the contacts.

    The password is taken from HUBLINE_PASSWORD or asked for. Without a terminal the table is printed every 5 seconds.
    """
    from deploy.console.client import Gone
    from deploy.console.sign_in import Refused
    from deploy.console.watch import Wanted
    from deploy.local.layout import PASSWORD_VARIABLE

    spoken = language_of(language)
    environ = dict(os.environ)
    password = environ.pop(PASSWORD_VARIABLE, None)
    if password is None:
        if not sys.stdin.isatty():
            typer.echo(f"set {PASSWORD_VARIABLE}: there is no terminal to ask on", err=True)
            raise typer.Exit(2)
        password = getpass.getpass(f"{user}@{workspace}: ")
    admin, gateway = addresses(environ, admin_url, gateway_url)
    watched = tuple(name.strip() for name in (queues or "").split(",") if name.strip())
    wanted = Wanted(workspace=workspace, queues=watched, once=once, as_json=as_json)
    try:
        asyncio.run(_watch(admin, gateway, user, password, wanted, spoken))
    except (Refused, Gone) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NEGATIVE) from error
    except (OSError, TimeoutError) as error:
        typer.echo(f"not reachable: {error}".rstrip(": "), err=True)
        raise typer.Exit(NOT_REACHABLE) from error
    except KeyboardInterrupt:
        raise typer.Exit from None


async def _watch(admin_url: str, gateway_url: str, user: str, password: str, wanted: Wanted, language: str) -> None:
    import msgspec
    from rich.console import Console

    from deploy.console.client import Gone
    from deploy.console.sign_in import SignIn
    from deploy.console.watch import Watch
    from deploy.console.watch_words import WatchWords
    from deploy.console.words import Language
    from schemas.live import Close
    from schemas.vocabulary import Role

    words = WatchWords(Language(language))
    console = Console(highlight=False)
    as_administrator = msgspec.structs.replace(wanted, role=Role.ADMINISTRATOR)
    async with SignIn(admin_url, wanted.workspace, user, password) as signed_in:
        try:
            await Watch(gateway_url, signed_in.ticket, wanted, words, console).run()
        except Gone as error:
            if error.code != Close.NOT_PERMITTED:
                raise
            await Watch(gateway_url, signed_in.ticket, as_administrator, words, console).run()
