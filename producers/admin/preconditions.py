"""If-Match and ETag of workspace documents and customers (RFC 9110): an entity tag is the version's number in quotes."""

from __future__ import annotations

import re
from typing import Final

from producers.admin.refusals import Kind
from runtime.problems import Problem
from runtime.validation import FieldError

_TAG: Final = re.compile(r'"(\d{1,9})"')


def entity_tag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def expected_version(if_match: str | None, if_none_match: str | None) -> int | None:
    """The version that the sender has changed; None = there is none yet.

    Raises:
        Problem: 422 for a header that is not one of `"N"` and `*`.
    """
    if if_match is not None:
        return version_of(if_match)
    if if_none_match is not None and if_none_match.strip() != "*":
        raise Problem(Kind.INVALID, errors=(FieldError("header If-None-Match", "must be *"),))
    return None


def version_of(if_match: str) -> int:
    """The version that If-Match names; raises Problem (422) for a header that is not `"N"`."""
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise Problem(Kind.INVALID, errors=(FieldError("header If-Match", 'must be an entity tag such as "7"'),))
    return int(found[1])


def version_conflict(if_match: str | None, current: int | None) -> Problem:
    """What to answer when the expected version is not the current one."""
    extra = {"current_version": current}
    if if_match is None:
        return Problem(Kind.IF_MATCH_REQUIRED, f"the current version is {current}", extra=extra)
    now = "there is no version yet" if current is None else f"the current version is {current}"
    return Problem(Kind.VERSION_CHANGED, now, extra=extra)
