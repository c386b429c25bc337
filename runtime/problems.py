"""Problem documents (RFC 9457): every HTTP answer that is not a success has one. Pure.

A service has a table of the kinds that it answers, an enum derived from `ProblemKind`; what a kind becomes is said here.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from runtime.validation import FieldError

MEDIA_TYPE: Final = "application/problem+json"


class ProblemKind(enum.Enum):
    """A member is (status, name, title); its name is the end of its `type`."""

    @property
    def status(self) -> int:
        """Of the answer."""
        return int(self.value[0])

    @property
    def type(self) -> str:
        """Where the kind is explained: a place on the service's own page."""
        return f"/docs#{self.value[1]}"

    @property
    def title(self) -> str:
        """The kind in words, the same for each answer of it."""
        return str(self.value[2])

    @property
    def realm(self) -> str:
        """Whose credentials are asked for, where the status is 401."""
        return "hubline"


class Problem(Exception):
    """Refuses a request.

    `retry_after_s` and `allow` (the methods of an address) become headers; `extra` are further members of the document,
    for programs.
    """

    def __init__(
        self,
        kind: ProblemKind,
        detail: str = "",
        *,
        errors: Iterable[FieldError] = (),
        retry_after_s: int | None = None,
        allow: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or kind.title)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s
        self.allow = allow
        self.extra = extra or {}

    def document(self) -> dict[str, Any]:
        """The members of the problem document; absent ones are left out."""
        body: dict[str, Any] = {"type": self.kind.type, "title": self.kind.title, "status": self.kind.status}
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = [msgspec.to_builtins(error) for error in self.errors]
        return {**body, **self.extra}

    def headers(self) -> dict[str, str]:
        """Headers that belong to the answer."""
        found: dict[str, str] = {}
        if self.retry_after_s is not None:
            found["retry-after"] = str(self.retry_after_s)
        if self.allow is not None:
            found["allow"] = self.allow
        if self.kind.status == 401:
            found["www-authenticate"] = f'Bearer realm="{self.kind.realm}"'
        return found


def all_wrong(kind: ProblemKind, errors: Iterable[FieldError]) -> Problem:
    """A problem of that kind with all that is wrong, at once."""
    found = tuple(errors)
    return Problem(kind, f"{len(found)} error{'' if len(found) == 1 else 's'}", errors=found)
