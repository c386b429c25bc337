"""Problem documents (RFC 9457): every answer that is not a success has one, of a kind from this table."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from producers.admin.problems import Problem

MEDIA_TYPE: Final = "application/problem+json"


class Kind(enum.Enum):
    """Status, name (the end of its `type`) and title."""

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
    VERSION_CHANGED = (412, "version-changed", "Somebody changed the document in between")
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
    def status(self) -> int:
        return self.value[0]

    @property
    def name_in_type(self) -> str:
        return self.value[1]

    @property
    def title(self) -> str:
        return self.value[2]


class Refusal(Exception):
    """Ends a request with a problem document."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        errors: Iterable[Problem] = (),
        retry_after_s: int | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or kind.title)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s
        self.extra = extra or {}

    def document(self) -> dict[str, Any]:
        """The members of the problem document; those that say nothing are left out."""
        body: dict[str, Any] = {
            "type": f"/problems#{self.kind.name_in_type}",
            "title": self.kind.title,
            "status": self.kind.status,
        }
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = [_error(problem) for problem in self.errors]
        return {**body, **self.extra}

    def headers(self) -> dict[str, str]:
        """Headers that belong to the answer."""
        found: dict[str, str] = {}
        if self.retry_after_s is not None:
            found["retry-after"] = str(self.retry_after_s)
        if self.kind is Kind.UNAUTHENTICATED:
            found["www-authenticate"] = 'Bearer realm="hubline"'
        return found


def invalid(problems: Iterable[Problem]) -> Refusal:
    """All that is wrong, at once."""
    errors = tuple(problems)
    return Refusal(Kind.INVALID, f"{len(errors)} error{'' if len(errors) == 1 else 's'}", errors=errors)


def _error(problem: Problem) -> dict[str, Any]:
    found = {name: value for name, value in msgspec.structs.asdict(problem).items() if value is not None}
    return {"path": found.pop("path"), "detail": found.pop("message"), **found}
