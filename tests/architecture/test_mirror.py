"""tests/unit mirrors the sources: a pure file has its test file, and a test file has its source.

Pure is what neither waits nor reaches outside: no `async`, nothing imported from `OUTSIDE`, none of the shell's names.
A file that performs is proved by running it for real. A file that only declares (no function with a body
but those of errors) needs no unit file either. `PROVED_BY` names what is proved elsewhere all the same, and where.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture import tree

MIRRORED = ("consumers", "deploy", "producers", "runtime", "schemas", "streams")

OUTSIDE = frozenset(
    {
        "aiokafka", "asyncio", "asyncpg", "httpx", "jgo", "opentelemetry", "os", "platformdirs", "prometheus_client",
        "prompt_toolkit", "psutil", "rich", "shutil", "signal", "socket", "structlog", "subprocess", "tempfile",
        "threading", "time", "uvicorn", "websockets",
    }
)  # fmt: skip
"""Whoever imports these reaches outside."""

PROVED_BY: dict[str, str] = {
    "deploy/cli.py": "tests/architecture/test_commands.py",
    "deploy/commands/": "tests/integration, tests/e2e",
    "deploy/customer_merges.py": "tests/integration/test_admin_merge_commands.py",
}
"""Files, and folders of them, that are proved by other tests, and by which."""


def test_every_pure_file_has_its_unit_test_file() -> None:
    missing = [
        f"{tree.name(path)}: no {tree.name(_test_of(path))}"
        for path in tree.sources(*MIRRORED)
        if not _exempt(path) and not _test_of(path).exists()
    ]
    assert missing == []


def test_every_unit_test_file_has_its_source() -> None:
    orphans = [tree.name(path) for path in tree.tests() if _is_unit_test(path) and not _source_of(path).exists()]
    assert orphans == []


def test_every_exemption_names_a_source_and_tests_that_exist() -> None:
    stale = [
        path
        for path, proof in PROVED_BY.items()
        if not all((tree.ROOT / part.strip()).exists() for part in (path, *proof.split(",")))
    ]
    assert stale == []


@pytest.mark.parametrize(
    ("source", "declares"),
    [
        ('"""Names."""\nA = 1\n', True),
        ("class A:\n    x: int\n", True),
        ("def f() -> int:\n    return 1\n", False),
        ("class A:\n    def f(self) -> int:\n        return 1\n", False),
        ("class Broken(Exception):\n    def __init__(self, name: str) -> None:\n        self.name = name\n", True),
        ("class A(Protocol):\n    def f(self) -> int:\n        '''Says.'''\n        ...\n", True),
    ],
)
def test_a_file_that_only_declares_is_told_from_one_that_decides(source: str, declares: bool) -> None:
    assert _declares_only(ast.parse(source)) is declares


@pytest.mark.parametrize(
    ("source", "performs"),
    [
        ("import json\n", False),
        ("import os.path\n", True),
        ("from asyncio import Queue\n", True),
        ("async def f() -> None: ...\n", True),
        ("def f() -> int:\n    return 1\n", False),
    ],
)
def test_a_file_that_performs_is_told_from_one_that_decides(source: str, performs: bool) -> None:
    assert _performs(ast.parse(source)) is performs


def _exempt(path: Path) -> bool:
    name = tree.name(path)
    if path.stem in tree.SHELL_NAMES or any(name == entry or name.startswith(entry) for entry in PROVED_BY):
        return True
    return _performs(tree.parsed(path)) or _declares_only(tree.parsed(path))


def _performs(module: ast.Module) -> bool:
    imported = {
        name.split(".")[0]
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)])
    }
    return bool(imported & OUTSIDE) or any(isinstance(node, ast.AsyncFunctionDef) for node in ast.walk(module))


def _declares_only(module: ast.Module) -> bool:
    of_errors = {
        method
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
        and any("Error" in base or "Exception" in base for base in map(ast.unparse, node.bases))
        for method in tree.functions(node)
    }
    return all(function in of_errors or _is_signature(function) for function in tree.functions(module))


def _is_signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in function.body)


def _test_of(path: Path) -> Path:
    return tree.ROOT / "tests" / "unit" / path.relative_to(tree.ROOT).parent / f"test_{path.name}"


def _is_unit_test(path: Path) -> bool:
    return tree.name(path).startswith("tests/unit/") and path.name.startswith("test_")


def _source_of(path: Path) -> Path:
    inside = path.relative_to(tree.ROOT / "tests" / "unit")
    return tree.ROOT / inside.parent / path.name.removeprefix("test_")
