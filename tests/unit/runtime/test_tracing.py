from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest

from runtime.server import serving
from runtime.settings import Trace
from runtime.tracing import Tracing, child_traceparent, parse

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_child_keeps_the_trace_and_gets_a_span_of_its_own() -> None:
    child = parse(child_traceparent(PARENT))
    assert child is not None
    assert child.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert child.span_id != "b7ad6b7169203331"
    assert child.flags == 1


def test_what_was_not_sampled_stays_so() -> None:
    assert child_traceparent(PARENT[:-2] + "00").endswith("-00")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        PARENT.upper(),
        "ff" + PARENT[2:],
        PARENT + "-more",
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
def test_a_missing_or_malformed_parent_begins_a_new_trace(header: str | None) -> None:
    assert parse(header) is None
    first, second = parse(child_traceparent(header)), parse(child_traceparent(header))
    assert first is not None
    assert second is not None
    assert first.trace_id != second.trace_id


def test_a_later_version_of_the_header_is_read_by_what_is_known_of_it() -> None:
    assert parse("01" + PARENT[2:] + "-more") == parse(PARENT)


def test_without_a_collector_a_hop_only_carries_the_trace_on() -> None:
    tracing = Tracing(Trace(), "http", "http-1")
    child = parse(tracing.hop("ingest")(PARENT))
    tracing.close()
    assert child is not None
    assert child.trace_id == "0af7651916cd43dd8448eb211c80319c"


async def test_with_a_collector_each_hop_is_sent_to_it_as_a_span_of_the_trace() -> None:
    received: list[bytes] = []

    async def collector(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        received.append(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with serving(collector, "127.0.0.1", 0) as port:
        tracing = Tracing(Trace(otlp_endpoint=f"http://127.0.0.1:{port}/v1/traces"), "http", "http-1")
        child = parse(tracing.hop("contact.ingest")(PARENT))
        await asyncio.to_thread(tracing.close)
    assert child is not None
    assert child.trace_id == "0af7651916cd43dd8448eb211c80319c"
    [body] = [gzip.decompress(it) if it[:2] == b"\x1f\x8b" else it for it in received]
    assert all(
        part in body for part in (b"contact.ingest", bytes.fromhex(child.trace_id), bytes.fromhex(child.span_id))
    )
    assert bytes.fromhex("b7ad6b7169203331") in body
