"""The engine is pure, and the check that says so finds what it is meant to find."""

from __future__ import annotations

import ast
import textwrap

import pytest

from tests.architecture import tree
from tests.architecture.purity import breaches
from tests.architecture.sets import set_fields

ENGINE_SHELL = frozenset(
    {
        "__main__",
        "checkpoints",
        "explainer",
        "explainer_app",
        "explaining",
        "fold",
        "hosted",
        "live_log",
        "logged",
        "past",
        "position",
        "prepared",
        "records",
        "recovery",
        "saving",
        "schedule",
        "standing_by",
        "store",
        "ticker",
        "verify_log",
        "worker",
    }
)
"""Files of streams/routing that perform, or decide for those that do; all others are the engine."""


def test_the_engine_is_pure() -> None:
    engine = [path for path in tree.sources("streams/routing") if path.stem not in ENGINE_SHELL]
    fields = frozenset[str]().union(*(set_fields(tree.parsed(path)) for path in [*engine, *tree.sources("schemas")]))
    found = [
        f"{tree.name(path)}:{breach.line}: {breach.reason}"
        for path in engine
        for breach in breaches(path.read_text(encoding="utf-8"), fields)
    ]
    assert found == []


def test_the_engine_imports_nothing_of_its_shell() -> None:
    shell = {f"streams.routing.{stem}" for stem in ENGINE_SHELL}
    found = [
        f"{tree.name(path)}:{node.lineno}: imports {node.module}"
        for path in tree.sources("streams/routing")
        if path.stem not in ENGINE_SHELL
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ImportFrom) and _modules(node) & shell
    ]
    assert found == []


def _modules(node: ast.ImportFrom) -> set[str]:
    return {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}


PLANTED = {
    "a clock": "import time",
    "a clock by name": "from datetime import datetime",
    "a time zone": "from zoneinfo import ZoneInfo",
    "chance": "import random",
    "random ids": "from uuid import uuid4",
    "the environment": "from os import environ",
    "logging": "import logging",
    "structured logging": "import structlog",
    "the runtime": "from runtime.clock import Clock",
    "another stage": "from streams.identity import resolver",
    "an event loop": "import asyncio",
    "a coroutine": "async def apply(self): ...",
    "a file": "def load(path): return open(path)",
    "a float": "share = 0.5",
    "a float by name": "def wait(seconds: float) -> None: ...",
    "division": "def mean(total, count): return total / count",
    "division in place": "def halve(x):\n    x /= 2",
    "floats of math": "from math import sqrt",
    "floats of math in full": "import math\ndef root(x): return math.sqrt(x)",
    "the interpreter's state": "import sys\ndef f(): return sys.argv",
    "hash": "def bucket(key): return hash(key) % 16",
    "hash as a key": "def order(xs): return sorted(xs, key=hash)",
    "identity": "def order(xs): return sorted(xs, key=id)",
    "state of the module": "def f():\n    global counter\n    counter = 1",
    "a loop over a literal set": "for x in {1, 2}: f(x)",
    "a loop over a made set": "for x in set(xs): f(x)",
    "a loop over an annotated set": "def f(agents: set[str]):\n    for a in agents: g(a)",
    "a loop over an assigned set": "def f(xs):\n    seen = {x for x in xs}\n    for s in seen: g(s)",
    "a loop over a frozen set": "def f(agents: frozenset[str] | None):\n    return [a for a in agents]",
    "a loop over an abstract set": "def f(agents: AbstractSet[str]):\n    return {a: 1 for a in agents}",
    "a loop over a field": "class A:\n    free: set[str]\n    def f(self):\n        for a in self.free: g(a)",
    "a loop over self's field": "class A:\n    def f(self):\n        self.free: set[str] = set()\n        return list(self.free)",
    "a loop over a property": "class A:\n    @property\n    def free(self) -> set[str]: ...\ndef f(a):\n    return tuple(a.free)",
    "a loop over an answer": "def free() -> set[str]: ...\ndef f():\n    return [x for x in free()]",
    "a loop over an intersection": "def f(a: set[str], b):\n    for x in a & b: g(x)",
    "a loop over common keys": "def f(a, b):\n    for x in a.keys() & b.keys(): g(x)",
    "a loop over a mapping's set": "def f(by: dict[str, set[str]]):\n    for x in by['a']: g(x)",
    "a loop over a mapping's sets": "def f(by: dict[str, set[str]]):\n    for s in by.values():\n        for x in s: g(x)",
    "a list of a set": "def f(a: set[str]): return list(a)",
    "the first of a set": "def f(a: set[str]): return next(iter(a))",
    "a text of a set": "def f(a: set[str]): return ','.join(a)",
    "an unpacked set": "def f(a: set[str]): return [*a]",
    "a set taken apart": "def f(a: set[str]):\n    x, y = a\n    return x",
    "a pop from a set": "def f(a: set[str]): return a.pop()",
    "ties of a set": "def f(a: set[str]): return min(a, key=len)",
    "a generator over a set": "def f(a: set[str]): return g(x for x in a)",
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_impurity_is_found(what: str) -> None:
    assert breaches(textwrap.dedent(PLANTED[what])) != []


ALLOWED = {
    "sorted sets": "def f(a: set[str]): return [x for x in sorted(a)]",
    "sorted texts of sets": "def f(a: set[int]): return ', '.join(sorted(map(str, a)))",
    "sums over sets": "def f(a: set[int]): return sum(x + 1 for x in a), any(x > 1 for x in a), len(a)",
    "membership": "def f(a: set[str], x: str): return x in a and not a & {x}",
    "sets of sets' members": "def f(a: set[int]): return {x + 1 for x in a}",
    "mappings": "def f(a: dict[str, int]): return [k for k in a] + list(a.values())",
    "whole division": "def f(a: int, b: int): return a // b, divmod(a, b)",
    "whole roots": "from math import isqrt",
    "the same name elsewhere": "def f(a: set[str]): return len(a)\ndef g(a: list[str]):\n    for x in a: f(x)",
    "interned texts": "import sys\ndef f(x: str): return sys.intern(x)",
    "its own names": "class Queue:\n    id: str\n    open: bool\ndef f(id): return id",
    "its own contracts": "from schemas.decisions import Decision\nfrom streams.routing.clocks import Clocks\nimport msgspec",
}


@pytest.mark.parametrize("what", ALLOWED)
def test_what_is_pure_is_let_through(what: str) -> None:
    assert breaches(textwrap.dedent(ALLOWED[what])) == []
