"""`deploy/setup.sh` with a Python that only writes down what it is asked: what is made anew, and what is left alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.local.plan import ROOT

PYTHON = """#!/bin/sh
echo "$*" >> "$ASKED"
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin"
    cp "$0" "$3/bin/python"
    echo "#!$(pwd -P)/$3/bin/python" > "$3/bin/pip"
fi
"""


class Clone:
    """A clone of the repository, as far as setting up goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "deploy").mkdir(parents=True)
        shutil.copy(ROOT / "deploy" / "setup.sh", folder / "deploy" / "setup.sh")
        for name in ("requirements-dev.txt", "pyproject.toml"):
            (folder / name).write_text(name)

    def set_up(self) -> list[str]:
        """What Python was asked for, but for its version."""
        asked = self.folder / "asked"
        asked.write_text("")
        environ = {"PATH": "/usr/bin:/bin", "PYTHON": str(self.folder.parent / "python3"), "ASKED": str(asked)}
        script = ("sh", "deploy/setup.sh", "--no-services")
        subprocess.run(script, cwd=self.folder, env=environ, check=True, capture_output=True)
        return [line for line in asked.read_text().splitlines() if line.startswith("-m")]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    python = tmp_path / "python3"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return Clone(tmp_path / "clone")


def made(asked: list[str]) -> list[str]:
    return [line.split()[1] for line in asked]


def test_the_first_time_all_is_made_and_the_second_time_nothing(clone: Clone) -> None:
    assert made(clone.set_up()) == ["venv", "pip", "pip"]
    assert made(clone.set_up()) == []


def test_after_a_change_of_the_locks_the_environment_stays_and_is_brought_up_to_date(clone: Clone) -> None:
    clone.set_up()
    (clone.folder / "requirements-dev.txt").write_text("another")
    assert made(clone.set_up()) == ["pip", "pip"]


def test_in_a_clone_that_was_moved_the_environment_is_made_anew(clone: Clone) -> None:
    clone.set_up()
    clone.folder = clone.folder.rename(clone.folder.with_name("moved"))
    assert made(clone.set_up()) == ["venv", "pip", "pip"]
    assert made(clone.set_up()) == []
