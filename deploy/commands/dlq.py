"""`hubline dlq list | show | replay`: records that could not be processed.

Exit codes: 0 done; 1 no such letter, or (for `list --check`) there are some; 2 wrong usage; 3 Kafka cannot be reached.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

if TYPE_CHECKING:
    from deploy.dead_letters import Letter
    from runtime.broker import Broker, Reader

NEGATIVE: Final = 1

WRONG_USAGE: Final = 2
ResultT = TypeVar("ResultT")
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="As `hubline dlq list` prints it.")]


def register(app: typer.Typer) -> None:
    """Adds the group `dlq`."""
    group = typer.Typer(help="Dead letters: records that could not be processed.", no_args_is_help=True)
    group.command("list")(list_letters)
    group.command("show")(show)
    group.command("replay")(replay)
    app.add_typer(group, name="dlq")


def list_letters(
    topic: Annotated[str | None, typer.Argument(help="Only those of this original topic.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit code 1 when there are any.")] = False,
    json: Json = False,
) -> None:
    """List dead letters with where they came from and why; not their contents."""
    from deploy import dead_letters

    topics = dead_letters.original_topics()
    if topic is not None and topic not in topics:
        typer.echo(f"{topic} has no dead letters; these have: {', '.join(topics)}", err=True)
        raise typer.Exit(WRONG_USAGE)

    async def work(_: Broker, reader: Reader) -> list[Letter]:
        return [it async for it in dead_letters.letters(reader, topics if topic is None else (topic,))]

    found = _run(work)
    for letter in found:
        typer.echo(_json(letter) if json else _line(letter))
    if not found and not json:
        typer.echo("no dead letters")
    if check and found:
        raise typer.Exit(NEGATIVE)


def show(letter_id: Id, json: Json = False) -> None:
    """Print one letter whole: headers and the original bytes. They may hold personal data."""
    from deploy import dead_letters

    async def work(_: Broker, reader: Reader) -> dead_letters.Whole:
        return dead_letters.whole(*await dead_letters.find(reader, letter_id))

    found = _run(work)
    if json:
        typer.echo(_json(found))
        return
    typer.echo(_line(found.letter))
    for name, value in found.headers.items():
        typer.echo(f"  {name}: {value}")
    typer.echo(found.text if found.text is not None else f"base64 {found.base64}")


def replay(
    letter_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="As `hubline dlq list` prints them.")],
    json: Json = False,
) -> None:
    """Append the original bytes to the original topic and partition again, once what was wrong is put right."""
    from deploy import dead_letters

    async def work(broker: Broker, reader: Reader) -> list[Letter]:
        return [await dead_letters.replay(broker, reader, letter_id) for letter_id in letter_ids]

    for letter in _run(work):
        typer.echo(_json(letter) if json else f"{letter.id} was sent to {letter.topic}/{letter.partition} again")


def _run(work: Callable[[Broker, Reader], Awaitable[ResultT]]) -> ResultT:
    from deploy.command_broker import with_broker
    from deploy.dead_letters import NoSuchLetter

    async def working(broker: Broker) -> ResultT:
        reader = broker.reader()
        try:
            return await work(broker, reader)
        finally:
            await reader.stop()

    return with_broker("hubline-dlq", working, NoSuchLetter)


def _json(value: Any) -> str:
    import msgspec

    return msgspec.json.encode(value).decode()


def _line(letter: Letter) -> str:
    where = f"{letter.topic}/{letter.partition}/{letter.offset}"
    return f"{letter.id}  from {where}  {letter.stage}  {letter.bytes} bytes  {letter.reason}"
