"""The four spellings in which an event may be posted, read into one form.

CloudEvents 1.0 structured (`application/cloudevents+json`), batched (`application/cloudevents-batch+json`) and binary
(`application/json` with `ce-` headers); and plain `application/json`, where the body is the data, `type` may stand in
it, and the header `Idempotency-Key` is the id.
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from producers.http.bodies import MOST_BATCHED
from producers.http.problems import Kind, invalid
from runtime.problems import Problem
from runtime.validation import FieldError, nul_errors

SPEC_VERSION: Final = "1.0"
_LONGEST_ATTRIBUTE: Final = 256


class Spelling(enum.StrEnum):
    """How an event is spelt, by content type."""

    STRUCTURED = "application/cloudevents+json"
    BATCHED = "application/cloudevents-batch+json"
    JSON = "application/json"


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """One event as posted. `source` None = plain JSON; `data_path` is where its data stands, for error messages."""

    data: dict[str, Any]
    data_path: str
    type_path: str = "$.type"
    type: str | None = None
    id: str | None = None
    source: str | None = None
    time: str | None = None
    traceparent: str | None = None


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """All events of one request, in order."""

    events: tuple[Posted, ...]
    batched: bool = False


def spelling_of(content_type: str) -> Spelling:
    """Raises Problem (415) when the content type is none of those taken."""
    media, _, parameters = content_type.partition(";")
    charset = parameters.replace(" ", "").lower()
    if charset.startswith("charset=") and charset.strip('"') not in {"charset=utf-8", 'charset="utf-8'}:
        raise Problem(Kind.UNSUPPORTED, "JSON is UTF-8 here")
    try:
        return Spelling(media.strip().lower())
    except ValueError:
        taken = ", ".join(Spelling)
        raise Problem(Kind.UNSUPPORTED, f"taken here: {taken}") from None


def read(content_type: str, headers: Mapping[str, str], body: bytes) -> Posting:
    """The events of a request; `headers` with names in lower case.

    Raises:
        Problem: 415, 400 (not JSON), or 422 with every error of the envelopes.
    """
    spelling = spelling_of(content_type)
    value = _json(body)
    errors: list[FieldError] = list(nul_errors(value, "$")) if b"\\u0000" in body else []
    _check_attribute(headers.get("idempotency-key"), "header idempotency-key", errors, required=False)
    match spelling:
        case Spelling.BATCHED:
            posting = _batch(value, headers, errors)
        case Spelling.STRUCTURED:
            posting = Posting(events=(_structured(value, "$", headers, errors),))
        case Spelling.JSON if any(name.startswith("ce-") for name in headers):
            posting = Posting(events=(_binary(value, headers, errors),))
        case _:
            posting = Posting(events=(_plain(value, headers, errors),))
    if errors:
        raise invalid(errors)
    return posting


def _json(body: bytes) -> Any:
    if not body.strip():
        return {}
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(Kind.MALFORMED, str(error)) from None


def _batch(value: Any, headers: Mapping[str, str], errors: list[FieldError]) -> Posting:
    if not isinstance(value, list):
        errors.append(FieldError("$", "Expected a JSON array of CloudEvents"))
        return Posting(events=(), batched=True)
    if not 1 <= len(value) <= MOST_BATCHED:
        errors.append(FieldError("$", f"Expected 1 to {MOST_BATCHED} events, got {len(value)}"))
    found = (_structured(item, f"$[{index}]", headers, errors) for index, item in enumerate(value[:MOST_BATCHED]))
    return Posting(events=tuple(found), batched=True)


def _structured(value: Any, path: str, headers: Mapping[str, str], errors: list[FieldError]) -> Posted:
    if not isinstance(value, dict):
        errors.append(FieldError(path, "Expected a CloudEvent, a JSON object"))
        value = {}
    else:
        for name in ("specversion", "id", "source", "type"):
            _check_attribute(value.get(name), f"{path}.{name}", errors, required=True)
        for name in ("time", "traceparent"):
            _check_attribute(value.get(name), f"{path}.{name}", errors, required=False)
        _check_version(value.get("specversion"), f"{path}.specversion", errors)
        if "data_base64" in value:
            errors.append(FieldError(f"{path}.data_base64", "JSON is expected, in data"))
    return Posted(
        data=_object(value.get("data"), f"{path}.data", errors),
        data_path=f"{path}.data",
        type_path=f"{path}.type",
        type=_text(value.get("type")),
        id=_text(value.get("id")),
        source=_text(value.get("source")),
        time=_text(value.get("time")),
        traceparent=_text(value.get("traceparent")) or headers.get("traceparent"),
    )


def _binary(value: Any, headers: Mapping[str, str], errors: list[FieldError]) -> Posted:
    found = {name[3:]: unquote(text) for name, text in headers.items() if name.startswith("ce-")}
    for name in ("specversion", "id", "source", "type"):
        _check_attribute(found.get(name), f"header ce-{name}", errors, required=True)
    _check_attribute(found.get("time"), "header ce-time", errors, required=False)
    _check_version(found.get("specversion"), "header ce-specversion", errors)
    return Posted(
        data=_object(value, "$", errors),
        data_path="$",
        type_path="header ce-type",
        type=found.get("type"),
        id=found.get("id"),
        source=found.get("source"),
        time=found.get("time"),
        traceparent=found.get("traceparent") or headers.get("traceparent"),
    )


def _plain(value: Any, headers: Mapping[str, str], errors: list[FieldError]) -> Posted:
    data = dict(_object(value, "$", errors))
    key = headers.get("idempotency-key")
    type_ = data.pop("type", None)
    _check_attribute(type_, "$.type", errors, required=False)
    return Posted(data=data, data_path="$", type=_text(type_), id=_text(key), traceparent=headers.get("traceparent"))


def _object(value: Any, path: str, errors: list[FieldError]) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    errors.append(FieldError(path, "Expected a JSON object"))
    return {}


def _check_attribute(value: Any, path: str, errors: list[FieldError], *, required: bool) -> None:
    if value is None:
        if required:
            errors.append(FieldError(path, "is required"))
    elif not isinstance(value, str):
        errors.append(FieldError(path, "Expected text"))
    elif not 1 <= len(value) <= _LONGEST_ATTRIBUTE or any(ord(letter) < 0x20 for letter in value):
        errors.append(FieldError(path, f"Expected 1 to {_LONGEST_ATTRIBUTE} characters, none of them a control"))


def _check_version(value: Any, path: str, errors: list[FieldError]) -> None:
    if isinstance(value, str) and value and value != SPEC_VERSION:
        errors.append(FieldError(path, f"Expected {SPEC_VERSION}"))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
