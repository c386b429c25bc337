"""A scenario as it is written, read whole before anything is run: a mistake anywhere is said at once, with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from streams.routing.scenario_document import normalised
from streams.routing.scenario_grammar import ACTIONS, EXPECTATIONS, Words, read
from streams.routing.scenario_names import Names, Sentence, left_out
from streams.routing.scenario_values import MANUAL, Unreadable, duration_ms

_KEYS: Final = ("name", "workspace", "steps")
_STEP_KEYS: Final = ("at", "do", "expect", "never")


class Step(msgspec.Struct, frozen=True):
    """A moment (None = that of the step before), what is done then, what must be so, and what must never have been."""

    at_ms: int | None
    do: Sentence | None
    expect: tuple[Sentence, ...]
    never: tuple[Sentence, ...]

    @property
    def refused(self) -> bool:
        """Whether a refusal is expected here."""
        return any(verb == "refused" for verb, _, _ in self.expect)


class Written(msgspec.Struct, frozen=True):
    """A whole scenario. `by_hand`: the contacts whose connection is confirmed by a sentence of its own; `left_out`: queues
    that the workspace names and does not describe, which have the defaults."""

    name: str
    workspace: dict[str, Any]
    steps: tuple[Step, ...]
    by_hand: frozenset[str]
    left_out: tuple[str, ...] = ()

    @property
    def contacts(self) -> frozenset[str]:
        """Those who arrive at some time."""
        return frozenset(step.do[1]["arrive"] for step in self.steps if step.do and step.do[0] == "arrive")


def scenario(document: Any) -> Written:
    """The scenario that a YAML document holds.

    Raises:
        Unreadable: it is not written as scenarios are.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("steps"), list):
        raise Unreadable("a scenario is a mapping with name, workspace and steps, which is a list")
    unknown = [str(key) for key in document if key not in _KEYS]
    if unknown:
        raise Unreadable(f"unknown keys: {', '.join(unknown)}; there are {', '.join(_KEYS)}")
    workspace = {} if document.get("workspace") is None else document["workspace"]
    if not isinstance(workspace, Mapping):
        raise Unreadable("workspace: not a mapping")
    steps = tuple(_step(step, f"steps[{index}]") for index, step in enumerate(document["steps"]))
    whole = normalised(workspace)
    missing = left_out(whole)
    if missing and isinstance(whole.get("queues"), Mapping | None):
        whole["queues"] = {**(whole.get("queues") or {}), **{queue: {} for queue in missing}}
    _check_order(steps)
    _check_names(whole, steps)
    by_hand = {step.do[1]["accept"] for step in steps if step.do and step.do[1].get("connect") == MANUAL}
    name = document.get("name")
    name = "a scenario without a name" if name is None else str(name)
    return Written(name, whole, steps, frozenset(by_hand), tuple(missing))


def _step(step: Any, path: str) -> Step:
    if not isinstance(step, Mapping) or not step or not set(step) <= set(_STEP_KEYS):
        raise Unreadable(f"{path}: a step has at, do, expect and never, or some of them")
    return Step(
        at_ms=duration_ms(step["at"], f"{path}.at") if "at" in step else None,
        do=(*read(ACTIONS, step["do"], f"{path}.do"), f"{path}.do") if "do" in step else None,
        expect=_sentences(step, "expect", EXPECTATIONS, path),
        never=_sentences(step, "never", EXPECTATIONS, path),
    )


def _sentences(step: Mapping[str, Any], key: str, words: Words, path: str) -> tuple[Sentence, ...]:
    if key not in step:
        return ()
    said, where = step[key], f"{path}.{key}"
    if not isinstance(said, list):
        return ((*read(words, said, where), where),)
    if not said:
        raise Unreadable(f"{where}: nothing stands there")
    places = [f"{where}[{at}]" for at in range(len(said))]
    return tuple((*read(words, one, place), place) for one, place in zip(said, places, strict=True))


def _check_order(steps: Sequence[Step]) -> None:
    now_ms = 0
    for index, step in enumerate(steps):
        if step.at_ms is not None:
            if step.at_ms < now_ms:
                raise Unreadable(f"steps[{index}].at: time does not go back")
            now_ms = step.at_ms


def _check_names(workspace: Mapping[str, Any], steps: Sequence[Step]) -> None:
    actions = [(step.do, _is_refused(steps[index:])) for index, step in enumerate(steps) if step.do is not None]
    expectations = [sentence for step in steps for sentence in (*step.expect, *step.never)]
    Names(workspace, [sentence for sentence, _ in actions]).check_all(actions, expectations)


def _is_refused(steps: Sequence[Step]) -> bool:
    """Whether what the first of these steps does is expected to be refused, before anything else is done."""
    for index, step in enumerate(steps):
        if index and step.do is not None:
            return False
        if step.refused:
            return True
    return False
