"""schemas/topics.py is the only list of topics: no other source spells a topic's name."""

from __future__ import annotations

import ast
import re

from schemas.topics import BY_NAME
from tests.architecture import tree

TOPIC_NAME = re.compile(r"(dlq\.)?[a-z_]+(\.[a-z_]+)*\.v[0-9]+")


def test_every_listed_topic_is_named_as_topics_are() -> None:
    assert [name for name in BY_NAME if not TOPIC_NAME.fullmatch(name)] == []


def test_no_source_spells_a_topics_name() -> None:
    spelled = [
        f"{tree.name(path)}:{node.lineno}: {node.value}"
        for path in tree.sources()
        if tree.name(path) != "schemas/topics.py"
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TOPIC_NAME.fullmatch(node.value)
    ]
    assert spelled == []
