"""Files and functions stay small enough to be read at once; their sizes are reported with `pytest -rP`."""

from __future__ import annotations

import ast
from itertools import chain
from pathlib import Path

from tests.architecture import tree

FILE_LINES = 400
FUNCTION_LINES = 60
DOCSTRING_LINES = 15
FORBIDDEN_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"})


def test_no_file_is_longer_than_two_files_ought_to_be() -> None:
    lines = {tree.name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in _all()}
    for name, count in sorted(lines.items(), key=lambda item: -item[1])[:15]:
        print(f"{count:4} lines  {name}")
    assert [name for name, count in lines.items() if count > FILE_LINES] == []


def test_every_function_fits_a_screen() -> None:
    lines = {
        f"{tree.name(path)}:{function.lineno} {function.name}": _length(function)
        for path in _all()
        for function in tree.functions(tree.parsed(path))
    }
    for name, count in sorted(lines.items(), key=lambda item: -item[1])[:15]:
        print(f"{count:4} lines  {name}")
    assert [name for name, count in lines.items() if count > FUNCTION_LINES] == []


def test_a_modules_docstring_is_short() -> None:
    long = [
        tree.name(path)
        for path in _all()
        if len((ast.get_docstring(tree.parsed(path)) or "").splitlines()) > DOCSTRING_LINES
    ]
    assert long == []


def test_no_file_is_named_for_a_drawer_of_odds_and_ends() -> None:
    assert [tree.name(path) for path in _all() if path.stem in FORBIDDEN_NAMES] == []


def _all() -> list[Path]:
    return list(chain(tree.sources(), tree.tests()))


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1
