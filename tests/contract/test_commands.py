"""Every command answers a program as well as a person, and an ordinary mistake with a sentence and an exit code."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from typer.testing import CliRunner, Result

from deploy import command_broker
from deploy.cli import build
from deploy.log_transfer import NotWritten, take_in
from tests.support import recordings

RECORDING = recordings.FOLDER / "scenario-order.jsonl.gz"
WITHOUT_JSON = {
    "run": "a live table for people; `up` and `watch` have the same for programs",
    "schemas asyncapi": "prints a JSON document and nothing else",
}
NOWHERE = {
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "HUBLINE_PASSWORD": "secret-enough",
    "LANG": "C.UTF-8",
}


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment in which nothing runs, in an empty folder."""
    monkeypatch.setattr(command_broker, "PATIENCE_MS", 100)
    monkeypatch.chdir(tmp_path)
    return {**NOWHERE, "HUBLINE_DATA_DIR": str(tmp_path / "data")}


def hubline(environ: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(build(), list(words), env=environ)


def said(result: Result, code: int) -> str:
    """What the command said, having ended as it should: by itself, with that code, in a few lines."""
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert (result.exit_code, "Traceback" in result.output) == (code, False), result.output
    return result.output


def commands(group: Any, *before: str) -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        path = (*before, name)
        found += commands(command, *path) if hasattr(command, "commands") else [(" ".join(path), command)]
    return found


ALL = commands(typer.main.get_command(build()))


def test_every_command_answers_programs_or_says_here_why_not() -> None:
    without = {name for name, command in ALL if not any("--json" in one.opts for one in command.params)}
    assert without == set(WITHOUT_JSON)


def test_every_command_and_option_says_what_it_is_for() -> None:
    assert [name for name, command in ALL if not command.help] == []
    silent = [
        f"{name} {option.opts[0]}"
        for name, command in ALL
        for option in command.params
        if not getattr(option, "help", None) and not getattr(option, "hidden", False) and option.name != "help"
    ]
    assert silent == []


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "i_nothing", "--from", "missing.hublog.gz"],
        ["explain", "i_nothing", "--at", "noon"],
        ["explain", "i_nothing", "--lang", "fr"],
        ["state", "--at", "noon"],
        ["replay", "--until", "noon"],
        ["replay", "--from", "missing"],
        ["verify"],
        ["verify", "--from", "missing"],
        ["log", "import", "missing"],
        ["log", "export", "bookcity", "--to", "no-such-folder/log"],
        ["scenario", "missing.yaml"],
        ["fuzz", "--from", "missing"],
        ["fuzz", "--steps", "0"],
        ["backtest", "--calls", "missing"],
        ["apply", "missing.yaml"],
        ["customers", "import", "missing.csv", "-w", "bookcity"],
        ["simulate", "--calls", "missing", "--scenario", "missing"],
        ["bench", "nothing"],
        ["agent", "--as", "ana", "--admin-url", "localhost:80"],
        ["agent", "--as", "ana", "--gateway-url", "localhost:80"],
        ["watch", "--as", "li", "--gateway-url", "localhost:80"],
        ["supervise", "--as", "li", "--admin-url", "localhost:80", "cancel", "i_1", "--reason", "x"],
        ["supervise", "--as", "li", "hand-over", "ana", "bo"],
        ["audit", "-w", "bookcity", "--since", "noon"],
        ["dlq", "list", "no-such-topic"],
    ],
    ids=lambda words: " ".join(words[:4]),
)
def test_a_mistake_of_the_one_who_asks_is_wrong_usage(words: list[str], nowhere: dict[str, str]) -> None:
    assert said(hubline(nowhere, *words), 2)


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "i_nothing"],
        ["state"],
        ["replay", "--check"],
        ["verify", "bookcity"],
        ["log", "export", "bookcity"],
        ["log", "reopen", "bookcity"],
        ["log", "resume", "bookcity"],
        ["dlq", "list"],
        ["users", "list"],
        ["keys", "list"],
        ["audit", "-w", "bookcity"],
        ["watch", "--as", "li", "--admin-url", "http://127.0.0.1:1"],
        ["agent", "--as", "ana", "--admin-url", "http://127.0.0.1:1"],
        ["supervise", "--as", "li", "--admin-url", "http://127.0.0.1:1", "cancel", "i_1", "--reason", "x"],
        ["simulate"],
        ["status"],
        ["logs"],
    ],
    ids=lambda words: " ".join(words[:4]),
)
def test_where_nothing_runs_that_is_said(words: list[str], nowhere: dict[str, str]) -> None:
    assert said(hubline(nowhere, *words), 3)


@pytest.mark.parametrize("words", [["agent", "--as", "ana"], ["watch", "--as", "li"], ["verify", "bookcity"]])
def test_a_setting_that_cannot_be_read_is_named(words: list[str], nowhere: dict[str, str]) -> None:
    assert "HUBLINE_GATEWAY_PORT" in said(hubline({**nowhere, "HUBLINE_GATEWAY_PORT": "many"}, *words), 2)


def test_an_unknown_contact_is_a_negative_answer(nowhere: dict[str, str]) -> None:
    assert "no interaction i_nothing" in said(hubline(nowhere, "explain", "i_nothing", "--from", str(RECORDING)), 1)


@pytest.mark.parametrize("at", ["1/999999", "1969-01-01"])
def test_a_moment_that_the_log_does_not_have_is_a_negative_answer(at: str, nowhere: dict[str, str]) -> None:
    assert said(hubline(nowhere, "state", "--at", at, "--from", str(RECORDING)), 1)


def test_behind_the_end_of_a_log_its_end_is_shown(nowhere: dict[str, str]) -> None:
    words = ["--from", str(RECORDING), "--lang", "en"]
    now = hubline(nowhere, "state", *words)
    for at in ("9999-12-31T23:59:59+00:00", "2999-01-01"):
        assert hubline(nowhere, "state", *words, "--at", at).stdout == now.stdout


@pytest.mark.parametrize("command", ["explain i_1", "state", "replay", "verify"])
def test_a_recording_whose_first_line_no_program_knows_is_damaged(
    command: str, tmp_path: Path, nowhere: dict[str, str]
) -> None:
    path = tmp_path / "other.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"offset":0,"stamp_ms":1,"event":{"type":"of.another.program"}}\n'))
    assert str(path) in said(hubline(nowhere, *command.split(), "--from", str(path)), 1)


def test_a_log_is_taken_in_where_that_can_be_written_only(tmp_path: Path, nowhere: dict[str, str]) -> None:
    taken = tmp_path / "a-file"
    taken.write_text("not a folder", encoding="utf-8")
    with pytest.raises(NotWritten, match="cannot be written"):
        take_in(RECORDING, taken, None)
    environ = {**nowhere, "HUBLINE_DATA_DIR": str(taken)}
    assert "cannot be written" in said(hubline(environ, "log", "import", str(RECORDING)), 2)


def test_scenarios_that_cannot_be_read_are_objects_too(nowhere: dict[str, str]) -> None:
    result = hubline(nowhere, "scenario", "missing.yaml", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["file"], told["holds"], told["code"]) == (2, "missing.yaml", False, 2)
