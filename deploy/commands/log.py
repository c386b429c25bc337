"""`hubline log reopen | resume`: a workspace's routing log goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from runtime.broker import Broker

ResultT = TypeVar("ResultT")
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def register(app: typer.Typer) -> None:
    """Adds the group `log`."""
    group = typer.Typer(help="A workspace's routing log: go on after a stop, or in a new epoch.", no_args_is_help=True)
    group.command()(reopen)
    group.command()(resume)
    app.add_typer(group, name="log")


def reopen(workspace: Annotated[str, typer.Argument(help="The workspace.")], as_json: Json = False) -> None:
    """Goes on in a new epoch after the log was truncated or recreated. What is not in the log is lost."""
    from deploy import routing_log

    reopened = _run(lambda broker: routing_log.reopen(broker, workspace))
    _show(reopened, f"{workspace} goes on in epoch {reopened.epoch}, from input {reopened.offset}", as_json)


def resume(
    workspace: Annotated[str, typer.Argument(help="The workspace.")],
    skip: Annotated[bool, typer.Option("--skip", help="Leave out the input that stopped it.")] = False,
    as_json: Json = False,
) -> None:
    """Lets a stopped workspace go on; what came meanwhile is applied, except commands, which were refused."""
    from deploy import routing_log

    decision = _run(lambda broker: routing_log.resume(broker, workspace, skip, actor="operator"))
    _show(decision, f"{workspace} goes on from input {decision.from_offset}", as_json)


def _run(work: Callable[[Broker], Awaitable[ResultT]]) -> ResultT:
    from deploy.command_broker import with_broker
    from deploy.routing_log import LogCommandFailed

    return with_broker("hubline-log", work, LogCommandFailed)


def _show(answer: Any, text: str, as_json: bool) -> None:
    import msgspec

    typer.echo(msgspec.json.encode(answer).decode() if as_json else text)
