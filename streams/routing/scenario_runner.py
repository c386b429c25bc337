"""Runs a scenario against the engine in virtual time: always attended, queues open, ticks every second.

A scenario is a mapping with `name`, `workspace` and `steps`; a step has a time (`at`, else that of the step before)
and any of `do`, `expect` and `never`. An expectation is looked at after everything due at its moment has happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from schemas.configuration import RoutingConfiguration, canonical, diff_patch, digest, merge_patch
from schemas.decisions import CommandRefused, Decision
from schemas.inputs import Command, ConfigurationPublished, GatewayAlive, InputsTopicEvent, TimeAdvanced
from schemas.vocabulary import Refusal
from streams.routing import explain, invariants
from streams.routing.engine import Engine
from streams.routing.scenario_actions import GATEWAY, INCARNATION, START_MS, WORKSPACE, Actions
from streams.routing.scenario_document import Unreadable, configuration, duration_ms
from streams.routing.scenario_expectations import Seen, check
from streams.routing.scenario_grammar import ACTIONS, EXPECTATIONS, read

TICK_MS: Final = 1_000
ALIVE_MS: Final = 5_000


class Failed(Exception):
    """An expectation did not hold; the message says which, what there was instead, and why."""


class Record(msgspec.Struct, frozen=True):
    """One input of the run as the log would hold it, with what followed."""

    offset: int
    stamp_ms: int
    event: InputsTopicEvent
    decisions: tuple[Decision, ...]


class Scenario:
    """One scenario, read and ready to run.

    Raises:
        Unreadable: it is not written as scenarios are.
    """

    def __init__(self, document: Any) -> None:
        if not isinstance(document, Mapping) or not isinstance(document.get("steps"), list):
            raise Unreadable("a scenario is a mapping with name, workspace and steps")
        unknown = set(document) - {"name", "workspace", "steps"}
        if unknown:
            raise Unreadable(f"unknown keys: {', '.join(sorted(map(str, unknown)))}")
        self.name = str(document.get("name", "a scenario without a name"))
        self.workspace: Mapping[str, Any] = document.get("workspace") or {}
        self.steps: list[Any] = document["steps"]
        self.engine = Engine(WORKSPACE)
        self.records: list[Record] = []
        self._actions = Actions(self.engine, self._confirming())
        self._seen = Seen(self.engine)
        self._now_ms = START_MS
        self._alive_ms = START_MS
        self._configuration = RoutingConfiguration()
        self._never = self._read_never()
        self._broken: dict[int, str] = {}

    def run(self) -> None:
        """Run all steps.

        Raises:
            Failed: an expectation did not hold.
            Unreadable: a step is not written as steps are.
            BrokenInvariant: the engine broke one of its own.
        """
        self._configure(self.workspace)
        for index, step in enumerate(self.steps):
            path = f"steps[{index}]"
            if not isinstance(step, Mapping) or set(step) - {"at", "do", "expect", "never"}:
                raise Unreadable(f"{path}: a step has at, do, expect and never")
            if "at" in step:
                self._advance(START_MS + duration_ms(step["at"], f"{path}.at"), path)
            if "do" in step:
                self._do(*read(ACTIONS, step["do"], f"{path}.do"), f"{path}.do")
            for expected in _listed(step.get("expect")):
                verb, said = read(EXPECTATIONS, expected, f"{path}.expect")
                answer = check(self._seen, verb, said)
                if answer is not None:
                    raise Failed(self._report(path, "expected", expected, answer, said))
            if index in self._broken:
                raise Failed(self._report(path, "never", step["never"], self._broken[index], step["never"]))

    def _do(self, verb: str, said: dict[str, Any], path: str) -> None:
        self._seen.refusal = None
        if verb == "configure":
            document = merge_patch(dict(self.workspace), said["configure"])
            try:
                self._configure(document)
            except Unreadable:
                self._seen.refusal = Refusal.INVALID_CONFIGURATION.value
                return
            self.workspace = document
            return
        for event in self._actions.inputs(verb, said, path):
            self._feed(event)

    def _configure(self, document: Mapping[str, Any]) -> None:
        wanted = configuration(document)
        old, new = (msgspec.json.decode(canonical(one)) for one in (self._configuration, wanted))
        version = self.engine.world.policy.version
        self._feed(
            ConfigurationPublished(
                workspace=WORKSPACE,
                command_id=f"configuration-{version + 1}",
                version=version + 1,
                base_version=version,
                digest=digest(wanted),
                patch=msgspec.json.encode(diff_patch(old, new)).decode(),
            )
        )
        self._configuration = wanted

    def _advance(self, to_ms: int, path: str) -> None:
        if to_ms < self._now_ms:
            raise Unreadable(f"{path}.at: time does not go back")
        self._tick()
        while self._now_ms < to_ms:
            due = self.engine.next_due_ms()
            stops = [to_ms, self._now_ms + TICK_MS, self._alive_ms + ALIVE_MS]
            self._now_ms = min(stop for stop in [*stops, due or to_ms] if stop > self._now_ms)
            if self._now_ms >= self._alive_ms + ALIVE_MS:
                self._alive_ms = self._now_ms
                self._feed(GatewayAlive(workspace=WORKSPACE, gateway=GATEWAY, incarnation=INCARNATION))
            self._tick()

    def _tick(self) -> None:
        self._feed(TimeAdvanced(workspace=WORKSPACE))

    def _feed(self, event: InputsTopicEvent) -> None:
        offset = len(self.records)
        decisions = self.engine.apply(event, offset=offset, stamp_ms=self._now_ms)
        self.records.append(Record(offset, self._now_ms, event, decisions))
        invariants.check(self.engine.world)
        self._seen.note(decisions)
        if isinstance(event, Command):
            refusals = [decision for decision in decisions if isinstance(decision, CommandRefused)]
            self._seen.refusal = refusals[0].reason.value if refusals else None
        for index, (verb, said) in self._never.items():
            if index not in self._broken and check(self._seen, verb, said) is None:
                self._broken[index] = f"it was so at {self._since(self._now_ms)}"

    def _read_never(self) -> dict[int, tuple[str, dict[str, Any]]]:
        return {
            index: read(EXPECTATIONS, step["never"], f"steps[{index}].never")
            for index, step in enumerate(self.steps)
            if isinstance(step, Mapping) and "never" in step
        }

    def _confirming(self) -> frozenset[str]:
        found = set()
        for step in self.steps:
            do = step.get("do") if isinstance(step, Mapping) else None
            if isinstance(do, Mapping) and do.get("connect") == "manual":
                found.add(str(do.get("accept")))
        return frozenset(found)

    def _report(self, path: str, word: str, expectation: Any, answer: str, said: Mapping[str, Any]) -> str:
        lines = [f"{path} at {self._since(self._now_ms)}: {word} {dict(expectation)}, but {answer}"]
        contact = next((str(said[verb]) for verb in ("offered", "not_offered", "state", "passed") if verb in said), "")
        interaction = self.engine.world.interactions.get(contact)
        if interaction is not None:
            leg = interaction.main
            asks = explain.requirements(self.engine.world, interaction, leg)
            lines.append(f"  {contact} is {leg.state.value} in {leg.queue}, step {leg.step}, requires {asks}")
            for agent in self.engine.world.serving.get(leg.queue or "", ()):
                reasons = explain.reasons(self.engine.world, interaction, leg, agent)
                lines.append(f"  {agent.agent_id}: {', '.join(reasons) or 'could take it'}")
        return "\n".join(lines)

    @staticmethod
    def _since(at_ms: int) -> str:
        return f"{(at_ms - START_MS) // 1000}s"


def _listed(expected: Any) -> list[Any]:
    if expected is None:
        return []
    return list(expected) if isinstance(expected, list) else [expected]
