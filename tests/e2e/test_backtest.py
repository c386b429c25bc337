"""`hubline backtest` as a person runs it: on a small made-up log, and on a real one where its path is given."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.bank_rows import HEADER, a_row

HUBLINE = str(Path(sys.executable).with_name("hubline"))
REAL_LOG = "HUBLINE_BANK_LOG"
"""The path of the log of January 1999; docs/backtest.md says where it is from."""


def a_log(folder: Path) -> Path:
    """Two days of calls to three agents, some of whom give up; and lines that no reader should stumble over."""
    lines = [
        HEADER,
        "",
        "XX\tshort",
        a_row(900, outcome="PHANTOM"),
        a_row(901, vru_exit="soon"),
        a_row(902, hangs=True),
    ]
    for number in range(120):
        asked_s = 36_000 + 25 * number
        lines.append(
            a_row(
                number,
                asked_s=asked_s,
                waited_s=None if number % 3 else number % 50,
                hangs=number % 9 == 0,
                server=("DANA", "ELI", "NOA BAR", None)[number % 4],
                service_s=80 + number % 40,
                type_=("PS", "NW", "PS", "NE", "AA")[number % 5],
                priority=number % 3,
                date=("990103", "990104")[number % 2],
            )
        )
    lines += [
        a_row(800, asked_s=86_395, waited_s=20, date="990104"),
        a_row(801, asked_s=40_000, waited_s=5, date="990231"),
    ]
    file = folder / "log.csv.gz"
    file.write_bytes(gzip.compress("\r\n".join(lines).encode()))
    return file


def hubline(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HUBLINE, "backtest", *arguments], capture_output=True, text=True, timeout=110, check=False)


def answer(*arguments: str) -> dict[str, Any]:
    done = hubline(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_log_is_run_beside_its_record_and_the_same_again_is_the_same(tmp_path: Path) -> None:
    file = str(a_log(tmp_path))
    found = answer("--calls", file, "--after-call", "30")
    assert (found["asked"], found["after_call_s"], found["invariants"]) == (121, 30.0, "ok")
    assert found["answered"] + found["hung_up"] == found["asked"] == found["recorded"]["asked"]
    assert found["decisions_per_s"] > 0
    assert {"mean_wait_answered_s", "within_20s", "within_60s", "longest_wait_s"} <= found.keys()
    assert (found["quirks"]["phantom"], found["quirks"]["garbled_value"], found["quirks"]["no_such_day"]) == (1, 1, 1)
    again = answer("--calls", file, "--after-call", "30", "--thorough")
    assert (again["invariants"], again["thorough"]) == ("ok", True)
    assert again["fingerprint"] == found["fingerprint"]
    assert answer("--calls", file, "--after-call", "30", "--seed", "2")["fingerprint"] != found["fingerprint"]
    assert answer("--calls", file, "--from", "1999-01-04", "--to", "1999-01-04")["asked"] == 61


def test_the_after_call_time_is_fitted_and_a_person_can_read_all_of_it(tmp_path: Path) -> None:
    done = hubline("--calls", str(a_log(tmp_path)), "--fit", "after-call")
    assert done.returncode == 0, done.stderr
    assert {line.partition(":")[0].rstrip("0123456789 s") for line in done.stderr.splitlines()} == {"after-call time"}
    assert "the witness): ok" in done.stdout
    assert "after-call time fitted" in done.stdout or "could not be fitted" in done.stdout


def test_two_documents_are_compared_over_the_seeds_and_a_picture_is_drawn(tmp_path: Path) -> None:
    flat = tmp_path / "flat.yaml"
    flat.write_text("workspace: bank\nsettings: {default_queue: all}\nqueues: {all: {}}\n", encoding="utf-8")
    bank = str(Path(__file__).parents[2] / "deploy" / "examples" / "bank.yaml")
    picture = tmp_path / "both.svg"
    found = answer(
        *("--calls", str(a_log(tmp_path)), "--after-call", "60", "--seeds", "3", "--picture", str(picture)),
        *("--workspace", bank, "--workspace", str(flat)),
    )
    comparison = found["comparison"]
    assert (comparison["seeds"], len(comparison["cannot_know"])) == (3, 5)
    whole = comparison["whole"]["mean_wait_answered_s"]
    assert whole["low"] <= whole["difference"] <= whole["high"]
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_another_log_comes_as_csv(tmp_path: Path) -> None:
    lines = ["arrived_at,queue,skill,priority,patience_s,service_s,agent"]
    for number in range(60):
        at = f"2027-02-03T10:{number:02d}:00"
        lines.append(
            f"{at},orders,,5,30,,"
            if number % 6 == 5
            else f"{at},orders,,5,,{90 + number},{'ana' if number % 2 else 'bo'}"
        )
    file = tmp_path / "calls.csv"
    file.write_text("\ufeff" + "\n".join([*lines, "soon,,,,,,"]), encoding="utf-8")
    found = answer("--calls", str(file))
    assert (found["asked"], found["after_call_s"], found["invariants"]) == (60, 0.0, "ok")
    assert (found["recorded"]["hung_up"], found["recorded"]["mean_wait_answered_s"]) == (10, None)
    assert found["quirks"] == {"garbled_value": 1}


def test_what_cannot_be_run_is_wrong_usage_and_says_why(tmp_path: Path) -> None:
    file = str(a_log(tmp_path))
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("workspace: bank\nqueus: {}\n", encoding="utf-8")
    cut, broken, empty = tmp_path / "cut.csv.gz", tmp_path / "broken.csv.gz", tmp_path / "empty.csv"
    whole = Path(file).read_bytes()
    cut.write_bytes(whole[:400])
    broken.write_bytes(whole[:10] + bytes(byte ^ 255 for byte in whole[10:]))
    empty.write_bytes(b"")
    for arguments, said in (
        (("--calls", str(tmp_path / "none")), "none"),
        (("--calls", str(cut)), "ended before"),
        (("--calls", str(broken)), "broken.csv.gz"),
        (("--calls", str(empty)), "in 0 lines"),
        (("--calls", file, "--after-call", "nan"), "--after-call"),
        (("--calls", file, "--picture", str(tmp_path / "none" / "one.svg")), "one.svg"),
        (("--calls", file, "--from", "1999-03-01"), "no call asked"),
        (("--calls", file, "--from", "yesterday"), "yesterday"),
        (("--calls", file, "--workspace", str(wrong)), "queus"),
        (("--calls", file, "--after-call", "30", "--fit", "after-call"), "--fit"),
    ):
        done = hubline(*arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.soak
@pytest.mark.skipif(REAL_LOG not in os.environ, reason=f"{REAL_LOG} does not say where the bank's log is")
@pytest.mark.timeout(600)
def test_the_bank_s_january_is_reproduced() -> None:
    found = answer("--calls", os.environ[REAL_LOG], "--after-call", "75")
    recorded = found["recorded"]
    assert found["invariants"] == "ok"
    assert abs(found["abandoned_percent"] - recorded["abandoned_percent"]) <= 0.3
    assert abs(found["mean_wait_answered_s"] / recorded["mean_wait_answered_s"] - 1) <= 0.15
    priority = found["by"]["priority"]
    assert priority["2"]["here"]["mean_wait_answered_s"] < priority["1"]["here"]["mean_wait_answered_s"]
