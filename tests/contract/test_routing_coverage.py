"""docs/routing-coverage.md names, for every sentence of the engine's contract, proofs that are there."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

from deploy.scenario_files import documents
from streams.routing.scenario_grammar import ACTIONS, EXPECTATIONS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "routing-coverage.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+)\.(\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
PROOF = re.compile(r"`([^`]+)`")
SECTION = re.compile(r"^\| (\d+) ([^|]+) \| (\d+) \|$", re.MULTILINE)
ROWS = [(int(one[1]), int(one[2]), one[3], tuple(PROOF.findall(one[4]))) for one in ROW.finditer(TEXT)]


@functools.cache
def scenarios() -> frozenset[str]:
    return frozenset(
        f"{path.stem}: {document.value['name']}"
        for path in (ROOT / "tests" / "scenarios").glob("*.yaml")
        for document in documents(path)
    )


@functools.cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_there(proof: str) -> bool:
    path, found, name = proof.partition("::")
    if not found:
        return proof in scenarios()
    return (ROOT / path).is_file() and name in functions(ROOT / path)


def test_every_sentence_has_its_number_and_none_is_left_out() -> None:
    counts = {int(one[1]): int(one[3]) for one in SECTION.finditer(TEXT)}
    assert sorted(counts) == list(range(1, 10))
    for section, count in counts.items():
        assert [number for of, number, _, _ in ROWS if of == section] == list(range(1, count + 1)), section


@pytest.mark.parametrize(
    ("place", "proofs"), [pytest.param(f"{of}.{number}", proofs, id=f"{of}.{number}") for of, number, _, proofs in ROWS]
)
def test_every_sentence_has_proofs_that_are_there(place: str, proofs: tuple[str, ...]) -> None:
    assert proofs, place
    assert [proof for proof in proofs if not is_there(proof)] == []


def test_no_two_sentences_say_the_same() -> None:
    gists = [gist for _, _, gist, _ in ROWS]
    assert len(set(gists)) == len(gists)


def test_what_is_not_there_is_found() -> None:
    assert not is_there("steps: a scenario that nobody wrote")
    assert not is_there("tests/contract/test_routing_coverage.py::test_that_nobody_wrote")
    assert is_there("tests/contract/test_routing_coverage.py::test_what_is_not_there_is_found")


@pytest.mark.parametrize("word", sorted({*ACTIONS, *EXPECTATIONS}))
def test_every_word_of_a_scenario_is_explained_with_its_parameters(word: str) -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    explained = [line.split(" | ")[0] for line in text.splitlines() if re.match(rf"\|.*`{word}: ", line)]
    for parameters in (words[word] for words in (ACTIONS, EXPECTATIONS) if word in words):
        needed = [name + ("?" if kind.startswith("[") else "") for name, kind in parameters.items() if name != word]
        alternatives = ("to_queue", "to_agent")
        assert any(all(name in line or name.rstrip("?") in alternatives for name in needed) for line in explained), (
            needed
        )
