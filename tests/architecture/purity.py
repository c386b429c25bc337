"""What the engine must not do, found in its syntax tree.

The engine is a pure function of its inputs: it imports only what is listed, touches neither clock nor chance nor the
outside, computes in integers, and never lets the order of a set reach a result. Sets are recognised by how a name,
an attribute or a function is written and annotated (see `sets`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final, NamedTuple

from tests.architecture.sets import ORDER_FREE, ORDER_TAKING, Scope

MODULES: Final = frozenset(
    {
        "__future__", "abc", "bisect", "collections", "collections.abc", "copy", "dataclasses", "enum", "functools",
        "hashlib", "heapq", "itertools", "msgspec", "operator", "re", "struct", "types", "typing", "zlib",
    }
)  # fmt: skip
"""Modules that may be imported whole; `schemas` and the engine's own package beside them."""

PARTS: Final = {
    "math": frozenset({"comb", "gcd", "isqrt", "lcm"}),
    "sys": frozenset({"intern"}),
}
"""Modules of which only some names may be used."""

OWN: Final = ("schemas", "streams.routing")

NAMES: Final = {
    "hash": "differs between processes",
    "id": "differs between processes",
    "float": "scores and durations are integers",
    "complex": "scores and durations are integers",
    "open": "I/O",
    "print": "I/O",
    "input": "I/O",
    "breakpoint": "I/O",
    "eval": "hides what it does",
    "exec": "hides what it does",
    "__import__": "hides what it does",
    "globals": "hides what it does",
}


class Breach(NamedTuple):
    """One forbidden thing: where, and why."""

    line: int
    reason: str


def breaches(source: str, attributes: frozenset[str] = frozenset()) -> list[Breach]:
    """All breaches of one file; `attributes` are names of fields that hold sets anywhere in the package."""
    tree = ast.parse(source)
    found = [*_imports(tree), *_words(tree), *_arithmetic(tree), *_sets(tree, attributes)]
    return sorted(set(found))


def _imports(tree: ast.Module) -> Iterator[Breach]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in PARTS:
            if node.attr not in PARTS[node.value.id]:
                yield Breach(node.lineno, f"uses {node.value.id}.{node.attr}")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if not _importable(alias.name) and alias.name not in PARTS:
                    yield Breach(node.lineno, f"imports {alias.name}")
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            allowed = PARTS.get(module, frozenset())
            if node.level or not _importable(module):
                for alias in node.names:
                    if alias.name not in allowed:
                        yield Breach(node.lineno, f"imports {module}.{alias.name}")


def _importable(module: str) -> bool:
    return module in MODULES or any(module == own or module.startswith(own + ".") for own in OWN)


def _words(tree: ast.Module) -> Iterator[Breach]:
    fields = _own_names(tree)
    for node in ast.walk(tree):
        match node:
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                yield Breach(node.lineno, "async")
            case ast.Global():
                yield Breach(node.lineno, "global state")
            case ast.Name(id=word, ctx=ast.Load()) if word in NAMES and word not in fields:
                yield Breach(node.lineno, f"{word}: {NAMES[word]}")
            case _:
                pass


def _own_names(tree: ast.Module) -> set[str]:
    """Names that the file gives to things of its own: there `id` or `open` is not the built-in one."""
    return {
        node.id if isinstance(node, ast.Name) else node.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }


def _arithmetic(tree: ast.Module) -> Iterator[Breach]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex()):
                yield Breach(node.lineno, f"the float {node.value!r}")
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield Breach(node.lineno, "division that makes a float; use //")
            case ast.BinOp(op=ast.Pow(), right=ast.UnaryOp(op=ast.USub())):
                yield Breach(node.lineno, "a power that makes a float")
            case _:
                pass


def _sets(tree: ast.Module, attributes: frozenset[str]) -> Iterator[Breach]:
    free = _order_free(tree)
    for scope, node in Scope.walk(tree, attributes):
        match node:
            case ast.For(iter=over) if scope.is_set(over):
                yield Breach(node.lineno, "iterates over a set")
            case ast.ListComp() | ast.DictComp() | ast.GeneratorExp() if node not in free:
                for part in node.generators:
                    if scope.is_set(part.iter):
                        yield Breach(node.lineno, "iterates over a set")
            case ast.Starred(value=value) | ast.YieldFrom(value=value) if scope.is_set(value):
                yield Breach(node.lineno, "unpacks a set")
            case ast.Assign(targets=[ast.Tuple() | ast.List(), *_], value=value) if scope.is_set(value):
                yield Breach(node.lineno, "unpacks a set")
            case ast.Call() if node not in free:
                yield from _calls(scope, node)
            case _:
                pass


def _calls(scope: Scope, call: ast.Call) -> Iterator[Breach]:
    word = _called(call)
    if word in ORDER_TAKING and any(scope.is_set(argument) for argument in call.args):
        yield Breach(call.lineno, f"{word} takes the order of a set")
    if word in {"sorted", "min", "max"} and call.keywords and any(scope.is_set(argument) for argument in call.args):
        yield Breach(call.lineno, f"{word} with a key leaves ties in the order of a set")
    if word == "pop" and not call.args and isinstance(call.func, ast.Attribute) and scope.is_set(call.func.value):
        yield Breach(call.lineno, "pops from a set")


def _order_free(tree: ast.Module) -> set[ast.AST]:
    """Expressions whose order nobody sees: the only argument of `sorted`, `sum`, `any` and their like."""
    return {
        node.args[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) in ORDER_FREE and len(node.args) == 1 and not node.keywords
    }


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
        case _:
            return ""
