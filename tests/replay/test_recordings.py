"""Recorded logs give the recorded decisions and state, byte for byte, for ever and in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from schemas.decisions import Decision, EngineVersionApplied
from streams.routing.engine import Engine
from tests.support import recordings
from tests.support.recordings import FOLDER, Outcome

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(
    path.name.removesuffix(".jsonl.gz") for path in FOLDER.glob("*.jsonl.gz") if "known-bad" not in path.name
)
ONE_RUN = """
import sys, msgspec
from pathlib import Path
from tests.support.recordings import read, replay
sys.stdout.buffer.write(msgspec.json.encode(replay(read(Path(sys.argv[1])))))
"""


def expected(name: str) -> Outcome:
    return msgspec.json.decode((FOLDER / f"{name}.expected.json").read_bytes(), type=Outcome)


def test_there_are_recordings() -> None:
    assert len(NAMES) >= 10
    assert sum(expected(name).inputs for name in NAMES) > 10_000


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_gives_what_it_gave(name: str) -> None:
    assert recordings.replay(recordings.read(FOLDER / f"{name}.jsonl.gz")) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_restart_half_way_changes_nothing(name: str) -> None:
    assert recordings.replay(recordings.read(FOLDER / f"{name}.jsonl.gz"), restart=True) == expected(name)


def told(name: str) -> list[Decision]:
    """What a recording decides, apart from the upgrade itself and from all that it shifts."""
    log = recordings.read(FOLDER / f"{name}.jsonl.gz")
    engine = Engine.of_log(log[0][2].workspace)
    return [
        msgspec.structs.replace(decision, seq=0, cause=0)
        for offset, stamp_ms, event in log
        for decision in engine.apply(event, offset=offset, stamp_ms=stamp_ms)
        if not isinstance(decision, EngineVersionApplied)
    ]


@pytest.mark.parametrize("rule", sorted(recordings.RULES))
def test_each_version_of_the_rules_decides_in_its_own_way_for_ever(rule: str) -> None:
    first, second = told(f"rules-{rule}-1"), told(f"rules-{rule}-2")
    assert first != second
    assert first[:1] == second[:1]


def test_the_known_bad_recording_is_found_out() -> None:
    found = recordings.replay(recordings.read(FOLDER / "known-bad.jsonl.gz"))
    assert found != expected("known-bad")
    assert found.inputs == expected("known-bad").inputs


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_the_order_of_hashes_does_not_matter(seed: str) -> None:
    name = "a-busy-day"
    path = str(FOLDER / f"{name}.jsonl.gz")
    found = subprocess.run(
        [sys.executable, "-c", ONE_RUN, path],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        timeout=100,
    )
    assert msgspec.json.decode(found.stdout, type=Outcome) == expected(name)
