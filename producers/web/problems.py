"""Problem documents (RFC 9457): every HTTP answer that is not a success has one, of a kind from this table."""

from __future__ import annotations

import enum
from typing import Any, Final

import msgspec

from runtime.validation import FieldError

MEDIA_TYPE: Final = "application/problem+json"


class Kind(enum.Enum):
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


class Problem(Exception):
    """Refuses a request; `retry_after_s` becomes the header `Retry-After`."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        errors: tuple[FieldError, ...] = (),
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail or kind.value[2])
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.retry_after_s = retry_after_s

    @property
    def status(self) -> int:
        """Of the answer."""
        return self.kind.value[0]

    def document(self) -> dict[str, Any]:
        """The members of the problem document; absent ones are left out."""
        _, name, title = self.kind.value
        body: dict[str, Any] = {"type": f"urn:hubline:problem:{name}", "title": title, "status": self.status}
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
        if self.kind is Kind.UNAUTHENTICATED:
            found["www-authenticate"] = 'Bearer realm="hubline chat"'
        return found


def invalid(errors: list[FieldError]) -> Problem:
    """All that is wrong, at once."""
    count = len(errors)
    return Problem(Kind.INVALID, f"{count} error{'' if count == 1 else 's'}", errors=tuple(errors))
