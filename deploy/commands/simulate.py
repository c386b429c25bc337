"""`hubline simulate`: customers and agents at work in a running hubline, by a scenario or by a bank's call log.

Exit codes: 0 every contact ended once; 1 something was lost, doubled or did not end; 2 wrong usage, also a scenario or
a log that cannot be read; 3 the running hubline does not answer.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from deploy.commands.demo import DEFAULT_DAY, day_of, failing, note, seconds_of, write_page

if TYPE_CHECKING:
    from deploy.simulation.running import Wanted
    from deploy.simulation.simulated import Simulated

NOT_WELL: Final = 1
WRONG_USAGE: Final = 2
NOT_REACHABLE: Final = 3
DEFAULT_SPEED: Final = 20.0
DEFAULT_CALLS_SPEED: Final = 60.0
MS: Final = 1_000


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(simulate)


def simulate(  # noqa: PLR0913, PLR0917  # Each is an option.
    scenario: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A scenario (YAML); left out: a day of the book city.")
    ] = None,
    calls: Annotated[Path | None, typer.Option(metavar="FILE", help="A bank's call log to run instead.")] = None,
    day: Annotated[str, typer.Option(help="Which day of the log.")] = DEFAULT_DAY,
    speed: Annotated[
        float | None, typer.Option(min=1, max=600, help="How many times faster; left out: 20, a log 60.")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="HH:MM", help="From this time of the day.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="HH:MM", help="To this time of the day.")] = None,
    seed: Annotated[str, typer.Option(help="The same seed, the same arrivals, patience and handling times.")] = "1",
    report_to: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="The report of a log's day as Markdown.")
    ] = None,
    language: Annotated[str | None, typer.Option("--lang", help="zh-CN or en; left out: as the terminal's.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", metavar="FOLDER", help="Whose stack (HUBLINE_DATA_DIR).")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The last line is one JSON object.")] = False,
) -> None:
    """Let customers and agents work in a running hubline (`hubline up`), and check that each contact ended once.

    The agents are the workspace's own: leave `hubline run` off meanwhile.
    """
    import uvloop
    from rich.console import Console

    from deploy.local import state
    from deploy.local.layout import Layout
    from deploy.local.layout import data_dir as default_data_dir
    from deploy.local.stack import endpoints_now
    from deploy.simulation.running import simulate as run

    folder = data_dir.expanduser().resolve() if data_dir is not None else default_data_dir(os.environ)
    if calls is not None and scenario is not None:
        raise typer.BadParameter("a scenario or a call log, not both", param_hint="--calls")
    if state.holder_of(Layout(data_dir=folder)) is None:
        note("hubline: nothing runs in that folder; start it with `hubline up`")
        raise typer.Exit(NOT_REACHABLE)
    with failing():
        if calls is not None:
            wanted = _of_calls(calls, (day, from_, to), speed or DEFAULT_CALLS_SPEED, (seed, language, folder))
        else:
            wanted = _of_scenario(scenario, (from_, to), speed or DEFAULT_SPEED, (seed, language, folder))
        found = uvloop.run(run(wanted, endpoints_now(folder, os.environ), Console(highlight=False, stderr=True), note))
    _show(found, json)
    if report_to is not None and found.replay is not None:
        from deploy.simulation.replay_page import page

        write_page(report_to, page(found.replay))
    if found.failures:
        raise typer.Exit(NOT_WELL)


def _of_calls(
    file: Path, when: tuple[str, str | None, str | None], speed: float, whose: tuple[str, str | None, Path]
) -> Wanted:
    import msgspec

    from deploy.commands.agent import language_of
    from deploy.console.words import Language
    from deploy.simulation.bank import bank_play
    from deploy.simulation.running import Wanted
    from runtime.ids import random_id

    seed, language, folder = whose
    date, from_, to = when
    day = day_of(file, date, speed, seed, (from_, to))
    bank = bank_play(file, date, msgspec.structs.replace(day.replay, run=random_id("run")))
    return Wanted(
        play=bank.play,
        plan=bank.day.plan,
        seed=seed,
        speed=speed,
        language=Language(language_of(language)),
        data_dir=folder,
        bank=bank,
    )


def _of_scenario(
    file: Path | None, window: tuple[str | None, str | None], speed: float, whose: tuple[str, str | None, Path]
) -> Wanted:
    from deploy.commands.agent import language_of
    from deploy.console.words import Language
    from deploy.simulation import bookcity
    from deploy.simulation.running import Wanted, city_play
    from deploy.simulation.scenario import BadScenario, read
    from deploy.simulation.scenario_plan import Pass, plan_of
    from runtime.ids import random_id

    seed, language, folder = whose
    path = file or bookcity.SCENARIO
    try:
        scenario = read(path.read_text(encoding="utf-8"), frozenset(bookcity.agents()))
    except (OSError, UnicodeDecodeError, BadScenario) as error:
        note(f"hubline: {path.name}: {error}")
        raise typer.Exit(WRONG_USAGE) from error
    from_s, to_s = seconds_of(window)
    one = Pass(
        workspace=bookcity.WORKSPACE,
        speed=speed,
        seed=seed,
        run=random_id("run"),
        from_ms=from_s * MS,
        to_ms=to_s * MS,
    )
    plan = plan_of(scenario, one, bookcity.known())
    if not plan.arrivals or not plan.shifts:
        note(f"hubline: {path.name}: nobody comes at that time, or nobody is there")
        raise typer.Exit(WRONG_USAGE)
    return Wanted(
        play=city_play(scenario, plan, speed),
        plan=plan,
        seed=seed,
        speed=speed,
        language=Language(language_of(language)),
        data_dir=folder,
    )


def _show(found: Simulated, json: bool) -> None:
    import msgspec

    from deploy.simulation.replay_page import text_of

    for failure in found.failures:
        note(f"NOT WELL: {failure}")
    if json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        sys.stdout.flush()
        return
    for name, value in msgspec.to_builtins(msgspec.structs.replace(found, replay=None)).items():
        if value is not None:
            typer.echo(f"{name:<16} {value}")
    if found.replay is not None:
        typer.echo(text_of(found.replay))
