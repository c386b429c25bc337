"""`hubline schemas export [--check]`: writes the JSON Schemas of all events, or says which are stale; `asyncapi` prints
the document of topics and sockets.

Exit code 1: stale (with `--check`), or a change would break readers or old records; then nothing is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

FAILED = 1


def register(app: typer.Typer) -> None:
    """Adds the group `schemas`."""
    group = typer.Typer(help="The contracts of all events.", no_args_is_help=True)
    app.add_typer(group, name="schemas")

    @group.callback()
    def _group() -> None:
        """The contracts of all events."""

    @group.command("export")
    def _export(
        check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when a file is stale.")] = False,
        folder: Annotated[Path | None, typer.Option(help="Where to write, instead of schemas/json.")] = None,
        json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ) -> None:
        """Write the JSON Schema of every event and version."""
        raise typer.Exit(export(folder or default_folder(), check=check, as_json=json_output))

    @group.command("asyncapi")
    def _asyncapi() -> None:
        """Print the AsyncAPI 3 document of all topics and both sockets; docs/asyncapi.json is this."""
        from schemas.asyncapi import as_text

        typer.echo(as_text(), nl=False)


def default_folder() -> Path:
    """Where the generated schemas are committed."""
    import schemas

    return Path(schemas.__path__[0]) / "json"


def export(folder: Path, *, check: bool, as_json: bool) -> int:
    """Brings `folder` up to date, or checks it; returns the exit code."""
    from schemas.compatibility import breaking_changes, removed
    from schemas.export import as_text, json_schemas

    current = json_schemas()
    committed = _read(folder)
    broken = removed(committed, current) + [
        f"{path}: {change}"
        for path in sorted(committed.keys() & current.keys())
        for change in breaking_changes(committed[path], current[path])
    ]
    stale = [path for path, schema in current.items() if _text(folder / path) != as_text(schema)]
    if not check and not broken:
        for path in stale:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(as_text(current[path]), encoding="utf-8")
    _report(stale, broken, len(current), check=check, as_json=as_json)
    return FAILED if broken or (check and stale) else 0


def _report(stale: list[str], broken: list[str], count: int, *, check: bool, as_json: bool) -> None:
    import msgspec

    if as_json:
        body = {"schemas": count, "stale": sorted(stale), "breaking": broken, "written": not (check or broken)}
        typer.echo(msgspec.json.encode(body).decode())
        return
    for line in broken:
        typer.echo(f"breaking: {line}")
    if broken:
        typer.echo("Nothing written. Raise the event's VERSION and add the step to schemas/upcast.py.")
    elif check:
        for path in sorted(stale):
            typer.echo(f"stale: {path}")
        typer.echo(f"{len(stale)} of {count} schemas are stale" if stale else f"{count} schemas are current")
    else:
        typer.echo(f"{len(stale)} of {count} schemas written")


def _read(folder: Path) -> dict[str, Any]:
    import msgspec

    found = sorted(folder.glob("*/*.json")) if folder.is_dir() else []
    return {path.relative_to(folder).as_posix(): msgspec.json.decode(path.read_bytes()) for path in found}


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
