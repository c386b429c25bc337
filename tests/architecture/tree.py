"""The repository as the architecture tests see it: its files, and which of the sources do I/O."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("bench", "consumers", "deploy", "producers", "runtime", "schemas", "streams")

SHELL_NAMES: Final = frozenset(
    {"__main__", "receiver", "poller", "worker", "agent", "writer", "server", "app", "outbox", "store"}
)
"""Names of files that perform: what they do is seen by integration tests, not by a unit file."""


def sources(*packages: str) -> Iterator[Path]:
    """Python files of the named packages, of all without names, in a fixed order."""
    for package in packages or PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def tests() -> Iterator[Path]:
    """Python files below tests/."""
    return iter(sorted((ROOT / "tests").rglob("*.py")))


def name(path: Path) -> str:
    """The path as it is written in tables and messages: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def committed() -> tuple[Path, ...]:
    """Files that git keeps or would keep: ignored ones are left out, new ones are not."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = (ROOT / entry.decode() for entry in listed.stdout.split(b"\0") if entry)
    return tuple(sorted(path for path in paths if path.is_file()))
