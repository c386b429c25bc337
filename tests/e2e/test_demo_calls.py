"""`hubline demo --calls` as a person runs it, on a small made-up log: each call ends once, whatever the log's oddities."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.bank_rows import HEADER, a_row

HUBLINE = str(Path(sys.executable).with_name("hubline"))
LIMIT_S = 240
BEGIN_S = 36_000

pytestmark = pytest.mark.timeout(LIMIT_S + 30)


def a_log(folder: Path) -> Path:
    """Forty calls in eight minutes to three agents, some of whom give up; and lines that no reader should stumble over."""
    lines = [
        HEADER,
        "",
        "XX\tshort",
        a_row(900, outcome="PHANTOM"),
        a_row(901, vru_exit="soon"),
        a_row(902, hangs=True),
    ]
    for number in range(40):
        asked_s = BEGIN_S + 12 * number
        server = ("DANA", "ELI", "NOA")[number % 3]
        if number % 8 == 7:
            lines.append(
                a_row(number, asked_s=asked_s, waited_s=20 + number, hangs=True, priority=1, customer_id=5_000)
            )
        else:
            type_ = ("PS", "NE", "NW")[number % 3]
            line = a_row(
                number,
                asked_s=asked_s,
                waited_s=number % 4 * 10 or None,
                service_s=25 + number,
                server=server,
                type_=type_,
                priority=number % 3,
                customer_id=7_000 + number,
                vru_time="-3" if number == 5 else "10",
            )
            lines.append(line)
    file = folder / "log.csv.gz"
    file.write_bytes(gzip.compress("\r\n".join(lines).encode()))
    return file


def demo(folder: Path, *arguments: str, code: int) -> dict[str, Any]:
    """The last line of a demonstration of the log; it must end with `code`."""
    data = Path(tempfile.mkdtemp(prefix="hubline-e2e-"))
    data.chmod(0o711)
    done = subprocess.run(
        [HUBLINE, "demo", "--calls", str(a_log(folder)), "--speed", "60", "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        env={**os.environ, "TMPDIR": str(data)},
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    data.rmdir()
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def test_a_log_s_calls_end_once_and_the_report_sets_the_waits_side_by_side(tmp_path: Path) -> None:
    page = tmp_path / "report.md"
    report = demo(tmp_path, "--report", str(page), code=0)
    day = report["replay"]
    assert (report["accepted"], report["ended"], report["lost"], report["duplicated"]) == (40, 40, 0, 0)
    assert (report["invariants"], report["metrics_recount"]) == ("ok", "ok")
    assert report["timeline_rows"] > 40
    assert (day["asked"], day["agents"], day["ends"]["ended_once"]) == (40, 3, 40)
    assert (day["comparison"]["whole"]["bank"]["answered"], day["comparison"]["unknown"]) == (35, 0)
    odd = ("phantom", "garbled_value", "wrong_number_of_columns", "empty_line", "left_in_the_vru", "negative_vru_time")
    assert {name: day["quirks"][name] for name in odd} == dict.fromkeys(odd, 1)
    assert day["kept"]["channels.phone.offer_timeout"] == "5s"
    assert "| answered | 35 |" in page.read_text(encoding="utf-8")


def test_a_log_without_that_day_is_wrong_usage(tmp_path: Path) -> None:
    arguments = [HUBLINE, "demo", "--calls", str(a_log(tmp_path)), "--day", "1999-02-01"]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "no call asked for an agent" in done.stderr
