"""`hubline config` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys


def config(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from deploy.cli import main; main()", "config", *words],
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_setting_is_printed_with_its_source_and_no_password() -> None:
    done = config("--json", DATABASE_URL="postgresql://ana:hush@db/x", HUBLINE_HTTP_PORT="9")
    shown = {it["variable"]: it for it in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0
    assert shown["HUBLINE_HTTP_PORT"].items() >= {"value": 9, "source": "environment"}.items()
    assert shown["DATABASE_URL"]["value"] == "postgresql://ana:***@db/x"
    assert shown["HUBLINE_HEALTH_PORT"]["source"] == "default"
    assert "hush" not in done.stdout


def test_only_what_the_environment_changes_can_be_asked_for() -> None:
    done = config("--changed", HUBLINE_LOG_LEVEL="debug")
    assert done.stdout.split() == ["HUBLINE_LOG_LEVEL", "debug", "(environment)"]


def test_a_misspelt_setting_is_exit_code_2_with_a_suggestion() -> None:
    done = config(HUBLINE_GATEWAY_PROT="1")
    assert done.returncode == 2
    assert done.stderr == "HUBLINE_GATEWAY_PROT: no such setting; did you mean HUBLINE_GATEWAY_PORT?\n"
