from __future__ import annotations

from typing import Any

import msgspec
import pytest

from consumers.metrics_writer.rows import AGE, COLUMNS, KEY, age, identity, to_rows
from runtime.events import to_output
from runtime.records import Record
from schemas.metrics import INTERVAL_MS, Counts, Dimension, IntervalCounted
from schemas.topics import METRICS_INTERVALS
from schemas.vocabulary import RoutingStatus

EVENT = IntervalCounted(
    workspace="shop",
    epoch=1,
    seq=7,
    starts_ms=INTERVAL_MS,
    to_ms=INTERVAL_MS + 10,
    dimension=Dimension.QUEUE,
    id="orders",
    counts=Counts(offered=3, answered=2, status_ms={RoutingStatus.IDLE: 9}),
    within_ms=20_000,
)


def record(**changes: Any) -> Record:
    event = msgspec.structs.replace(EVENT, **changes)
    output = to_output(event, METRICS_INTERVALS, key="shop", event_id="x", source="/tests")
    return Record(output.topic, 0, 0, 0, output.key, output.value, output.headers)


def test_a_row_has_every_count_in_its_column() -> None:
    ((row,), dead) = to_rows([record()]).rows, to_rows([record()]).dead
    named = dict(zip(COLUMNS, row, strict=True))
    assert dead == []
    assert (named["offered"], named["answered"], named["abandoned"], named["within_ms"]) == (3, 2, 0, 20_000)
    assert (named["dimension"], named["id"], named["status_ms"]) == ("queue", "orders", '{"idle":9}')
    assert identity(row) == tuple(named[name] for name in KEY)
    assert age(row) == tuple(named[name] for name in AGE) == (1, 7, INTERVAL_MS + 10)


def test_of_several_rows_of_a_batch_the_newest_is_kept() -> None:
    rows = to_rows([record(seq=8, counts=Counts(offered=5)), record(), record(id="sales")]).rows
    assert [(row[2], dict(zip(COLUMNS, row, strict=True))["offered"]) for row in rows] == [("orders", 5), ("sales", 3)]


@pytest.mark.parametrize(
    "wrong",
    [{"workspace": ""}, {"id": "a\nb"}, {"starts_ms": 5}, {"seq": 2**63}, {"counts": Counts(offered=-1)}],
)
def test_what_cannot_be_a_row_is_a_dead_letter(wrong: dict[str, Any]) -> None:
    found = to_rows([record(**wrong), record()])
    assert (len(found.rows), len(found.dead)) == (1, 1)


def test_bytes_that_are_no_event_are_a_dead_letter() -> None:
    assert len(to_rows([msgspec.structs.replace(record(), value=b"{")]).dead) == 1
