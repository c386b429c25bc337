"""`hubline agent --as ana`: one person's console in the terminal."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from typing import Annotated

import typer

NEGATIVE = 1
WRONG_USAGE = 2
NOT_REACHABLE = 3


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(agent)


def agent(
    user: Annotated[str, typer.Option("--as", help="The user who signs in.")],
    workspace: Annotated[str, typer.Option("--workspace", help="The workspace.")] = "bookcity",
    language: Annotated[str | None, typer.Option("--lang", help="zh-CN or en; left out: as the terminal's.")] = None,
    admin_url: Annotated[str | None, typer.Option("--admin-url", help="Left out: the one that runs here.")] = None,
    gateway_url: Annotated[str | None, typer.Option("--gateway-url", help="Left out: the one that runs here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every frame as one JSON object a line.")] = False,
) -> None:
    """Work as an agent: see offers with the reason why, accept, write, hold, end, wrap up.

    The password is taken from HUBLINE_PASSWORD or asked for. Without a terminal, commands are read line by line.
    """
    from deploy.console.client import Gone
    from deploy.console.sign_in import Refused
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
    try:
        asyncio.run(_work(admin, gateway, workspace, user, password, spoken, as_json))
    except (Refused, Gone) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NEGATIVE) from error
    except OSError as error:
        typer.echo(f"not reachable: {error}", err=True)
        raise typer.Exit(NOT_REACHABLE) from error
    except KeyboardInterrupt:
        raise typer.Exit from None


async def _work(
    admin_url: str, gateway_url: str, workspace: str, user: str, password: str, language: str, as_json: bool
) -> None:
    from deploy.console.sign_in import SignIn
    from deploy.console.terminal import Console, Out, full_screen, plain
    from deploy.console.words import Language, Words

    async with SignIn(admin_url, workspace, user, password) as signed_in:

        def make(out: Out, raw: Out | None) -> Console:
            return Console(gateway_url, signed_in.ticket, workspace, Words(Language(language)), out, raw)

        if sys.stdin.isatty() and sys.stdout.isatty() and not as_json:
            await full_screen(make)
        else:
            await plain(make, as_json=as_json)


def addresses(environ: dict[str, str], admin_url: str | None = None, gateway_url: str | None = None) -> tuple[str, str]:
    """The addresses of the administration and a gateway: those named, else of the stack on this machine, or by the
    settings. Ends the command with exit code 2 for settings or an address that cannot be read.
    """
    from deploy.local.stack import with_local_stack
    from runtime.settings import SettingsError, load

    if admin_url is not None and not admin_url.startswith(("http://", "https://")):
        raise typer.BadParameter("begins with http:// or https://", param_hint="--admin-url")
    if gateway_url is not None and not gateway_url.startswith(("ws://", "wss://")):
        raise typer.BadParameter("begins with ws:// or wss://", param_hint="--gateway-url")
    try:
        settings = load(with_local_stack(environ))
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USAGE) from error
    host = settings.process.bind
    admin, gateway = f"http://{host}:{settings.admin.port}", f"ws://{host}:{settings.gateway.port}/"
    return admin_url or admin, gateway_url or gateway


def language_of(wished: str | None) -> str:
    """The language to speak: the one wished for, else Chinese where the terminal does."""
    from deploy.console.words import Language

    if wished is not None:
        if wished not in set(Language):
            raise typer.BadParameter(f"one of {', '.join(Language)}", param_hint="--lang")
        return wished
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return Language.CHINESE if locale.startswith("zh") else Language.ENGLISH
