"""tests/unit mirrors the sources: a pure file has its test file, and a test file has its source.

A file that performs is proved by running it for real; `PROVED_BY` says where. A file that only declares (no function
has a body to test) needs none.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture import tree

MIRRORED = ("consumers", "deploy", "producers", "runtime", "schemas", "streams")

PROVED_BY: dict[str, str] = {
    "deploy/cli.py": "tests/architecture/test_commands.py",
    "deploy/commands/": "tests/integration, tests/e2e",
}
"""Files that perform, and folders of them, with the tests that run them."""


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
        ("class A(Protocol):\n    def f(self) -> int:\n        '''Says.'''\n        ...\n", True),
    ],
)
def test_a_file_that_only_declares_is_told_from_one_that_decides(source: str, declares: bool) -> None:
    assert _declares_only(ast.parse(source)) is declares


def _exempt(path: Path) -> bool:
    name = tree.name(path)
    if path.stem in tree.SHELL_NAMES or any(name == entry or name.startswith(entry) for entry in PROVED_BY):
        return True
    return _declares_only(tree.parsed(path))


def _declares_only(module: ast.Module) -> bool:
    return all(_is_signature(function) for function in tree.functions(module))


def _is_signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in function.body)


def _test_of(path: Path) -> Path:
    return tree.ROOT / "tests" / "unit" / path.relative_to(tree.ROOT).parent / f"test_{path.name}"


def _is_unit_test(path: Path) -> bool:
    return tree.name(path).startswith("tests/unit/") and path.name.startswith("test_")


def _source_of(path: Path) -> Path:
    inside = path.relative_to(tree.ROOT / "tests" / "unit")
    return tree.ROOT / inside.parent / path.name.removeprefix("test_")
