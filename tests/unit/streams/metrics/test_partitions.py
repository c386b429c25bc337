from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from runtime.records import Output, Record
from schemas.decisions import Decision
from streams.metrics.fold import Gap
from streams.metrics.kept import Kept
from streams.metrics.measure import measure
from streams.metrics.partitions import Partitions
from tests.support.decided import Floor, decision_output


class FakeTable:
    """Partitions in a dictionary; `forget` is a rebalance."""

    def __init__(self) -> None:
        self.kept: dict[int, dict[str, Kept]] = {}

    def partitions(self) -> Sequence[int]:
        return list(self.kept)

    def items(self, partition: int) -> Mapping[str, Kept]:
        return self.kept.setdefault(partition, {})

    def put(self, partition: int, key: str, value: Kept) -> None:
        self.kept[partition][key] = value

    def drop(self, partition: int, key: str) -> None:
        self.kept[partition].pop(key, None)

    def reread(self) -> None:
        self.kept = {partition: dict(values) for partition, values in self.kept.items()}


def record(decision: Decision, offset: int = 0) -> Record:
    output: Output = decision_output(decision)
    return Record(output.topic, 3, offset, 0, output.key, output.value, output.headers)


def a_floor(workspace: str = "shop") -> Floor:
    floor = Floor(workspace)
    floor.opened("ana")
    floor.arrives("c1")
    return floor


def test_a_batch_of_several_workspaces_is_folded_and_kept() -> None:
    table = FakeTable()
    partitions = Partitions(table)
    both = [record(one) for one in (*a_floor("shop").said, *a_floor("bank").said)]
    assert partitions.apply(both) == []
    assert {key.split('"')[1] for key in table.kept[3]} == {"shop", "bank"}
    assert len(partitions.tellers()) == 2


def test_what_is_no_decision_is_a_dead_letter_and_the_rest_goes_on() -> None:
    floor = a_floor()
    poison = Record("routing.decisions.v1", 3, 9, 0, b"shop", b"{", ())
    partitions = Partitions(FakeTable())
    (dead,) = partitions.apply([record(floor.said[0]), poison, *map(record, floor.said[1:])])
    assert dead.record is poison
    assert partitions.tellers()[0].live(floor.now_ms)[0].seq == len(floor.said)


def test_repeated_records_change_nothing_and_a_missing_one_is_loud() -> None:
    floor = a_floor()
    partitions = Partitions(FakeTable())
    partitions.apply([record(one) for one in (*floor.said, *floor.said)])
    floor.arrives("c2")
    with pytest.raises(Gap):
        partitions.apply([record(floor.arrives("c3"))])


def test_a_partition_that_comes_back_is_read_from_the_table() -> None:
    floor, table = a_floor(), FakeTable()
    partitions = Partitions(table)
    partitions.apply([record(one) for one in floor.said])
    before = partitions._held[3].states["shop"]
    table.reread()
    partitions.tellers()
    after = partitions._held[3].states["shop"]
    assert after is not before
    assert measure(after, floor.now_ms) == measure(before, floor.now_ms)


def test_a_partition_that_is_not_at_hand_is_not_told() -> None:
    table = FakeTable()
    partitions = Partitions(table)
    partitions.apply([record(one) for one in a_floor().said])
    table.kept.clear()
    assert partitions.tellers() == []
