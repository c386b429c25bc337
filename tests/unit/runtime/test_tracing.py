from __future__ import annotations

import pytest

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
