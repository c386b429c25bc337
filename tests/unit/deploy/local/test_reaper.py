"""A stack does not outlive its owner, however the owner ends."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.processes import Command, Ending
from deploy.local.reaper import guard


def test_when_the_owner_was_killed_its_processes_end_and_its_folder_goes(tmp_path: Path) -> None:
    layout = Layout(data_dir=tmp_path / "data")
    layout.make_folders()
    layout.lock_file.touch()
    command = Command(argv=("/bin/sleep", "600"), environ=(), folder=tmp_path)
    running, child = processes.start("one", command, layout.log_file("one"), Ending())
    processes.write_record(layout.record_file("one"), running)
    owner = subprocess.Popen(["/bin/sleep", "600"])
    watching = guard(layout.data_dir, owner.pid)
    owner.kill()
    owner.wait()
    assert watching.wait(timeout=60) == 0
    assert child.wait(timeout=60) < 0
    assert not layout.data_dir.exists()


def test_a_guard_ends_by_itself_when_the_folder_is_gone(tmp_path: Path) -> None:
    watching = guard(tmp_path / "never made", os.getpid())
    assert watching.wait(timeout=60) == 0


def test_nothing_is_guarded_for_an_owner_that_does_not_live(tmp_path: Path) -> None:
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()
    with pytest.raises(StackError, match="no process"):
        guard(tmp_path, gone.pid)
