"""`hubline scenario`: routing rules as an administrator writes them, run against the pure engine in virtual time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(scenario)


def scenario(
    files: Annotated[list[Path], typer.Argument(help="YAML files; one may hold several scenarios.", metavar="FILE...")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a scenario.")] = False,
) -> None:
    """Run scenarios and say which hold; of one that does not, the first difference and why.

    Exit code 0 when all hold, 1 when an expectation fails, 2 when a file or a scenario cannot be read. docs/scenarios.md
    has all the words.
    """
    import msgspec

    from deploy import scenario_files

    worst = count = 0
    for path in files:
        try:
            for document in scenario_files.documents(path):
                count += 1
                found = scenario_files.run(document)
                worst = max(worst, found.code)
                if json:
                    said: dict[str, Any] = {
                        "file": str(path),
                        "line": found.line,
                        "scenario": found.name,
                        "holds": found.code == 0,
                    }
                    said |= {"code": found.code, "problem": found.problem, "left_out": found.left_out}
                    typer.echo(msgspec.json.encode(said).decode())
                elif found.code:
                    word = "FAILED" if found.code == scenario_files.FAILED else "UNREADABLE"
                    typer.echo(f"{word} {path}:{found.line}: {found.name}\n{found.problem}")
                else:
                    typer.echo(f"ok {path}: {found.name}")
                if found.left_out and not json:
                    typer.echo(f"  note: named but not described, so with the defaults: {', '.join(found.left_out)}")
        except scenario_files.UnreadableFile as unreadable:
            worst = scenario_files.UNREADABLE
            if json:
                told = {"file": str(path), "holds": False, "code": worst, "problem": str(unreadable)}
                typer.echo(msgspec.json.encode(told).decode())
            else:
                typer.echo(f"{path}: {unreadable}", err=True)
    if not count and not worst:
        typer.echo("no scenario found", err=True)
        worst = scenario_files.UNREADABLE
    raise typer.Exit(worst)
