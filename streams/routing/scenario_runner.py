"""Runs a scenario against the engine in virtual time: always attended, queues open, ticks every second.

An expectation is looked at after everything due at its moment has happened, and after what its step does. `never` looks
back over every input since the start, and over every offer that was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from schemas.configuration import RoutingConfiguration, canonical, diff_patch, digest, merge_patch
from schemas.decisions import CommandRefused, Decision
from schemas.inputs import (
    AgentSessionOpened,
    Command,
    ConfigurationPublished,
    GatewayAlive,
    InputsTopicEvent,
    QueueClosed,
    QueueOpened,
    TimeAdvanced,
)
from schemas.interactions import ChannelConnected, ChannelFailed, CustomerLeft
from schemas.vocabulary import Refusal
from streams.routing import invariants
from streams.routing.engine import Engine
from streams.routing.scenario_actions import GATEWAY, INCARNATION, START_MS, WORKSPACE, Actions
from streams.routing.scenario_document import configuration, normalised
from streams.routing.scenario_expectations import Seen, check, was_so
from streams.routing.scenario_names import Sentence
from streams.routing.scenario_reading import scenario
from streams.routing.scenario_report import moment, report
from streams.routing.scenario_values import Unreadable

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
        self._written = scenario(document)
        self._wanted = configuration(self._written.workspace)
        self.name = self._written.name
        self.left_out = self._written.left_out
        self.workspace: Mapping[str, Any] = self._written.workspace
        self.engine = Engine(WORKSPACE)
        self.records: list[Record] = []
        self._actions = Actions(self.engine, self._written.by_hand)
        self._seen = Seen(self.engine)
        self._now_ms = START_MS
        self._alive_ms = START_MS
        self._configuration = RoutingConfiguration()
        self._queues: set[str] = set()
        self._never = [sentence for step in self._written.steps for sentence in step.never]
        self._was_so: dict[str, str] = {}

    def run(self) -> None:
        """Run all steps.

        Raises:
            Failed: an expectation did not hold.
            Unreadable: a step does what cannot be done.
            BrokenInvariant: the engine broke one of its own.
        """
        self._configure(self._wanted)
        for step in self._written.steps:
            if step.at_ms is not None:
                self._advance(START_MS + step.at_ms)
            if step.do is not None:
                self._do(*step.do)
                self._settle()
            for sentence in step.expect:
                answer = check(self._seen, sentence[0], sentence[1])
                if answer is not None:
                    raise Failed(self._report(sentence, "expected", answer))
            for sentence in step.never:
                if sentence[2] in self._was_so:
                    raise Failed(self._report(sentence, "never", self._was_so[sentence[2]]))

    def _do(self, verb: str, said: dict[str, Any], path: str) -> None:
        if verb == "configure":
            self._publish(said["configure"])
            return
        for event in self._actions.inputs(verb, said, path):
            self._feed(event)

    def _publish(self, patch: Mapping[str, Any]) -> None:
        try:
            document = merge_patch(dict(self.workspace), normalised(patch))
            wanted = configuration(document, self._queues)
        except Unreadable as unreadable:
            self._seen.answer(Refusal.INVALID_CONFIGURATION.value, str(unreadable))
            return
        self._configure(wanted)
        self.workspace = document

    def _configure(self, wanted: RoutingConfiguration) -> None:
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
        self._queues.update(wanted.queues)

    def _advance(self, to_ms: int) -> None:
        self._tick()
        while self._now_ms < to_ms:
            due = self.engine.next_due_ms()
            stops = [to_ms, self._now_ms + TICK_MS, self._alive_ms + ALIVE_MS]
            self._now_ms = min(stop for stop in [*stops, due or to_ms] if stop > self._now_ms)
            if self._now_ms >= self._alive_ms + ALIVE_MS:
                self._alive_ms = self._now_ms
                self._feed(GatewayAlive(workspace=WORKSPACE, gateway=GATEWAY, incarnation=INCARNATION), quiet=True)
            self._tick(quiet=due is None or due > self._now_ms)

    def _settle(self) -> None:
        """What was done may have set a timer that is due already, as the end of a grace of 0s."""
        due_ms = self.engine.next_due_ms()
        if due_ms is not None and due_ms <= self._now_ms:
            self._tick()

    def _tick(self, *, quiet: bool = False) -> None:
        self._feed(TimeAdvanced(workspace=WORKSPACE), quiet=quiet)

    def _feed(self, event: InputsTopicEvent, *, quiet: bool = False) -> None:
        """One input; `quiet`: it only lets time pass, and nothing was due."""
        offset = len(self.records)
        unknown = self._unknown(event)
        decisions = self.engine.apply(event, offset=offset, stamp_ms=self._now_ms)
        self.records.append(Record(offset, self._now_ms, event, decisions))
        if decisions or not quiet:
            invariants.check(self.engine.world)
        self._seen.note(decisions)
        if unknown is not None:
            self._seen.answer(unknown.value)
        elif isinstance(event, Command):
            refused = next((one for one in decisions if isinstance(one, CommandRefused)), None)
            self._seen.answer(refused.reason.value if refused else None, refused.detail if refused else "")
        for verb, said, path in self._never:
            if path not in self._was_so and was_so(self._seen, verb, said, decisions):
                self._was_so[path] = f"it was so at {moment(self._now_ms - START_MS)}"

    def _unknown(self, event: InputsTopicEvent) -> Refusal | None:
        """Why an input that is no command, and so is not answered, can have no effect: what it names is not there."""
        if isinstance(event, AgentSessionOpened):
            return None if event.agent_id in self._configuration.agents else Refusal.UNKNOWN_AGENT
        if isinstance(event, QueueOpened | QueueClosed):
            return None if event.queue in self._configuration.queues else Refusal.UNKNOWN_QUEUE
        if isinstance(event, CustomerLeft | ChannelConnected | ChannelFailed):
            return None if event.interaction_id in self._written.contacts else Refusal.UNKNOWN_INTERACTION
        return None

    def _report(self, sentence: Sentence, word: str, answer: str) -> str:
        return report(self._seen, sentence, f"{moment(self._now_ms - START_MS)}: {word}", answer)
