"""The kinds of problem documents that pages may be answered with."""

from __future__ import annotations

from collections.abc import Iterable

from runtime.problems import Problem, ProblemKind, all_wrong
from runtime.validation import FieldError


class Kind(ProblemKind):
    """Status, name and title."""

    MALFORMED = (400, "malformed", "The body is not JSON")
    UNAUTHENTICATED = (401, "unauthenticated", "No valid chat token")
    FORBIDDEN = (403, "forbidden", "Pages of this origin may not do that")
    NOT_FOUND = (404, "not-found", "There is no such thing here")
    UNKNOWN_WORKSPACE = (404, "unknown-workspace", "The workspace has no configuration in force yet")
    METHOD_NOT_ALLOWED = (405, "method-not-allowed", "The address does not take this method")
    TOO_LARGE = (413, "too-large", "The body is too large")
    UNSUPPORTED = (415, "unsupported-media-type", "The content type is not one of those taken here")
    INVALID = (422, "invalid", "The body breaks the contract")
    TOO_MANY = (429, "too-many-requests", "This address has used up its rate")
    FAILED = (500, "failed", "Something broke here")
    UNKNOWN_OUTCOME = (503, "unknown-outcome", "The log has not answered: repeat with the same key")
    NOT_READY = (503, "not-ready", "Something that is needed cannot be reached")

    @property
    def type(self) -> str:
        return f"urn:hubline:problem:{self.value[1]}"

    @property
    def realm(self) -> str:
        return "hubline chat"


def invalid(errors: Iterable[FieldError]) -> Problem:
    """All that is wrong, at once."""
    return all_wrong(Kind.INVALID, errors)
