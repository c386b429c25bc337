"""Recorded logs give the recorded decisions and state, byte for byte, for ever and in every process."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from schemas.decisions import Decision, EngineVersionApplied
from streams.routing import rules
from streams.routing.engine import Engine
from tests.support import replaying
from tests.support.differences import RULES
from tests.support.engine_faults import Edit, applied
from tests.support.recordings import FOLDER
from tests.support.replaying import Outcome

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(
    path.name.removesuffix(".jsonl.gz") for path in FOLDER.glob("*.jsonl.gz") if "known-bad" not in path.name
)


def expected(name: str) -> Outcome:
    return msgspec.json.decode((FOLDER / f"{name}.expected.json").read_bytes(), type=Outcome)


def test_there_are_recordings() -> None:
    assert len(NAMES) >= 10
    assert sum(expected(name).inputs for name in NAMES) > 10_000


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_gives_what_it_gave(name: str) -> None:
    assert replaying.replay(replaying.read(FOLDER / f"{name}.jsonl.gz")) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_restart_half_way_changes_nothing(name: str) -> None:
    assert replaying.replay(replaying.read(FOLDER / f"{name}.jsonl.gz"), restart=True) == expected(name)


def told(name: str) -> list[Decision]:
    """What a recording decides, apart from the upgrade itself and from all that it shifts."""
    log = replaying.read(FOLDER / f"{name}.jsonl.gz")
    engine = Engine.of_log(log[0][2].workspace)
    return [
        msgspec.structs.replace(decision, seq=0, cause=0)
        for offset, stamp_ms, event in log
        for decision in engine.apply(event, offset=offset, stamp_ms=stamp_ms)
        if not isinstance(decision, EngineVersionApplied)
    ]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_each_version_of_the_rules_decides_in_its_own_way_for_ever(rule: str) -> None:
    since = RULES[rule].since
    before, after = told(f"rules-{rule}-{since - 1}"), told(f"rules-{rule}-{since}")
    assert before != after
    assert before[:1] == after[:1]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_it_is_this_difference_that_a_recording_tells(rule: str) -> None:
    name, since = RULES[rule].done.__name__, RULES[rule].since
    never = Edit(f"{name} never holds", f"rules:{name}", f"return version >= {since}", "return False", ())
    log = replaying.read(FOLDER / f"rules-{rule}-{since}.jsonl.gz")
    with applied(never):
        assert replaying.replay(log) != expected(f"rules-{rule}-{since}")


def test_every_difference_between_versions_is_recorded() -> None:
    assert {told.done for told in RULES.values()} == {one for _, one in inspect.getmembers(rules, inspect.isfunction)}


def test_the_known_bad_recording_is_found_out() -> None:
    found = replaying.replay(replaying.read(FOLDER / "known-bad.jsonl.gz"))
    assert found != expected("known-bad")
    assert found.inputs == expected("known-bad").inputs


@pytest.mark.long
@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_order_of_hashes_does_not_matter(seed: str) -> None:
    assert replayed_by(Path(sys.executable), seed) == {f"{name}.jsonl.gz": expected(name) for name in NAMES}


@pytest.mark.long
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_every_python_replays_the_same(version: str) -> None:
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    place = ROOT / ".venv" / "pythons" / version / "bin" / "python"
    python = Path(sys.executable) if version == own else place
    if not python.exists():
        pytest.skip(f"no environment for Python {version}: `make pythons` makes those for which there is a Python here")
    assert replayed_by(python, "27") == {f"{name}.jsonl.gz": expected(name) for name in NAMES}


def replayed_by(python: Path, seed: str) -> dict[str, Outcome]:
    """What an interpreter makes of all recordings, in a process of its own."""
    found = subprocess.run(
        [python, "-m", "tests.support.replaying", *(FOLDER / f"{name}.jsonl.gz" for name in NAMES)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=True,
        timeout=110,
    )
    return msgspec.json.decode(found.stdout, type=dict[str, Outcome])
