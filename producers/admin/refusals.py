"""The kinds of problem documents that administration answers with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from runtime.problems import Problem, ProblemKind, all_wrong
from runtime.validation import FieldError

RETRY_AFTER_S: Final = 2


class Kind(ProblemKind):
    """Status, name and title."""

    MALFORMED = (400, "malformed", "The request cannot be read")
    UNAUTHENTICATED = (401, "unauthenticated", "Nobody we know")
    WRONG_PASSWORD = (401, "wrong-password", "Workspace, name and password do not fit together")
    FORBIDDEN = (403, "forbidden", "Your roles do not allow that")
    NOT_FOUND = (404, "not-found", "There is no such thing here")
    UNKNOWN_WORKSPACE = (404, "unknown-workspace", "There is no such workspace")
    METHOD_NOT_ALLOWED = (405, "method-not-allowed", "The address does not take this method")
    TAKEN = (409, "taken", "That belongs to another already")
    SAME_CUSTOMER = (409, "same-customer", "Both are the same customer")
    ALREADY_MERGED = (409, "already-merged", "One of them is merged into another customer already")
    MERGE_CYCLE = (409, "merge-cycle", "The other way round is in force already")
    COMMAND_REFUSED = (409, "command-refused", "Routing refused the command; nothing has changed")
    VERSION_CHANGED = (412, "version-changed", "Somebody changed it in between")
    TOO_LARGE = (413, "too-large", "The body is too large")
    UNSUPPORTED = (415, "unsupported-media-type", "The content type is not one of those taken here")
    INVALID = (422, "invalid", "Something is wrong in what was sent")
    REFUSED_BY_ROUTING = (422, "refused-by-routing", "Routing refused the version; the one before stays in force")
    IF_MATCH_REQUIRED = (428, "if-match-required", "Say with If-Match which version you have changed")
    TOO_MANY = (429, "too-many-requests", "Too many attempts")
    FAILED = (500, "failed", "Something broke here")
    BROKER_AWAY = (503, "broker-away", "The broker does not answer; repeat the command with the same id")
    AWAY = (503, "not-ready", "The database does not answer; nothing is known to have changed")

    @property
    def type(self) -> str:
        return f"/problems#{self.value[1]}"


def invalid(errors: Iterable[FieldError]) -> Problem:
    """All that is wrong, at once."""
    return all_wrong(Kind.INVALID, errors)
