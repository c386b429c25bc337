"""`hubline demo` as a person runs it: well when all is well, and not when a loss or a doubling is planted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

HUBLINE = str(Path(sys.executable).with_name("hubline"))
LIMIT_S = 240
PROMISED = (
    "kafka", "postgres", "accepted", "scheduled", "waiting", "offered", "active", "ended", "lost", "duplicated",
    "invariants", "p50_ms", "p99_ms",
)  # fmt: skip
PLACES = ("scheduled", "waiting", "offered", "active", "ended")

pytestmark = pytest.mark.timeout(LIMIT_S + 30)


def demo(folder: Path, *arguments: str, code: int) -> dict[str, Any]:
    """The last line of a demonstration, whose temporary files lie in `folder`; it must end with `code`."""
    done = subprocess.run(
        [HUBLINE, "demo", "--seconds", "8", "--rate", "5", "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        env={**os.environ, "TMPDIR": str(folder)},
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


@pytest.fixture
def folder() -> Path:
    """An empty folder that PostgreSQL's account may pass through."""
    made = Path(tempfile.mkdtemp(prefix="hubline-e2e-"))
    made.chmod(0o711)
    return made


def test_a_demonstration_loses_and_doubles_nothing_and_leaves_nothing_behind(folder: Path) -> None:
    report = demo(folder, code=0)
    assert tuple(report)[: len(PROMISED)] == PROMISED
    assert report["accepted"] > 20
    assert report["accepted"] == sum(report[place] for place in PLACES)
    assert (report["lost"], report["duplicated"], report["invariants"]) == (0, 0, "ok")
    assert report["kafka"].startswith("4.")
    assert int(report["postgres"].split(".")[0]) >= 15
    assert 0 <= report["p50_ms"] <= report["p99_ms"]
    assert report["connected"] * 2 >= report["accepted"]
    assert report["metrics_recount"] == "ok"
    assert report["timeline_rows"] > report["accepted"]
    assert report["timeline_lag_p99_ms"] >= 0
    assert all(report["by_channel"][channel]["ended"] for channel in ("phone", "email", "web_chat", "in_store"))
    assert list(folder.iterdir()) == []
    folder.rmdir()


def test_a_contact_that_something_on_the_way_keeps_to_itself_is_found_lost(folder: Path) -> None:
    report = demo(folder, "--plant-loss", code=1)
    assert report["lost"] == 1
    assert report["accepted"] == sum(report[place] for place in PLACES) + 1
    assert report["duplicated"] == 0
    folder.rmdir()


def test_a_contact_in_two_agents_hands_is_found_doubled(folder: Path) -> None:
    """What is forged takes the place of a true decision, so that another contact may stay unseen: that is not asserted."""
    report = demo(folder, "--plant-doubling", code=1)
    assert report["duplicated"] >= 1
    assert any("with two agents" in failure for failure in report["failures"])
    folder.rmdir()
