"""`hubline supervise --as USER ACT ...`: a supervisor's acts from the terminal; each has a reason that is kept.

Exit codes: 0 done (also when it was done before); 1 refused, with the reason; 2 wrong usage; 3 the administration cannot
be reached, or routing has not answered: the same `--command-id` again is the same act.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

import msgspec
import typer

from deploy.commands.agent import NEGATIVE, NOT_REACHABLE, addresses, language_of
from schemas.vocabulary import JoinMode

if TYPE_CHECKING:
    from deploy.console.supervising import Ask

_COMMAND_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: kept in the log and the audit.")]
CommandId = Annotated[str | None, typer.Option("--command-id", metavar="ID", help="To ask again for the same act.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")]
Interaction = Annotated[str, typer.Argument(metavar="INTERACTION", help="The interaction's id.")]
Agent = Annotated[str, typer.Argument(metavar="AGENT", help="The agent's id.")]


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, where, and in which language."""

    user: str
    workspace: str
    language: str
    admin_url: str | None


class How(msgspec.Struct, frozen=True):
    """Under which id, and how the answer is printed."""

    command_id: str | None
    as_json: bool


def register(app: typer.Typer) -> None:
    """Adds the group `supervise`."""
    group = typer.Typer(
        help="A supervisor's acts: force-status, log-out, move, assign, prioritise, cancel, join, call-back, hand-over.",
        no_args_is_help=True,
    )
    group.callback()(supervise)
    group.command("force-status")(force_status)
    group.command("log-out")(log_out)
    group.command("move")(move)
    group.command("assign")(assign)
    group.command("prioritise")(prioritise)
    group.command("cancel")(cancel)
    group.command("join")(join)
    group.command("call-back")(call_back)
    group.command("hand-over")(hand_over)
    app.add_typer(group, name="supervise")


def supervise(
    context: typer.Context,
    user: Annotated[str, typer.Option("--as", help="The supervisor (or administrator) who signs in.")],
    workspace: Annotated[str, typer.Option("--workspace", "-w", help="The workspace.")] = "bookcity",
    language: Annotated[str | None, typer.Option("--lang", help="zh-CN or en; left out: as the terminal's.")] = None,
    admin_url: Annotated[str | None, typer.Option("--admin-url", help="Left out: the one that runs here.")] = None,
) -> None:
    """Act as a supervisor. The password is taken from HUBLINE_PASSWORD or asked for."""
    context.obj = Who(user=user, workspace=workspace, language=language_of(language), admin_url=admin_url)


def force_status(
    context: typer.Context,
    agent: Agent,
    status: Annotated[str, typer.Argument(metavar="STATUS", help="As in the workspace document, or offline.")],
    reason: Reason,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Set an agent's status."""
    _give(context, "force_status", {"agent_id": agent, "status": status}, reason, How(command_id, as_json))


def log_out(
    context: typer.Context,
    agent: Agent,
    reason: Reason,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Log an agent out: offers are taken back, every screen of the agent is closed."""
    _give(context, "force_status", {"agent_id": agent, "status": "offline"}, reason, How(command_id, as_json))


def move(
    context: typer.Context,
    interaction: Interaction,
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="Where it shall wait.")],
    reason: Reason,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Put waiting work into another queue; it keeps its place in time."""
    _give(context, "move", {"interaction_id": interaction, "to_queue": queue}, reason, How(command_id, as_json))


def assign(
    context: typer.Context,
    interaction: Interaction,
    agent: Agent,
    reason: Reason,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Offer waiting work to that agent, whatever queues, rank and skills."""
    _give(context, "assign", {"interaction_id": interaction, "to_agent": agent}, reason, How(command_id, as_json))


def prioritise(
    context: typer.Context,
    interaction: Interaction,
    priority: Annotated[int, typer.Argument(metavar="PRIORITY", min=1, max=10, help="1 is most urgent, 5 neutral.")],
    reason: Reason,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Give waiting work another priority, and the place that comes with it."""
    _give(
        context, "prioritise", {"interaction_id": interaction, "priority": priority}, reason, How(command_id, as_json)
    )


def cancel(
    context: typer.Context,
    interaction: Interaction,
    reason: Reason,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """End work that is not connected."""
    _give(context, "cancel", {"interaction_id": interaction}, reason, How(command_id, as_json))


def join(
    context: typer.Context,
    interaction: Interaction,
    mode: Annotated[JoinMode, typer.Argument(metavar="MODE", help="monitor, whisper or barge.")],
    reason: Reason,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Take part in connected work, as the agent that this user is."""
    _give(context, "join", {"interaction_id": interaction, "mode": mode.value}, reason, How(command_id, as_json))


def call_back(
    context: typer.Context,
    interaction: Interaction,
    reason: Reason,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="30m, 2h, 15:30, '12-24 15:30'; left out: in the place that it has."),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="AGENT", help="By that agent first; else by anybody.")
    ] = None,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Have the customer called back instead of waiting on the line; again: the newest word counts."""
    asked: dict[str, Any] = {"interaction_id": interaction}
    if at is not None:
        asked["at_ms"] = _moment(at)
    if by is not None:
        asked["agent_id"] = by
    _give(context, "call_back", asked, reason, How(command_id, as_json))


def hand_over(
    context: typer.Context,
    agent: Agent,
    to_agent: Annotated[str, typer.Argument(metavar="TO", help="The agent who takes over.")],
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; not needed with --preview.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only count what it concerns.")] = False,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Give all that an agent owns to another: customers, preferred links, callbacks, waiting work (administrators)."""
    from deploy.console.supervising import Ask

    asked = {"agent_id": agent, "to_agent": to_agent}
    chosen = "" if preview else _id(command_id)
    if not preview and reason is None:
        raise typer.BadParameter("say why", param_hint="--reason")
    more = {"preview": True} if preview else {"command_id": chosen, "reason": reason}
    ask = Ask(
        path=f"/v1/workspaces/{quote(context.obj.workspace, safe='')}/agents/{quote(agent, safe='')}/hand-over",
        body={"to_agent": to_agent, **more},
        act="hand_over",
        asked=asked,
        command_id=chosen,
    )
    _perform(context.obj, ask, as_json=as_json)


def _give(context: typer.Context, act: str, asked: dict[str, Any], reason: str, how: How) -> None:
    from deploy.console.supervising import Ask

    chosen = _id(how.command_id)
    ask = Ask(
        path=f"/v1/workspaces/{quote(context.obj.workspace, safe='')}/commands",
        body={"command_id": chosen, "do": {"name": act, "reason": reason, **asked}},
        act=act,
        asked=asked,
        command_id=chosen,
    )
    _perform(context.obj, ask, as_json=how.as_json)


def _moment(text: str) -> int:
    from deploy.console.times import moment_ms
    from runtime.clock import SystemClock

    found = moment_ms(text, SystemClock().now_ms())
    if found is None:
        raise typer.BadParameter("30m, 2h, 15:30, 12-24 15:30 or 2027-01-04 09:00", param_hint="--at")
    return found


def _id(wished: str | None) -> str:
    from runtime.ids import random_id

    if wished is not None and _COMMAND_ID.fullmatch(wished) is None:
        raise typer.BadParameter("8 to 64 of A-Z a-z 0-9 _ -", param_hint="--command-id")
    return wished or random_id("k")


def _perform(who: Who, ask: Ask, *, as_json: bool) -> None:
    from deploy.console.sign_in import Refused
    from deploy.console.supervise_words import SuperviseWords
    from deploy.console.supervising import perform
    from deploy.console.words import Language

    words = SuperviseWords(Language(who.language))
    environ = dict(os.environ)
    password = _password(who, environ)
    url, _ = addresses(environ, who.admin_url)
    try:
        told = asyncio.run(perform(url, (who.workspace, who.user, password), ask, words))
    except Refused as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NEGATIVE) from error
    except (OSError, TimeoutError) as error:
        detail = str(error) or type(error).__name__
        typer.echo(words.say("unknown", command_id=ask.command_id, detail=detail), err=True)
        raise typer.Exit(NOT_REACHABLE) from error
    if as_json:
        typer.echo(msgspec.json.encode(told.answer).decode())
    else:
        typer.echo(told.text, err=bool(told.exit))
    raise typer.Exit(int(told.exit))


def _password(who: Who, environ: dict[str, str]) -> str:
    """Taken out of the environment, so that nothing that is started gets it."""
    from deploy.local.layout import PASSWORD_VARIABLE

    password = environ.pop(PASSWORD_VARIABLE, None)
    if password is not None:
        return password
    if not sys.stdin.isatty():
        typer.echo(f"set {PASSWORD_VARIABLE}: there is no terminal to ask on", err=True)
        raise typer.Exit(2)
    return getpass.getpass(f"{who.user}@{who.workspace}: ")
