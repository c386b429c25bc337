"""The kinds of problem documents that adapters may be answered with."""

from __future__ import annotations

from collections.abc import Iterable

from runtime.problems import Problem, ProblemKind, all_wrong
from runtime.validation import FieldError


class Kind(ProblemKind):
    """Status, name and title."""

    MALFORMED = (400, "malformed", "The body is not JSON")
    UNAUTHENTICATED = (401, "unauthenticated", "No valid API key")
    FORBIDDEN = (403, "forbidden", "This key may not do that")
    NOT_FOUND = (404, "not-found", "There is no such thing here")
    UNKNOWN_WORKSPACE = (404, "unknown-workspace", "The workspace has no configuration in force yet")
    METHOD_NOT_ALLOWED = (405, "method-not-allowed", "The address does not take this method")
    CURSOR_EXPIRED = (410, "cursor-expired", "The log no longer holds what follows this cursor")
    TOO_LARGE = (413, "too-large", "The body is too large")
    UNSUPPORTED = (415, "unsupported-media-type", "The content type is not one of those taken here")
    INVALID = (422, "invalid", "The body or the query breaks the contract")
    TOO_MANY = (429, "too-many-requests", "The key has used up its rate")
    FAILED = (500, "failed", "Something broke here")
    UNKNOWN_OUTCOME = (503, "unknown-outcome", "The log has not answered: repeat with the same id")
    OVERLOADED = (503, "overloaded", "Too much is waiting for the log: nothing was taken")
    NOT_READY = (503, "not-ready", "Something that is needed cannot be reached")


def invalid(errors: Iterable[FieldError]) -> Problem:
    """All that is wrong, at once."""
    return all_wrong(Kind.INVALID, errors)
