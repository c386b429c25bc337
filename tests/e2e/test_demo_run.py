"""`hubline run` as a person runs it: contacts flow, Ctrl-C stops all, and a second start finds everything again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.layout import Layout
from deploy.local.plan import NAMES
from deploy.local.supervisor import recorded
from tests.support.stack import new_folder
from tests.support.waiting import wait_until

HUBLINE = str(Path(sys.executable).with_name("hubline"))
UP_S = 120
FLOWING_S = 120
STOPPED_S = 120
SOME_ENDED = re.compile(r"ended [1-9]")
AN_OFFER = re.compile(r" → (\w+) \(\w+\): \d+ considered")
USERS_AND_KEYS = re.compile(r"users \(password\):\n((?:  .*\n)+.*:\n(?:  .*\n)+)")

pytestmark = pytest.mark.timeout(UP_S + 2 * FLOWING_S + 2 * STOPPED_S)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that is empty at first, and nothing of it runs at the end."""
    made, watching = new_folder(os.getpid())
    yield made
    shutil.rmtree(made)
    watching.wait()


@contextmanager
def running(folder: Path, said: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command in the foreground, without a terminal; what it says goes to `said`. It is stopped as by Ctrl-C."""
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with said.open("wb") as out:
        run = subprocess.Popen(
            [HUBLINE, "run", "--data-dir", str(folder), "--lang", "en", "--rate", "2"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environ,
        )
        try:
            yield run
            run.send_signal(signal.SIGINT)
            assert run.wait(STOPPED_S) == 0, said.read_text()
        finally:
            if run.poll() is None:
                run.terminate()
                run.wait(STOPPED_S)


def test_contacts_flow_to_all_but_ana_until_it_is_stopped_and_a_second_start_makes_nothing_anew(
    folder: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with running(folder, first):
        wait_until(
            lambda: SOME_ENDED.search(first.read_text()), within_s=UP_S + FLOWING_S, what=f"a contact ended: {first}"
        )
        alive = recorded(Layout(data_dir=folder))
        assert len(alive) == len(NAMES)
    assert not any(processes.lives(one) for one in alive)
    text = first.read_text()
    assert set(AN_OFFER.findall(text)) - {"ana"} == set(AN_OFFER.findall(text)) != set()
    assert "agent --as ana" in text
    with running(folder, second):
        wait_until(lambda: AN_OFFER.search(second.read_text()), within_s=UP_S + FLOWING_S, what="an offer")
    assert _users_and_keys(second) == _users_and_keys(first)
    assert not any(processes.lives(one) for one in recorded(Layout(data_dir=folder)))


def _users_and_keys(said: Path) -> str:
    found = USERS_AND_KEYS.search(said.read_text())
    assert found is not None
    return found.group(1)
