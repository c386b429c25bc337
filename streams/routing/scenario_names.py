"""What a scenario names must be there: a mistake in writing is said, and never passes in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from schemas.configuration import AVAILABLE, OFFLINE, RoutingConfiguration, StepSettings
from streams.routing.scenario_grammar import ACTIONS, EXPECTATIONS, Words, check_choice, kind
from streams.routing.scenario_values import Unreadable, suggestion

Sentence = tuple[str, dict[str, Any], str]
"""Verb, what it says, and its place."""


class Names:
    """All contacts, agents, queues and statuses that the scenario ever has: its workspace, changes of it, arrivals."""

    def __init__(self, workspace: Mapping[str, Any], actions: Sequence[Sentence]) -> None:
        patches = [said["configure"] for verb, said, _ in actions if verb == "configure"]
        arrivals = [said for verb, said, _ in actions if verb == "arrive"]
        self.known: dict[str, set[str]] = {
            "contact": {said["arrive"] for said in arrivals},
            "agent": _keys("agents", workspace, *patches),
            "queue": _keys("queues", workspace, *patches),
            "status": {AVAILABLE, OFFLINE} | _keys("statuses", workspace, *patches),
        }
        self._asked_for = {
            "queue": {said["queue"] for said in arrivals if "queue" in said},
            "agent": {said["preferred"] for said in arrivals if "preferred" in said},
        }

    def check(self, words: Words, sentence: Sentence) -> None:
        """Raises Unreadable when the sentence names what there never is."""
        _check(words, sentence, self.known)

    def check_all(self, actions: Sequence[tuple[Sentence, bool]], expectations: Sequence[Sentence]) -> None:
        """As `check`, of a whole scenario. What is done comes with whether its refusal is expected: then it may name
        anything, and what it names, or a contact asks for, may be expected to stay without effect."""
        for sentence, refused in actions:
            if not refused:
                check_choice(*sentence)
                self.check(ACTIONS, sentence)
        known = {wanted: names | self._asked_for.get(wanted, set()) for wanted, names in self.known.items()}
        for sentence, _ in actions:
            for wanted, named, _ in _named(ACTIONS, sentence):
                known[wanted].add(named)
        for sentence in expectations:
            _check(EXPECTATIONS, sentence, known)


def left_out(document: Mapping[str, Any]) -> list[str]:
    """The queues that a workspace names but does not describe, in the order in which it names them."""
    named: list[Any] = []
    settings, queues = document.get("settings"), document.get("queues")
    if isinstance(settings, Mapping):
        named.append(settings.get("default_queue"))
    for queue in _values(queues):
        steps = queue.get("steps")
        named += [step.get("overflow_to") for step in _mappings(steps if isinstance(steps, list) else ())]
        named += [rule.get("overflow_to") for rule in _values(queue.get("overflow"))]
    for agent in _values(document.get("agents")):
        served = agent.get("queues")
        named += served if isinstance(served, Mapping) else ()
    known = queues if isinstance(queues, Mapping) else {}
    return list(dict.fromkeys(name for name in named if isinstance(name, str) and name not in known))


def wrong_names(found: RoutingConfiguration, queues: Collection[str]) -> list[str]:
    """A line for whatever names a queue that is none of `queues`, and for steps out of order."""
    named = [("settings.default_queue", found.settings.default_queue)]
    problems: list[str] = []
    for name, queue in found.queues.items():
        problems += _late(queue.steps, f"queues.{name}.steps")
        named += [(f"queues.{name}.steps[{at}].overflow_to", step.overflow_to) for at, step in enumerate(queue.steps)]
        for word in queue.overflow.__struct_fields__:
            named.append((f"queues.{name}.overflow.{word}.overflow_to", getattr(queue.overflow, word).overflow_to))
    for agent, settings in found.agents.items() if found.queues else ():
        named += [(f"agents.{agent}.queues.{queue_name}", queue_name) for queue_name in settings.queues]
    unknown = [(path, queue) for path, queue in named if queue is not None and queue not in queues]
    return problems + [f'{path}: no queue "{queue}"{suggestion(queue, queues)}' for path, queue in unknown]


def _late(steps: tuple[StepSettings, ...], path: str) -> list[str]:
    return [
        f"{path}[{at}].at: must be later than the step before"
        for at, step in enumerate(steps)
        if at and step.at_ms <= steps[at - 1].at_ms
    ]


def _check(words: Words, sentence: Sentence, known: Mapping[str, Collection[str]]) -> None:
    for wanted, named, path in _named(words, sentence):
        if named not in known[wanted]:
            near = suggestion(named, known[wanted])
            raise Unreadable(f"{path}: there is no {wanted} {named!r} in this scenario{near}")


def _named(words: Words, sentence: Sentence) -> Iterator[tuple[str, str, str]]:
    """Every contact, agent, queue and status of a sentence: its kind, its name, its place."""
    verb, said, path = sentence
    for parameter, value in said.items():
        wanted = kind(words, verb, parameter)
        for name in value if wanted == "contacts" else (value,):
            of = {"contacts": "contact", "nobody_or_agent": "agent"}.get(wanted, wanted)
            if name is not None and of in ("contact", "agent", "queue", "status"):
                yield of, name, f"{path}.{parameter}"


def _values(section: Any) -> list[Mapping[str, Any]]:
    return _mappings(section.values()) if isinstance(section, Mapping) else []


def _mappings(found: Iterable[Any]) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)]


def _keys(section: str, *documents: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for document in documents:
        entries = document.get(section)
        if isinstance(entries, Mapping):
            found.update(str(name) for name in entries)
    return found
