"""The query of a poll: `adapter`, `after`, `wait_s`. Pure; unknown names are refused as those of a body are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Annotated, Final

import msgspec

from producers.http.access import Admitted
from producers.http.problems import Kind, invalid
from runtime.problems import Problem
from runtime.validation import FieldError

LONGEST_WAIT_S: Final = 60
USUAL_WAIT_S: Final = 20
_LONGEST_CURSOR: Final = 2_048


class PollQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`after` None = from now; `wait_s` 0 = answer at once."""

    adapter: str | None = None
    after: Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST_CURSOR)] | None = None
    wait_s: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_WAIT_S)] = USUAL_WAIT_S


def read_query(given: Iterable[tuple[str, str]], admitted: Admitted) -> PollQuery:
    """Raises Problem: 422 with every error, 403 for another adapter."""
    known = {field.name: field for field in msgspec.structs.fields(PollQuery)}
    values: dict[str, str] = {}
    errors: list[FieldError] = []
    for name, text in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            errors.append(
                FieldError(f"query {name}", "is not known here" + (f"; did you mean {near[0]}?" if near else ""))
            )
        elif name in values:
            errors.append(FieldError(f"query {name}", "is given twice"))
        else:
            values[name] = text
    for name, text in values.items():
        try:
            msgspec.convert(text, known[name].type, strict=name != "wait_s")
        except msgspec.ValidationError as error:
            errors.append(FieldError(f"query {name}", str(error)))
    if errors:
        raise invalid(errors)
    query = msgspec.convert(values, PollQuery, strict=False)
    if query.adapter is not None and query.adapter != admitted.adapter:
        raise Problem(Kind.FORBIDDEN, "the key belongs to another adapter")
    return query
