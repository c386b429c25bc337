"""W3C trace context: carried from ingest to socket whether or not anything is exported.

With `HUBLINE_TRACE_OTLP_ENDPOINT` set, each hop is a span sent to that collector over OTLP; sampled traces only, and no
attribute holds personal data. https://www.w3.org/TR/trace-context/
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from runtime.settings import Trace

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_FORM: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED: Final = 1

Child = Callable[[str | None], str]


class TraceContext(msgspec.Struct, frozen=True):
    """A traceparent taken apart; ids in lower-case hexadecimal."""

    trace_id: str
    span_id: str
    flags: int = _SAMPLED

    @property
    def header(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"


def parse(traceparent: str | None) -> TraceContext | None:
    """The context in a header; None when there is none or it is malformed, as the standard asks."""
    match = _FORM.fullmatch(traceparent or "")
    if match is None or match[1] == "ff" or (match[1] == "00" and match[5]):
        return None
    if not int(match[2], 16) or not int(match[3], 16):
        return None
    return TraceContext(match[2], match[3], int(match[4], 16))


def child_of(parent: TraceContext | None) -> TraceContext:
    """A new span of the parent's trace, or of a new, sampled trace."""
    span_id = secrets.token_hex(8)
    if parent is None:
        return TraceContext(secrets.token_hex(16), span_id)
    return TraceContext(parent.trace_id, span_id, parent.flags)


def child_traceparent(parent: str | None) -> str:
    """The traceparent of a new span below `parent`, without exporting it."""
    return child_of(parse(parent)).header


class Tracing:
    """Makes the hops of this process; `close` sends what is still held."""

    def __init__(self, settings: Trace, process: str, instance: str) -> None:
        self._tracer: Tracer | None = None
        self._shutdown: Callable[[], None] = lambda: None
        if settings.otlp_endpoint is not None:
            self._export(settings.otlp_endpoint, process, instance)

    def hop(self, name: str) -> Child:
        """A function that gives each traceparent its child: the span `name` of this process."""
        tracer = self._tracer
        if tracer is None:
            return child_traceparent
        return lambda parent: _exported(tracer, name, parse(parent)).header

    def close(self) -> None:
        self._shutdown()

    def _export(self, endpoint: str, process: str, instance: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - only a process that exports loads these
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        about = {"service.namespace": "hubline", "service.name": process, "service.instance.id": instance}
        provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
        self._tracer = provider.get_tracer("hubline")
        self._shutdown = provider.shutdown


def _exported(tracer: Tracer, name: str, parent: TraceContext | None) -> TraceContext:
    from opentelemetry import trace  # noqa: PLC0415 - as above

    context = None
    if parent is not None:
        above = trace.SpanContext(
            int(parent.trace_id, 16),
            int(parent.span_id, 16),
            is_remote=True,
            trace_flags=trace.TraceFlags(parent.flags),
        )
        context = trace.set_span_in_context(trace.NonRecordingSpan(above))
    span = tracer.start_span(name, context=context)
    made = span.get_span_context()
    span.end()
    return TraceContext(f"{made.trace_id:032x}", f"{made.span_id:016x}", int(made.trace_flags))
