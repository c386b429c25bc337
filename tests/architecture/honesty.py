"""What makes a test worthless, found in its syntax tree: nothing asserted, time passed blindly, a mocked neighbour."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

ASSERTING: Final = re.compile(r"^_?(assert|check|expect|verify|eventually|wait_until|raises|warns|fail)|validate")
"""Functions whose call is an assertion: by name, or because they hold one themselves in the same file."""

MOCKS: Final = frozenset({"unittest.mock", "mock", "pytest_mock"})


class Breach(NamedTuple):
    """One worthless thing: where, and why."""

    line: int
    reason: str


def assertionless(module: ast.Module, support: frozenset[str] = frozenset()) -> Iterator[Breach]:
    """Tests that cannot fail but by an accident; `support` names functions of tests/support that assert."""
    taken = {
        alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tests.support")
        for alias in node.names
    }
    asserting = asserting_functions(module) | (support & taken)
    for function in _functions(module):
        if function.name.startswith("test_") and not _asserts(function, asserting):
            yield Breach(function.lineno, f"{function.name} asserts nothing")


def asserting_functions(module: ast.Module) -> frozenset[str]:
    """Names of the file's functions that hold an assertion."""
    return frozenset(function.name for function in _functions(module) if _asserts(function, frozenset()))


def blind_waits(module: ast.Module) -> Iterator[Breach]:
    """Sleeps outside a loop: they let time pass instead of waiting for a condition. `asyncio.sleep(0)` only yields."""
    polling = {call for loop in ast.walk(module) if isinstance(loop, ast.While | ast.For) for call in ast.walk(loop)}
    imported = any(
        isinstance(node, ast.ImportFrom) and node.module in {"time", "asyncio"} and _takes(node, "sleep")
        for node in ast.walk(module)
    )
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and call not in polling and _sleeps(call, imported):
            yield Breach(call.lineno, "sleeps; wait for a condition (tests.support.waiting)")


def mocks(module: ast.Module) -> Iterator[Breach]:
    """Neighbours that are replaced instead of run."""
    for node in ast.walk(module):
        match node:
            case ast.Import(names=names) if any(alias.name in MOCKS for alias in names):
                yield Breach(node.lineno, "imports a mock library")
            case ast.ImportFrom(module=name) if name in MOCKS or (name == "unittest" and _takes(node, "mock")):
                yield Breach(node.lineno, "imports a mock library")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="monkeypatch"), attr="setattr")) if not _limit(node):
                yield Breach(node.lineno, "replaces a neighbour; pass a fake in")
            case ast.arg(arg="mocker"):
                yield Breach(node.lineno, "mocks a neighbour; pass a fake in")
            case _:
                pass


def silent_skips(module: ast.Module) -> Iterator[Breach]:
    """Skipped and expected failures that do not say why."""
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Attribute(attr="skip" | "skipif" | "xfail" | "importorskip")):
                said = node.args[1:] if _word(node) == "importorskip" else node.args
                if not any(keyword.arg == "reason" for keyword in node.keywords) and not any(map(_is_text, said)):
                    yield Breach(node.lineno, f"{_word(node)} without a reason")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Attribute) and mark.attr in {"skip", "xfail"}:
                        yield Breach(mark.lineno, f"{mark.attr} without a reason")
            case _:
                pass


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _asserts(function: ast.AST, asserting: frozenset[str]) -> bool:
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and (ASSERTING.search(_word(node)) or _word(node) in asserting))
        for node in ast.walk(function)
    )


def _sleeps(call: ast.Call, imported: bool) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="time" | "asyncio"), attr="sleep"):
            pass
        case ast.Name(id="sleep") if imported:
            pass
        case _:
            return False
    return not (call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0)


def _takes(node: ast.ImportFrom, name: str) -> bool:
    return any(alias.name == name for alias in node.names)


def _limit(call: ast.Call) -> bool:
    """Whether a constant is set, such as a limit made small enough to be met: that mocks nobody."""
    names = [a.value for a in call.args[1:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return bool(names) and names[0].strip("_").isupper()


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _word(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
        case _:
            return ""
