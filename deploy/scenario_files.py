"""Files of scenarios: YAML documents, one or several in a file, each with the lines on which its steps stand.

YAML as of its version 1.2, as workspace documents are read: `on` and `09:00` are texts, and a key that stands twice is an
error, so that nothing that was written is passed over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from streams.routing.invariants import BrokenInvariant
from streams.routing.scenario_runner import Failed, Scenario
from streams.routing.scenario_values import Unreadable

FAILED: Final = 1
UNREADABLE: Final = 2
_STEP: Final = re.compile(r"steps\[(\d+)\]")


class UnreadableFile(Exception):
    """The file holds no scenarios; the message says why."""


class Document(msgspec.Struct, frozen=True):
    """A document of a file: its first line, that of each step, and its values."""

    line: int
    step_lines: tuple[int, ...]
    value: Any


class Outcome(msgspec.Struct, frozen=True):
    """What became of a scenario. `code`: 0 it holds, 1 it does not, 2 it cannot be read; `line`: where that is.
    `left_out`: the queues that its workspace names and does not describe."""

    name: str
    line: int
    problem: str | None = None
    code: int = 0
    left_out: tuple[str, ...] = ()


class _Loader(yaml.SafeLoader):
    """Safe, and guesses less."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("merge", r"<<", "<"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9]{1,18}", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), [*_first, ""])


def documents(path: Path) -> Iterator[Document]:
    """The documents of a file; empty ones are left out.

    Raises:
        UnreadableFile: it cannot be opened, or is not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        for node in yaml.compose_all(text, _Loader):
            _check_keys(node)
            value = _Loader("").construct_document(node)
            if value is not None:
                yield Document(node.start_mark.line + 1, _step_lines(node), value)
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError, ValueError) as error:
        raise UnreadableFile(str(error)) from error


def run(document: Document) -> Outcome:
    """Run a document as a scenario."""
    name = str(document.value.get("name", "?")) if isinstance(document.value, dict) else "?"
    left_out: tuple[str, ...] = ()
    try:
        scenario = Scenario(document.value)
        name, left_out = scenario.name, scenario.left_out
        scenario.run()
    except Failed as failed:
        problem, code = str(failed), FAILED
    except BrokenInvariant as broken:
        problem, code = f"broken invariant: {broken}", FAILED
    except Unreadable as unreadable:
        problem, code = str(unreadable), UNREADABLE
    else:
        return Outcome(name, document.line, left_out=left_out)
    place = _STEP.match(problem)
    line = document.line if place is None else document.step_lines[int(place[1])]
    return Outcome(name, line, problem, code, left_out)


def _check_keys(node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                what = f"the key {key.value!r} stands twice" if isinstance(key, yaml.ScalarNode) else "a key is a text"
                raise yaml.constructor.ConstructorError(None, None, what, key.start_mark)
            seen.add(key.value)
            _check_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _check_keys(value)


def _step_lines(node: yaml.Node) -> tuple[int, ...]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == "steps" and isinstance(value, yaml.SequenceNode):
            return tuple(step.start_mark.line + 1 for step in value.value)
    return ()
