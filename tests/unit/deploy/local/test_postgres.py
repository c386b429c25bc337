"""A cluster of our own, and what a crash leaves of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.local import postgres
from deploy.local.errors import StackError
from deploy.local.postgres import Postgres
from deploy.local.processes import Account


def a_server(folder: Path, account: Account | None = None) -> Postgres:
    return Postgres(folder=folder, programs=Path("/opt/pg/bin"), port=15_432, password="p@ss/word", account=account)


def a_made_cluster(server: Postgres) -> Path:
    server.cluster.mkdir(parents=True)
    (server.cluster / "PG_VERSION").write_text("18\n")
    return server.cluster


def test_the_url_carries_any_password(tmp_path: Path) -> None:
    assert a_server(tmp_path).url() == "postgresql://hubline:p%40ss%2Fword@127.0.0.1:15432/hubline"
    assert a_server(tmp_path).url("other").endswith("/other")


def test_it_listens_on_this_machine_only_and_writes_to_disk_before_it_acknowledges(tmp_path: Path) -> None:
    told = dict(line.split(" = ") for line in postgres.configuration(a_server(tmp_path)).splitlines())
    assert told["listen_addresses"] == "'127.0.0.1'"
    assert told["port"] == "15432"
    assert (told["fsync"], told["full_page_writes"], told["synchronous_commit"]) == ("on", "on", "on")


def test_nobody_gets_in_without_the_password() -> None:
    rules = postgres.access_rules().splitlines()
    assert [rule.split()[-1] for rule in rules] == ["scram-sha-256"]
    assert [rule.split()[-2] for rule in rules] == ["127.0.0.1/32"]


def test_a_cluster_that_exists_gets_its_settings_and_is_not_made_again(tmp_path: Path) -> None:
    server = a_server(tmp_path / "postgres")
    cluster = a_made_cluster(server)
    (cluster / "base").write_text("data")
    postgres.prepare(server)
    assert (cluster / "base").read_text() == "data"
    assert (cluster / "hubline.conf").read_text() == postgres.configuration(server)


@pytest.mark.parametrize(
    "content",
    [f"{os.getpid()}\n/somewhere\n", "4194304\n", "", "no number\n"],
    ids=["taken", "free", "empty", "torn"],
)
def test_a_pid_file_of_a_crash_is_removed_even_when_another_process_has_its_pid(tmp_path: Path, content: str) -> None:
    server = a_server(tmp_path / "postgres")
    pid_file = a_made_cluster(server) / "postmaster.pid"
    pid_file.write_text(content)
    postgres.prepare(server)
    assert not pid_file.exists()


def test_the_server_runs_as_another_account_only_for_root() -> None:
    assert (postgres.account() is None) is (os.geteuid() != 0)


def test_as_another_account_a_folder_that_it_cannot_enter_is_refused_with_its_name(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(StackError, match="may not enter") as refused:
        postgres.prepare(a_server(closed / "postgres", account=Account(uid=65_534, gid=65_534)))
    assert "chmod o+x" in refused.value.advice


def test_a_path_is_open_when_every_folder_on_the_way_lets_others_pass(tmp_path: Path) -> None:
    shut = tmp_path / "shut" / "inner"
    shut.mkdir(parents=True)
    shut.parent.chmod(0o700)
    assert not postgres.is_open_to_others(shut)
    assert postgres.is_open_to_others(Path("/"))


def test_the_programs_are_those_of_the_installed_package(tmp_path: Path) -> None:
    programs = postgres.find_programs(tmp_path)
    assert all(os.access(programs / name, os.X_OK) for name in ("postgres", "initdb", "pg_isready"))


def test_programs_copied_for_another_account_are_whole_and_open(tmp_path: Path) -> None:
    package = tmp_path / "closed" / postgres.PACKAGE
    program = package / "pginstall18" / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    place = postgres.copied(package, program.parent.parent, tmp_path / "cache")
    mode = (place / "bin" / "postgres").stat().st_mode
    assert mode & 0o005 == 0o005
    assert postgres.copied(package, program.parent.parent, tmp_path / "cache") == place
