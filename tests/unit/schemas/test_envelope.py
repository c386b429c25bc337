from __future__ import annotations

from typing import Any

import pytest

from schemas.envelope import Envelope, from_headers, to_headers

FULL = Envelope(
    id="e_1",
    source="/workspaces/书城/adapters/web",
    type="customer.left",
    version=2,
    subject="i_1",
    time="2026-11-22T02:00:00Z",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    key_id="k1",
)


@pytest.mark.parametrize("envelope", [FULL, Envelope(id="1", source="/x", type="y")], ids=["full", "least"])
def test_an_envelope_comes_back_from_its_headers(envelope: Envelope) -> None:
    assert from_headers(to_headers(envelope)) == envelope


def test_what_is_not_said_has_no_header() -> None:
    names = [name for name, _ in to_headers(Envelope(id="1", source="/x", type="y"))]
    assert names == ["content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_version"]


def test_headers_of_others_are_passed_over() -> None:
    assert from_headers((("dlq_reason", b"\xff"), *to_headers(FULL))) == FULL


def test_missing_attributes_are_named_all_at_once() -> None:
    with pytest.raises(ValueError, match="missing CloudEvents attributes: id, type"):
        from_headers((("ce_source", b"/x"),))


def test_a_header_without_a_value_says_nothing() -> None:
    nothing: Any = (("ce_subject", None), ("ce_version", None), ("dlq_reason", None))
    least = Envelope(id="1", source="/x", type="y")
    assert from_headers((*(pair for pair in to_headers(least) if pair[0] != "ce_version"), *nothing)) == least
