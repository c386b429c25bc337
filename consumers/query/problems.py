"""Problem documents (RFC 9457): every answer that is not a success has one, of a kind from this table."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from runtime.validation import FieldError

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 2


class Kind(enum.Enum):
    """Status, name (the fragment of its `type`) and title."""

    UNAUTHENTICATED = (401, "unauthenticated", "Nobody we know")
    FORBIDDEN = (403, "forbidden", "Your roles do not allow that")
    NOT_FOUND = (404, "not-found", "There is no such thing here")
    METHOD_NOT_ALLOWED = (405, "method-not-allowed", "The address does not take this method")
    INVALID = (422, "invalid", "The query breaks the contract")
    TOO_MANY = (429, "too-many-requests", "Too many questions at once")
    FAILED = (500, "failed", "Something broke here")
    NOT_READY = (503, "not-ready", "Something that is needed cannot be reached")

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def type(self) -> str:
        return f"/docs#{self.value[1]}"

    @property
    def title(self) -> str:
        return self.value[2]


class Problem(Exception):
    """Refuses a request. `retry_after_s` becomes the header `Retry-After`, `allow` names the methods of an address."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        errors: Iterable[FieldError] = (),
        retry_after_s: int | None = None,
        allow: str | None = None,
    ) -> None:
        super().__init__(detail or kind.title)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s
        self.allow = allow

    def document(self) -> dict[str, Any]:
        """The members of the problem document; absent ones are left out."""
        body: dict[str, Any] = {"type": self.kind.type, "title": self.kind.title, "status": self.kind.status}
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = [msgspec.structs.asdict(error) for error in self.errors]
        return body

    def headers(self) -> dict[str, str]:
        """Headers that belong to the answer."""
        found: dict[str, str] = {}
        if self.retry_after_s is not None:
            found["retry-after"] = str(self.retry_after_s)
        if self.kind is Kind.METHOD_NOT_ALLOWED and self.allow is not None:
            found["allow"] = self.allow
        if self.kind is Kind.UNAUTHENTICATED:
            found["www-authenticate"] = 'Bearer realm="hubline"'
        return found


def invalid(errors: Iterable[FieldError]) -> Problem:
    """All that is wrong, at once."""
    found = tuple(errors)
    return Problem(Kind.INVALID, f"{len(found)} error{'' if len(found) == 1 else 's'}", errors=found)


def not_ready(what: str) -> Problem:
    """What is needed does not answer."""
    return Problem(Kind.NOT_READY, f"{what} cannot be reached", retry_after_s=RETRY_AFTER_S)
