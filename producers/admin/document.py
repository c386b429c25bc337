"""A workspace document's text to plain values: mappings, lists, texts, numbers, booleans and null.

YAML as of its version 1.2: `on`, `09:00` and `2027-02-06` are texts. Keys are texts; one that stands twice is an error.
Anchors may be used; what they unfold to is bounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

import yaml

from producers.admin.problems import InvalidDocument, Problems, at_index, at_key
from runtime.validation import FieldError

MAX_DEPTH: Final = 24
MAX_VALUES: Final = 2_000_000
MAX_BYTES: Final = 16 * 1024 * 1024

_NULL: Final = re.compile(r"~|null|Null|NULL|")
_TRUE: Final = re.compile(r"true|True|TRUE")
_FALSE: Final = re.compile(r"false|False|FALSE")
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_TAGS: Final[dict[type[yaml.Node], str]] = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}


class Format(StrEnum):
    """How a document is written."""

    YAML = "yaml"
    JSON = "json"


class _Composer(yaml.CSafeLoader):
    """Composes nodes without guessing types: what a plain scalar means is decided here."""


_Composer.yaml_implicit_resolvers = {}


def parse(text: str, form: Format) -> Any:
    """The values of a document.

    Raises:
        InvalidDocument: it is not YAML or JSON, a key stands twice, it is nested too deep or too large, or a text in it
            cannot be stored.
    """
    if len(text) > MAX_BYTES:
        raise InvalidDocument([FieldError("", f"a document has at most {MAX_BYTES // 1024 // 1024} MiB")])
    problems = Problems()
    try:
        value = _parse_json(text, problems) if form is Format.JSON else _parse_yaml(text, problems)
        unstorable = list(_unstorable(value, "")) if "\\" in text else []
    except RecursionError:
        raise InvalidDocument([FieldError("", "nested too deep")]) from None
    if unstorable:
        raise InvalidDocument(unstorable)
    problems.raise_if_any()
    return value


def _parse_json(text: str, problems: Problems) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                problems.add("", f'the key "{key}" stands twice')
            found[key] = value
        return found

    try:
        return json.loads(text, object_pairs_hook=unique)
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise InvalidDocument([FieldError("", f"not JSON: {error}", line)]) from error


def _unstorable(value: Any, path: str) -> Iterator[FieldError]:
    """The places of U+0000 and of halves of characters, which only an escape can write and no store takes."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield FieldError(path, "holds U+0000 or half a character")
    elif isinstance(value, dict):
        for key, inner in value.items():
            if _UNSTORABLE.search(key):
                yield FieldError(path, "a key holds U+0000 or half a character")
            else:
                yield from _unstorable(inner, at_key(path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unstorable(item, at_index(path, index))


def _parse_yaml(text: str, problems: Problems) -> Any:
    try:
        node = yaml.compose(text, Loader=_Composer)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = None if mark is None else mark.line + 1
        where = "" if line is None else f" in line {line}"
        raise InvalidDocument([FieldError("", f"not YAML{where}: {error.problem}", line)]) from error
    except yaml.YAMLError as error:
        raise InvalidDocument([FieldError("", f"not YAML: {error}")]) from error
    return None if node is None else _Values(problems).of(node, "", 0)


class _Values:
    """Turns composed nodes into values, with every error's path."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._left = MAX_VALUES

    def of(self, node: yaml.Node, path: str, depth: int) -> Any:
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            raise InvalidDocument([FieldError(path, "nested too deep" if depth > MAX_DEPTH else "too large")])
        if node.tag != _TAGS[type(node)]:
            self._problems.add(path, f"the tag {node.tag} means nothing here", node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.of(item, at_index(path, index), depth + 1) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._problems.add(path, "a key must be a text", line)
                continue
            key = str(key_node.value)
            where = at_key(path, key)
            if key in found:
                self._problems.add(where, f"stands twice, again in line {line}", line)
            found[key] = self.of(value_node, where, depth + 1)
        return found


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None):
        return text
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
