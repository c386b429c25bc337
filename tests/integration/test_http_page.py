"""docs/add-a-channel.md does as printed, on the whole product: only the running stack and its port are the test's own."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from deploy.local import plan
from tests.support.stack import RunningStack

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "add-a-channel.md"
STARTING = ".venv/bin/hubline up --detach\n"
PRINTED_AT = "http://127.0.0.1:8080"


def script(port: int) -> str:
    """The page's commands in their order, ended at the first that fails."""
    commands = "".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL))
    assert STARTING in commands
    assert PRINTED_AT in commands
    return "set -eu\n" + commands.replace(STARTING, "").replace(PRINTED_AT, f"http://127.0.0.1:{port}")


def test_the_page_on_a_new_channel_does_as_printed(own_stack: Callable[..., RunningStack]) -> None:
    running = own_stack(only=plan.NAMES, programs=plan.PROGRAMS)
    port = running.endpoints.ports["http"]
    ran = subprocess.run(
        ["bash", "-c", script(port)],
        cwd=ROOT,
        env={**os.environ, "HUBLINE_DATA_DIR": str(running.folder)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert '"type": "leg.queued"' in ran.stdout
    assert "leg.ended abandoned" in ran.stdout
    assert "leg.scheduled scheduled" in ran.stdout
    assert re.search(r'"message_id":"m_[0-9a-f]{30}"', ran.stdout)
