"""Errors of a document: each with its path, all of them together.

A path reads as one would write it: `queues.service.steps[2].overflow_to`; the empty path is the document itself.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from runtime.validation import FieldError


class InvalidDocument(Exception):
    """Every error of a document, in the order of the document where that is known."""

    def __init__(self, problems: Iterable[FieldError]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class Problems:
    """Collects errors while a document is read."""

    def __init__(self) -> None:
        self._found: list[FieldError] = []

    def add(self, path: str, message: str, line: int | None = None) -> None:
        self._found.append(FieldError(path, message, line))

    @property
    def found(self) -> tuple[FieldError, ...]:
        return tuple(self._found)

    def raise_if_any(self) -> None:
        """Raises InvalidDocument when something was found."""
        if self._found:
            raise InvalidDocument(self._found)


def at_key(path: str, key: str) -> str:
    """The path of a key below `path`."""
    return f"{path}.{key}" if path else key


def at_index(path: str, index: int) -> str:
    """The path of the element `index`, from 0, below `path`."""
    return f"{path}[{index}]"


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean "..."?` when something known looks like `word`, else nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
