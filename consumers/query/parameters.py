"""What may stand in a query, as Structs, and how it is read: every error at once, each with its name. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Final, TypeVar

import msgspec

from consumers.query.cursor import LONGEST
from consumers.query.problems import invalid
from runtime.validation import FieldError
from schemas.metrics import Dimension
from schemas.timeline import TimelineKind

MAX_MS: Final = 2**53 - 1
Moment = Annotated[int, msgspec.Meta(ge=0, le=MAX_MS)]
Clocked = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000)]
"""A moment up to the year 2100, for which calendars are known."""
Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=254, pattern=r"^[^\x00-\x1f]+$")]
ParametersT = TypeVar("ParametersT", bound="Parameters")


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all queries."""


class NoParameters(Parameters, frozen=True, kw_only=True):
    """Nothing may be asked besides."""


class SearchBy(Parameters, frozen=True, kw_only=True):
    """Exactly one of the first five. `name`: a part of it; `contact_point`: `kind:value`."""

    name: Text | None = None
    phone: Text | None = None
    email: Text | None = None
    card: Text | None = None
    contact_point: Text | None = None
    limit: Limit = 50


WAYS: Final = ("name", "phone", "email", "card", "contact_point")


class TimelineOf(Parameters, frozen=True, kw_only=True):
    """`from_ms` is included, `to_ms` is not. `kind` several with commas. `cursor`: `older` or `newer` of another page."""

    channel: Word | None = None
    kind: Text | None = None
    from_ms: Moment | None = None
    to_ms: Moment | None = None
    cursor: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)] | None = None
    limit: Limit = 50


class TranscriptFrom(Parameters, frozen=True, kw_only=True):
    """Messages from `from_offset` on: 0, or `complete_to` of the answer before."""

    from_offset: Moment = 0


class Entering(Parameters, frozen=True, kw_only=True):
    """Who would enter: with this head start, of a tier or a priority."""

    head_start_ms: Annotated[int, msgspec.Meta(ge=-86_400_000, le=86_400_000)] = 0


class ExplanationWanted(Parameters, frozen=True, kw_only=True):
    """`trace` false: the offers only, at once. `at_ms`: the trace as of then."""

    trace: bool | None = None
    at_ms: Moment | None = None


class By(StrEnum):
    """The length of the spans that figures are added up for."""

    INTERVAL = "interval"
    HOUR = "hour"
    DAY = "day"


class MetricsOf(Parameters, frozen=True, kw_only=True):
    """`from_ms` is included, `to_ms` is not. Without `id`: every group of the dimension."""

    from_ms: Clocked
    to_ms: Clocked
    dimension: Dimension = Dimension.WORKSPACE
    id: Word | None = None
    by: By = By.INTERVAL


DAY_MS: Final = 24 * 60 * 60 * 1000
LONGEST_MS: Final = {By.INTERVAL: 35 * DAY_MS, By.HOUR: 100 * DAY_MS, By.DAY: 800 * DAY_MS}
"""How long a time one answer may be about."""


class MetricsNow(Parameters, frozen=True, kw_only=True):
    """Without `dimension`: all groups."""

    dimension: Dimension | None = None
    id: Word | None = None


class AuditOf(Parameters, frozen=True, kw_only=True):
    """`from_ms` is included, `to_ms` is not. `cursor`: `older` of another page."""

    actor: Text | None = None
    action: Word | None = None
    subject: Text | None = None
    from_ms: Moment | None = None
    to_ms: Moment | None = None
    cursor: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)] | None = None
    limit: Limit = 50


def read(given: Iterable[tuple[str, str]], wanted: type[ParametersT]) -> ParametersT:
    """The query as a Struct.

    Raises:
        Problem: 422 with every error; unknown names are errors, as they would be ignored.
    """
    known = {field.name: field for field in msgspec.structs.fields(wanted)}
    values: dict[str, str] = {}
    errors: list[FieldError] = []
    for name, text in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            errors.append(_error(name, "is not known here" + (f"; did you mean {near[0]}?" if near else "")))
        elif name in values:
            errors.append(_error(name, "is given twice"))
        else:
            values[name] = text
    for name, text in values.items():
        try:
            if msgspec.convert(text, known[name].type, strict=False) is None:
                errors.append(_error(name, "is given or left out; nothing stands for nothing"))
        except msgspec.ValidationError as error:
            errors.append(_error(name, str(error)))
    errors += [_error(name, "is required") for name, field in known.items() if field.required and name not in values]
    if errors:
        raise invalid(errors)
    return msgspec.convert(values, wanted, strict=False)


def kinds_of(query: TimelineOf) -> tuple[TimelineKind, ...]:
    """The kinds that are asked for; none = all. Raises Problem: 422."""
    if query.kind is None:
        return ()
    words = [word.strip() for word in query.kind.split(",")]
    unknown = [word for word in words if word not in set(TimelineKind)]
    if unknown:
        raise invalid([_error("kind", f'"{word}" is none of {", ".join(TimelineKind)}') for word in unknown])
    return tuple(TimelineKind(word) for word in words)


def check_span(from_ms: int | None, to_ms: int | None) -> None:
    """Raises Problem: 422 for a span that ends before it begins."""
    if from_ms is not None and to_ms is not None and to_ms < from_ms:
        raise invalid([_error("to_ms", "is before from_ms")])


def check_metrics(query: MetricsOf) -> None:
    """Raises Problem: 422 for a span that ends before it begins, or is too long."""
    check_span(query.from_ms, query.to_ms)
    most_ms = LONGEST_MS[query.by]
    if query.to_ms - query.from_ms > most_ms:
        raise invalid([_error("to_ms", f"at most {most_ms // DAY_MS} days after from_ms by {query.by}")])


def chosen_way(query: SearchBy) -> tuple[str, str]:
    """By what is searched, and for what. Raises Problem: 422 unless it is exactly one."""
    given = [(name, value) for name in WAYS if (value := getattr(query, name)) is not None]
    if len(given) != 1:
        raise invalid([FieldError("query", f"give exactly one of {', '.join(WAYS)}")])
    return given[0]


def _error(name: str, detail: str) -> FieldError:
    return FieldError(f"query {name}", detail)
