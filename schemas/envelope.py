"""CloudEvents 1.0 in Kafka's binary mode: attributes as `ce_` headers, the value is the event's JSON.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from __future__ import annotations

from typing import Final

from schemas.event import Value

CONTENT_TYPE: Final = b"application/json; charset=utf-8"
SPEC_VERSION: Final = b"1.0"

Headers = tuple[tuple[str, bytes], ...]


class Envelope(Value, frozen=True, kw_only=True):
    """What is said about an event outside its value.

    `id` is unique within `source`; `version` is the schema's, `traceparent` W3C trace context, `time` RFC 3339.
    `key_id` names the key that an encrypted value needs; no value is encrypted yet.
    """

    id: str
    source: str
    type: str
    version: int = 1
    subject: str | None = None
    time: str | None = None
    traceparent: str | None = None
    key_id: str | None = None


def to_headers(envelope: Envelope) -> Headers:
    """The Kafka headers of an envelope."""
    headers = [
        ("content-type", CONTENT_TYPE),
        ("ce_specversion", SPEC_VERSION),
        ("ce_id", envelope.id.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_version", b"%d" % envelope.version),
    ]
    for name, text in (
        ("ce_subject", envelope.subject),
        ("ce_time", envelope.time),
        ("ce_traceparent", envelope.traceparent),
        ("ce_keyid", envelope.key_id),
    ):
        if text is not None:
            headers.append((name, text.encode()))
    return tuple(headers)


def from_headers(headers: Headers) -> Envelope:
    """The envelope of a record. A header may be there without a value, which says nothing.

    Raises:
        ValueError: a required attribute is missing or is not text.
    """
    found: dict[str, str] = {}
    for name, raw in headers:
        if raw and name.startswith("ce_"):
            found[name[3:]] = raw.decode()
    missing = [name for name in ("id", "source", "type") if not found.get(name)]
    if missing:
        raise ValueError(f"missing CloudEvents attributes: {', '.join(missing)}")
    return Envelope(
        id=found["id"],
        source=found["source"],
        type=found["type"],
        version=int(found.get("version", "1")),
        subject=found.get("subject"),
        time=found.get("time"),
        traceparent=found.get("traceparent"),
        key_id=found.get("keyid"),
    )
