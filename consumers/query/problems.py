"""The kinds of problem documents that questions may be answered with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from runtime.problems import Problem, ProblemKind, all_wrong
from runtime.validation import FieldError

RETRY_AFTER_S: Final = 2


class Kind(ProblemKind):
    """Status, name and title."""

    UNAUTHENTICATED = (401, "unauthenticated", "Nobody we know")
    FORBIDDEN = (403, "forbidden", "Your roles do not allow that")
    NOT_FOUND = (404, "not-found", "There is no such thing here")
    METHOD_NOT_ALLOWED = (405, "method-not-allowed", "The address does not take this method")
    INVALID = (422, "invalid", "The query breaks the contract")
    TOO_MANY = (429, "too-many-requests", "Too many questions at once")
    FAILED = (500, "failed", "Something broke here")
    NOT_READY = (503, "not-ready", "Something that is needed cannot be reached")


def invalid(errors: Iterable[FieldError]) -> Problem:
    """All that is wrong, at once."""
    return all_wrong(Kind.INVALID, errors)


def not_ready(what: str) -> Problem:
    """What is needed does not answer."""
    return Problem(Kind.NOT_READY, f"{what} cannot be reached", retry_after_s=RETRY_AFTER_S)
