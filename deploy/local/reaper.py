"""Waits until another process is gone, however it ended, then ends the stack of a data folder and removes the folder.

For stacks that must not outlive their owner (tests, demonstrations): `python -m deploy.local.reaper PID MARK FOLDER`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from deploy.local import processes
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.processes import Running
from deploy.local.stack import bring_down

LOOK_S: Final = 0.5


def guard(folder: Path, owner_pid: int) -> subprocess.Popen[bytes]:
    """Starts a reaper that outlives us: when the owner is gone, the stack in `folder` ends and the folder goes.

    Raises StackError when the owner does not live.
    """
    mark = processes.mark_of(owner_pid)
    if mark is None:
        raise StackError(f"there is no process {owner_pid}")
    argv = [sys.executable, "-m", "deploy.local.reaper", str(owner_pid), mark, str(folder)]
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)


def main(argv: list[str]) -> None:
    """Waits and reaps; ends early when the folder is gone."""
    pid, mark, name = argv
    owner = Running(name="owner", pid=int(pid), mark=mark, digest="")
    folder = Path(name)
    while processes.lives(owner) and folder.exists():
        time.sleep(LOOK_S)
    if folder.exists():
        bring_down(Layout(data_dir=folder), lambda line: print(line, file=sys.stderr))
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
