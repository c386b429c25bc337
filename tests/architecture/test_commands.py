"""The command `hubline` has every command that its table names, starts quickly and answers without a terminal."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from deploy import cli
from tests.architecture import tree

HEAVY = frozenset({"aiokafka", "asyncpg", "litestar", "jgo", "opentelemetry", "prompt_toolkit", "uvicorn", "httpx"})


def test_every_module_of_the_table_registers_its_commands() -> None:
    app = cli.build()
    assert len(app.registered_commands) + len(app.registered_groups) >= len(cli.MODULES)


def test_every_module_of_the_folder_is_in_the_table() -> None:
    present = {path.stem for path in tree.sources("deploy/commands") if path.stem != "__init__"}
    assert present == set(cli.MODULES)


def test_a_module_that_does_not_exist_cannot_be_in_the_table() -> None:
    with pytest.raises(ModuleNotFoundError):
        cli.build(("nowhere",))


def test_the_version_is_the_packages() -> None:
    answer = CliRunner().invoke(cli.build(), ["--version"])
    assert (answer.exit_code, answer.stdout) == (0, f"hubline {importlib.metadata.version('hubline')}\n")


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(cli.build(), ["no-such-command"]).exit_code == 2


def test_the_help_loads_nothing_heavy() -> None:
    script = "import sys; from deploy import cli; cli.build(); print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=tree.ROOT, capture_output=True, text=True, check=True)
    assert HEAVY.intersection(loaded.stdout.splitlines()) == set()
