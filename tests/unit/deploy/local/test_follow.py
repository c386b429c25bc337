"""Logs as lines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.follow import Follower, LogLine, last_lines


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "http.log"
    path.write_text("one\ntwo\nthree\n")
    return path


@pytest.fixture
def following(log: Path) -> Iterator[Follower]:
    follower = Follower({"http": log})
    yield follower
    follower.close()


def lines(follower: Follower) -> list[str]:
    return [one.line for one in follower.new_lines()]


def test_the_last_lines_come_with_their_process_and_a_missing_log_has_none(log: Path, tmp_path: Path) -> None:
    found = list(last_lines({"kafka": tmp_path / "kafka.log", "http": log}, 2))
    assert found == [LogLine(process="http", line="two"), LogLine(process="http", line="three")]


def test_only_what_is_added_follows_and_only_whole_lines(log: Path, following: Follower) -> None:
    assert lines(following) == []
    with log.open("a") as file:
        file.write("four\nfi")
        file.flush()
        assert lines(following) == ["four"]
        file.write("ve\n")
    assert lines(following) == ["five"]


def test_a_log_that_was_put_aside_is_read_to_its_end_and_then_anew(log: Path, following: Follower) -> None:
    with log.open("a") as file:
        file.write("last of the old\n")
    os.replace(log, log.with_suffix(".log.1"))
    log.write_text("first of the new\n")
    assert lines(following) == ["last of the old", "first of the new"]


def test_a_log_that_appears_later_is_followed_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "view.log"
    follower = Follower({"view": path})
    assert lines(follower) == []
    path.write_text("hello\n")
    assert lines(follower) == ["hello"]
    follower.close()
