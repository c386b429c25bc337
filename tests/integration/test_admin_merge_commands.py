"""`hubline customers merge`, `unmerge`, `merges` and `suggestions` on a real database."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import msgspec
import pytest
from typer.testing import CliRunner, Result

from deploy import cli
from runtime.ids import random_id


class Shell(msgspec.Struct, frozen=True):
    """The command, with the database that it speaks of."""

    workspace: str
    database_url: str

    def run(self, *arguments: str) -> Result:
        environ = {**os.environ, "DATABASE_URL": self.database_url}
        return CliRunner().invoke(cli.build(), ["customers", *arguments, "-w", self.workspace], env=environ)

    def lines(self, *arguments: str) -> list[Any]:
        ran = self.run(*arguments, "--json")
        assert ran.exit_code == 0, ran.output
        return [msgspec.json.decode(line) for line in ran.stdout.splitlines()]


@pytest.fixture
async def customers(database_url: str) -> AsyncIterator[str]:
    """A workspace with two customers of one name."""
    workspace = random_id("ws")
    connection = await asyncpg.connect(database_url)
    for name in ("c_1", "c_2"):
        await connection.execute(
            "INSERT INTO customers (workspace, customer_id, name, created_ms, changed_ms) VALUES ($1, $2, '李雷', 1, 1)",
            workspace,
            name,
        )
        await connection.execute(
            "INSERT INTO identities (workspace, kind, value, customer_id, linked_ms) VALUES ($1, 'email', $2, $3, 1)",
            workspace,
            f"li@example{name}.com",
            name,
        )
    yield workspace
    await connection.close()


@pytest.fixture
def shell(customers: str, database_url: str) -> Shell:
    return Shell(customers, database_url)


def test_customers_are_previewed_merged_listed_and_unmerged(shell: Shell) -> None:
    preview = shell.run("merge", "c_1", "c_2", "--preview")
    assert (preview.exit_code, "email:li@examplec_2.com  from merged" in preview.stdout) == (0, True)
    assert shell.lines("merges") == []
    [made] = shell.lines("merge", "c_1", "c_2", "--reason", "the same phone")
    assert (made["customer_id"], made["by"], made["reason"]) == ("c_1", "console", "the same phone")
    [undone] = shell.lines("unmerge", made["merge_id"])
    assert undone["undone_by"] == "console"
    assert [one["merge_id"] for one in shell.lines("merges", "--customer", "c_2")] == [made["merge_id"]]
    assert f"{made['merge_id']}  c_2 -> c_1" in shell.run("merges").stdout


def test_what_is_refused_says_why_and_ends_with_1(shell: Shell) -> None:
    for arguments in (("merge", "c_1", "c_1"), ("merge", "c_1", "c_9"), ("unmerge", "m_9")):
        ran = shell.run(*arguments)
        assert (ran.exit_code, ran.stderr.startswith("hubline: ")) == (1, True)


def test_suggestions_are_looked_for_and_dismissed(shell: Shell) -> None:
    assert shell.lines("suggestions") == []
    [found] = shell.lines("suggestions", "--look")
    assert (found["customer_id"], found["other_id"], found["cause"]) == ("c_1", "c_2", "name")
    assert shell.run("suggestions").stdout.startswith("c_1  c_2  name")
    assert shell.lines("suggestions", "--dismiss", "c_2", "c_1", "--look") == []
