"""Decisions as records: pure. All that decisions of one kind have in common is made once."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from runtime.records import Headers, Output, Record, header
from schemas import codec
from schemas.decisions import Decision
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.ids import decision_id
from schemas.topics import ROUTING_DECISIONS
from streams.routing.position import CAUSE_HEADER

SOURCE: Final = "/streams/routing"
TRACEPARENT: Final = "ce_traceparent"
_ID: Final = "ce_id"


def records_of(decisions: Sequence[Decision], input_: Record, partition: int) -> list[Output]:
    """The records of what one workspace decided because of an input, in order, with that input's trace."""
    traceparent = header(input_.headers, TRACEPARENT)
    trace: Headers = () if traceparent is None else ((TRACEPARENT, traceparent),)
    found = []
    for decision in decisions:
        before, after = _around_id(type(decision))
        name = decision_id(decision.workspace, decision.epoch, decision.seq).encode()
        headers = (*before, (_ID, name), *after, (CAUSE_HEADER, b"%d" % decision.cause), *trace)
        key = decision.workspace.encode()
        found.append(Output(ROUTING_DECISIONS.name, key, codec.encode(decision), headers, partition))
    return found


@functools.cache
def _around_id(kind: type[Decision]) -> tuple[Headers, Headers]:
    """The envelope's headers before the id and after it."""
    headers = to_headers(Envelope(id="-", source=SOURCE, type=wire_type(kind), version=kind.VERSION))
    place = [name for name, _ in headers].index(_ID)
    return headers[:place], headers[place + 1 :]
