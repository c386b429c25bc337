"""Recorded input logs: a gzip of lines `{"offset", "stamp_ms", "event"}`, and what the engine must make of them.

A recording is replayed for ever. A change of behaviour needs an `EngineUpgraded` in new logs, not a new recording;
`python -m tests.support.recordings` writes those that do not exist yet, and touches none that does.
"""

from __future__ import annotations

import gzip
import random
import sys
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from schemas import codec, inputs
from schemas.vocabulary import LegState
from streams.routing.rules import ENGINE_VERSION
from streams.routing.scenario_runner import Scenario
from tests.support.differences import SCENARIOS, of_rules, under
from tests.support.engine_driver import Driver, a_configuration
from tests.support.replaying import Line, Outcome, read, replay

__all__ = ["FOLDER", "Outcome", "read", "replay", "write"]

FOLDER = Path(__file__).parent.parent / "replay"
MOST_INPUTS: Final = 1_000


def write(name: str, log: list[tuple[int, int, Any]], outcome: Outcome | None = None) -> None:
    """Write a recording and its outcome (or another one, for a recording that must fail)."""
    lines = [
        msgspec.json.encode(Line(offset, stamp_ms, msgspec.Raw(codec.encode(event)))) for offset, stamp_ms, event in log
    ]
    (FOLDER / f"{name}.jsonl.gz").write_bytes(gzip.compress(b"\n".join(lines), mtime=0))
    (FOLDER / f"{name}.expected.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(outcome or replay(log)), indent=2) + b"\n"
    )


def a_day(seed: int, steps: int) -> list[tuple[int, int, Any]]:
    """A busy workspace driven by chance: arrivals, answers, hang-ups, absences, configuration."""
    chance = random.Random(seed)
    names = [f"agent-{n}" for n in range(12)]
    driver = Driver(a_configuration(*names))
    driver.login(*names[:9])
    for step in range(steps):
        driver.attend(chance.choice([0, 100, 700, 2_000]))
        _something(driver, chance, names, step)
    return driver.log


def _something(driver: Driver, chance: random.Random, names: list[str], step: int) -> None:
    what = chance.choice(["arrive"] * 5 + ["answer"] * 5 + ["end"] * 4 + ["leave", "status", "session", "configure"])
    agent = chance.choice(names)
    if what == "arrive":
        requirements = chance.choice([{}, {}, {"mandarin": 2}])
        channel = chance.choice(["phone", "web_chat", "email"])
        driver.arrive(f"c{step}", channel=channel, requirements=requirements, priority=chance.choice([5, 5, 3, 7]))
    elif what == "leave":
        driver.leave(f"c{chance.randrange(step + 1)}")
    elif what == "status":
        driver.command(inputs.SetStatus, agent_id=agent, status=chance.choice(["available", "available", "offline"]))
    elif what == "session":
        driver.session(agent, opened=chance.random() < 0.7)
    elif what == "configure" and chance.random() < 0.2:
        driver.configure(a_configuration(*names, skills=(f"skill-{step}",)))
    else:
        _work(driver, chance, what)


def _work(driver: Driver, chance: random.Random, what: str) -> None:
    wanted = LegState.OFFERED if what == "answer" else LegState.CONNECTED
    found = [
        (name, one.main.agent_id or "") for name, one in driver.world.interactions.items() if one.main.state is wanted
    ]
    if not found:
        return
    contact, agent = chance.choice(found)
    if what == "end":
        driver.end(contact, agent)
    elif chance.random() < 0.8:
        driver.accept(contact, agent)
    else:
        driver.reject(contact, agent)


def of_scenarios() -> dict[str, list[tuple[int, int, Any]]]:
    """A recording of each group of scenarios under the newest rules: of those with at most `MOST_INPUTS`, the one of
    most decisions."""
    found: dict[str, list[tuple[int, int, Any]]] = {}
    for path in sorted(SCENARIOS.glob("*.yaml")):
        group = [Scenario(document) for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
        for scenario in group:
            scenario.run()
        short = [scenario.records for scenario in group if len(scenario.records) <= MOST_INPUTS]
        richest = max(short, key=lambda records: sum(len(record.decisions) for record in records))
        records = [(record.stamp_ms, record.event) for record in richest]
        found[f"scenario-{path.stem}"] = under(records, {0: ENGINE_VERSION})
    return found


def main() -> None:
    """Write the recordings that do not exist yet."""
    wanted = of_scenarios() | of_rules() | {"a-busy-day": a_day(1, 3_000), "another-busy-day": a_day(2, 3_000)}
    for name, log in wanted.items():
        if not (FOLDER / f"{name}.jsonl.gz").exists():
            write(name, log)
            sys.stdout.write(f"recorded {name}: {len(log)} inputs\n")
    if not (FOLDER / "known-bad.jsonl.gz").exists():
        good = a_day(3, 400)
        late = [(offset, stamp_ms + 1_000 * (offset > 300), event) for offset, stamp_ms, event in good]
        write("known-bad", late, replay(good))


if __name__ == "__main__":
    main()
