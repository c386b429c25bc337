"""Every difference between two versions of the rules, with a scenario whose inputs the two answer differently.

A recording is made of each under the version before, under the one that differs, and brought from one to the other half
way (tests/support/recordings.py); tests/replay looks at whether none is left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from schemas import inputs
from streams.routing import rules
from streams.routing.scenario_actions import WORKSPACE
from streams.routing.scenario_runner import Scenario

SCENARIOS = Path(__file__).parent.parent / "scenarios"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What tells two versions of the rules apart: the predicate, and the scenario whose inputs they answer differently."""

    done: Callable[[int], bool]
    file: str
    scenario: str

    @property
    def since(self) -> int:
        """The first version that does it."""
        return next(version for version in itertools.count(rules.FIRST_VERSION) if self.done(version))


RULES: dict[str, Difference] = {
    "entry": Difference(
        done=rules.staying_looks_further,
        file="entry",
        scenario="staying though it is closed does not mean staying though it is full or without agents",
    ),
    "overflow": Difference(
        done=rules.every_key_holds,
        file="steps",
        scenario="an overflow that rang through its time comes with the rejection, also after later steps",
    ),
    "ranks": Difference(
        done=rules.every_key_holds, file="steps", scenario="ignoring ranks holds until a step says otherwise"
    ),
    "connecting": Difference(
        done=rules.connecting_follows_its_channel,
        file="sessions",
        scenario="a call that is being connected stays with the adapter's word when its agent is lost",
    ),
    "interventions": Difference(
        done=rules.says_interventions,
        file="handing_over",
        scenario="a supervisor moves waiting work and it keeps its place",
    ),
    "places": Difference(done=rules.tells_places, file="order", scenario="who came first goes first"),
    "declined": Difference(
        done=rules.remembers_who_declined,
        file="preferred",
        scenario="who rejected or missed it is absent for a later preferred step too",
    ),
    "requeue": Difference(
        done=rules.place_is_kept_whole, file="preferred", scenario="a skipped step stays skipped after a requeue"
    ),
    "change": Difference(
        done=rules.change_looks_at_the_step_reached,
        file="configuration",
        scenario="whoever waits stands on the step of the new configuration, and what rings must fit it",
    ),
    "turns": Difference(
        done=rules.waiting_was_timed_on_entry,
        file="steps",
        scenario="all steps of one wait have the turn of its first among what falls on one moment",
    ),
    "keys": Difference(
        done=rules.keeps_configurations_in_order,
        file="hours",
        scenario="a queue stays closed when its rules change, and one that is new is open",
    ),
    "returning": Difference(
        done=rules.fits_returning_work,
        file="configuration",
        scenario="what an agent gives back stands on the step that a newer configuration has for its waiting",
    ),
    "removed": Difference(
        done=rules.tells_what_configurations_change,
        file="configuration",
        scenario="nothing connected is cut when an agent is removed",
    ),
    "grace": Difference(
        done=rules.ends_grace_with_the_status,
        file="sessions",
        scenario="who drains into offline while nobody can reach him is gone, and has no grace left",
    ),
    "again": Difference(
        done=rules.awaits_who_is_configured_again,
        file="configuration",
        scenario="an agent who was removed during a call and is there again has the grace to sign in",
    ),
    "pauses": Difference(
        done=rules.pauses_end_for_all_at_once,
        file="reoffers",
        scenario="of pauses that end at one moment the first in rank is asked first, whoever was rejected first",
    ),
    "together": Difference(
        done=rules.steps_are_taken_by_rank,
        file="steps",
        scenario="of those who overflow together the first in rank enters the other queue first",
    ),
}
"""Every difference between two versions of the rules, by the name of its recordings."""


def of_rules() -> dict[str, list[tuple[int, int, Any]]]:
    """The inputs of `RULES` as logs under the version before, under the one that differs, and brought from one to the
    other half way."""
    found: dict[str, list[tuple[int, int, Any]]] = {}
    for slug, told in RULES.items():
        documents = yaml.safe_load_all((SCENARIOS / f"{told.file}.yaml").read_text(encoding="utf-8"))
        scenario = Scenario(next(document for document in documents if document["name"] == told.scenario))
        scenario.run()
        records = [(record.stamp_ms, record.event) for record in scenario.records]
        since, before = told.since, told.since - 1
        found[f"rules-{slug}-{before}"] = under(records, {0: before})
        found[f"rules-{slug}-{since}"] = under(records, {0: since})
        found[f"rules-{slug}-{before}-to-{since}"] = under(records, {0: before, len(records) // 2: since})
    return found


def under(records: Sequence[tuple[int, Any]], versions: Mapping[int, int]) -> list[tuple[int, int, Any]]:
    """The inputs as a log that names versions of the rules before some of them; the first version is not named."""
    log: list[tuple[int, Any]] = []
    for index, (stamp_ms, event) in enumerate(records):
        version = versions.get(index, rules.FIRST_VERSION)
        if version > rules.FIRST_VERSION:
            log.append((stamp_ms, inputs.EngineUpgraded(workspace=WORKSPACE, version=version)))
        log.append((stamp_ms, event))
    return [(offset, stamp_ms, event) for offset, (stamp_ms, event) in enumerate(log)]
