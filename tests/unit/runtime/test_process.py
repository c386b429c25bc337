from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
PROGRAM = """
import asyncio, sys
from runtime.process import Context, run

async def main(context: Context) -> None:
    context.health.set_ready("main")
    {body}

run("probe", main)
"""


def start(tmp_path: Path, body: str, **environ: str) -> subprocess.Popen[str]:
    given = {"PATH": os.environ["PATH"], "HUBLINE_PORT_FILE": str(tmp_path / "port"), **environ}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(body=body)], cwd=ROOT, env=given, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_the_process_to_end_and_it_ends_well(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path, 'await context.stop.wait(); context.log.info("finished")')
    wait_until((tmp_path / "port").exists, within_s=60)
    process.send_signal(number)
    code, said = ended(process)
    assert code == 0
    assert [word for word in ("process.starting", "finished", "process.stopped") if word in said] == [
        "process.starting",
        "finished",
        "process.stopped",
    ]


def test_an_error_is_logged_once_with_its_traceback_and_exit_code_1(tmp_path: Path) -> None:
    code, said = ended(start(tmp_path, 'raise RuntimeError("planted")'))
    assert code == 1
    assert said.count("process.crashed") == 1
    assert "RuntimeError: planted" in said


def test_a_process_that_does_not_end_in_time_is_a_crash(tmp_path: Path) -> None:
    process = start(tmp_path, "await asyncio.Event().wait()", HUBLINE_STOP_TIMEOUT_MS="100")
    wait_until((tmp_path / "port").exists, within_s=60)
    process.send_signal(signal.SIGTERM)
    code, said = ended(process)
    assert code == 1
    assert "TimeoutError" in said


def test_wrong_settings_end_it_before_main_with_exit_code_2(tmp_path: Path) -> None:
    code, said = ended(start(tmp_path, "raise RuntimeError", HUBLINE_LOG_LEVEL="loud", HUBLINE_NO="1"))
    assert code == 2
    assert sorted(line.split(":")[0] for line in said.splitlines()) == ["HUBLINE_LOG_LEVEL", "HUBLINE_NO"]


def test_settings_are_logged_at_start_without_passwords(tmp_path: Path) -> None:
    code, said = ended(start(tmp_path, "return", DATABASE_URL="postgresql://ana:hush@db/x"))
    assert code == 0
    assert "postgresql://ana:***@db/x" in said
    assert "hush" not in said


def test_the_port_file_names_the_health_port(tmp_path: Path) -> None:
    import httpx

    process = start(tmp_path, "await context.stop.wait()")
    wait_until((tmp_path / "port").exists, within_s=60)
    port = int((tmp_path / "port").read_text())
    assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=60).json() == {"ok": True, "problems": {}}
    process.send_signal(signal.SIGTERM)
    assert ended(process)[0] == 0
