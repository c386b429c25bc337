"""`hubline fuzz`: the routing engine under everything that a log may hold, drawn by chance, checked at every step."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from deploy.fuzzing.running import Fuzzed

BROKEN: Final = 1
WRONG_USAGE: Final = 2
SHRINK_FOR_S: Final = 60.0


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(fuzz)


def fuzz(
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same inputs.")] = 1,
    steps: Annotated[int, typer.Option("--steps", min=1, help="So many inputs.")] = 100_000,
    seconds: Annotated[float | None, typer.Option("--seconds", help="Stop after so long, whatever was done.")] = None,
    again: Annotated[Path | None, typer.Option("--from", help="Run a log that was written before.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Where the log of a breach is written.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Draw inputs of every kind, feed them to the engine, and check every invariant after each.

    At random points a twin restored from a snapshot goes along; each life is replayed and must say the same bytes.
    Exit code 1 at a breach: its seed and step are printed, and a minimised log is written that `--from` runs again.
    """
    if again is not None:
        _run_again(again, as_json)
        return
    from deploy.fuzzing.recording import written
    from deploy.fuzzing.running import fuzz as run
    from deploy.progress import Progress

    began = time.monotonic()
    shrinking: list[float] = []

    def goes_on() -> bool:
        return seconds is None or time.monotonic() - began < seconds

    def shrinks() -> bool:
        shrinking.append(time.monotonic())
        return shrinking[-1] - shrinking[0] < SHRINK_FOR_S

    with Progress() as progress:

        def show(done: int, lives: int) -> None:
            if progress.is_due():
                rate = done / max(0.001, time.monotonic() - began)
                progress.say(f"{done:,} steps, {lives:,} lives, {rate:,.0f} steps/s")

        found, log = run(seed, steps, goes_on, show, shrinks)
    lasted_s = (shrinking[0] if shrinking else time.monotonic()) - began
    path = None if found.breach is None else _kept(out, f"fuzz-{seed}-{found.breach.life}.jsonl.gz", written(log))
    _say(found, lasted_s, path, as_json)
    if found.breach is not None:
        raise typer.Exit(BROKEN)


def _kept(folder: Path, name: str, log: bytes) -> Path | None:
    """Where the log lies now; None = it cannot be written there, which is said."""
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(log)
    except OSError as error:
        typer.echo(f"{path} cannot be written: {error.strerror or error}", err=True)
        return None
    return path


def _say(found: Fuzzed, lasted_s: float, path: Path | None, as_json: bool) -> None:
    import msgspec

    rate = round(found.steps / max(0.001, lasted_s))
    if as_json:
        values = msgspec.to_builtins(found) | {"steps_per_s": rate, "log": None if path is None else str(path)}
        typer.echo(msgspec.json.encode(values).decode())
        return
    typer.echo(
        f"seed {found.seed}: {found.steps:,} steps in {found.lives:,} lives, {found.decisions:,} decisions, "
        f"{rate:,} steps/s"
    )
    if found.breach is None:
        typer.echo("invariants: ok")
        return
    broken = found.breach
    typer.echo(f"BROKEN {broken.promise}, in life {broken.life} at step {broken.step}: {broken.detail}")
    again = "" if path is None else f": hubline fuzz --from {path}"
    typer.echo(f"{broken.inputs:,} inputs are enough for it{again}")


def _run_again(path: Path, as_json: bool) -> None:
    import msgspec

    from deploy.fuzzing.recording import Unreadable, read
    from deploy.fuzzing.shrinking import outcome_of_any

    try:
        log = read(path.read_bytes())
    except (OSError, Unreadable) as error:
        typer.echo(f"{path}: {error}", err=True)
        raise typer.Exit(WRONG_USAGE) from error
    breach = outcome_of_any(log)
    if as_json:
        promise = (
            None if breach is None else {"promise": breach.promise, "offset": breach.offset, "detail": breach.detail}
        )
        typer.echo(msgspec.json.encode({"inputs": len(log), "breach": promise}).decode())
    else:
        typer.echo(f"{len(log):,} inputs: " + ("every promise holds" if breach is None else f"BROKEN {breach}"))
    if breach is not None:
        raise typer.Exit(BROKEN)
