"""`hubline scenario`: routing rules as an administrator writes them, run against the pure engine in virtual time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILED: Final = 1
WRONG_USAGE: Final = 2


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(scenario)


def scenario(
    files: Annotated[list[Path], typer.Argument(help="YAML files; one may hold several scenarios.", metavar="FILE...")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a scenario.")] = False,
) -> None:
    """Run scenarios and say which hold; of one that does not, the first difference and why.

    Exit code 1 when an expectation fails, 2 when a file cannot be read as scenarios.
    """
    import msgspec

    worst = 0
    count = 0
    for path, document in _documents(files):
        count += 1
        name, problem, code = _run(document)
        worst = max(worst, code)
        if json:
            found = {"file": str(path), "scenario": name, "holds": code == 0, "problem": problem}
            typer.echo(msgspec.json.encode(found).decode())
        elif code:
            typer.echo(f"FAILED {path}: {name}\n{problem}")
        else:
            typer.echo(f"ok {path}: {name}")
    if not count:
        typer.echo("no scenario found", err=True)
        worst = WRONG_USAGE
    raise typer.Exit(worst)


def _run(document: Any) -> tuple[str, str | None, int]:
    from streams.routing.invariants import BrokenInvariant
    from streams.routing.scenario_document import Unreadable
    from streams.routing.scenario_runner import Failed, Scenario

    name = str(document.get("name", "?")) if isinstance(document, dict) else "?"
    try:
        Scenario(document).run()
    except Failed as failed:
        return name, str(failed), FAILED
    except BrokenInvariant as broken:
        return name, f"broken invariant: {broken}", FAILED
    except Unreadable as unreadable:
        return name, str(unreadable), WRONG_USAGE
    return name, None, 0


def _documents(files: list[Path]) -> Iterator[tuple[Path, Any]]:
    import yaml

    for path in files:
        try:
            with path.open(encoding="utf-8") as stream:
                found = [document for document in yaml.safe_load_all(stream) if document is not None]
        except (OSError, yaml.YAMLError) as error:
            typer.echo(f"{path}: {error}", err=True)
            sys.exit(WRONG_USAGE)
        for document in found:
            yield path, document
