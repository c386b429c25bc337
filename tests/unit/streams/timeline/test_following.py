from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pytest

from runtime.errors import Invalid, LogBroken
from runtime.partitioner import partition_of
from schemas import inputs
from schemas.configuration import QueueSettings
from schemas.decisions import Decision, EpochStarted, InteractionChanged
from schemas.timeline import TimelineEntryAdded
from schemas.topics import ROUTING_DECISIONS
from streams.routing.engine import Engine
from streams.timeline.following import Following, sweep
from streams.timeline.known import Known
from tests.property.test_engine_company import drive
from tests.support import recordings
from tests.support.engine_driver import Driver, a_configuration
from tests.support.naive_timeline import expected_of_decisions
from tests.support.recordings import FOLDER

NAMES = sorted(path.name.removesuffix(".jsonl.gz") for path in FOLDER.glob("*.jsonl.gz"))
FIELDS = frozenset(TimelineEntryAdded.__struct_fields__)


class Shelved:
    """The table in memory; `puts` are all that went to it."""

    def __init__(self) -> None:
        self.values: dict[int, dict[str, Known]] = {}
        self.puts: list[tuple[str, Known | None]] = []

    def get(self, partition: int, key: str) -> Known | None:
        return self.values.get(partition, {}).get(key)

    def items(self, partition: int) -> Mapping[str, Known]:
        return self.values.get(partition, {})

    def put(self, partition: int, key: str, value: Known) -> None:
        self.values.setdefault(partition, {})[key] = value
        self.puts.append((key, value))

    def drop(self, partition: int, key: str) -> None:
        if self.values.get(partition, {}).pop(key, None) is not None:
            self.puts.append((key, None))


def decided(name: str, *, reopen_at: tuple[int, ...] = ()) -> list[Decision]:
    """The decisions of a recording; its log is reopened before these inputs."""
    from schemas.inputs import LogReopened

    log = recordings.read(FOLDER / f"{name}.jsonl.gz")
    engine = Engine.of_log(log[0][2].workspace)
    found: list[Decision] = []
    for index, (offset, stamp_ms, event) in enumerate(log):
        if index in reopen_at:
            reopened = LogReopened(workspace=engine.workspace, epoch=engine.epoch + 1)
            found += engine.apply(reopened, offset=engine.offset, stamp_ms=stamp_ms)
        found += engine.apply(event, offset=offset, stamp_ms=stamp_ms)
    return found


def place_of(decision: Decision) -> int:
    return partition_of(decision.workspace.encode(), ROUTING_DECISIONS.partitions)


def follow(table: Shelved, decisions: Iterable[Decision]) -> list[TimelineEntryAdded]:
    following = Following(table)
    entries = [entry for decision in decisions for entry in following.apply(place_of(decision), decision)]
    following.keep()
    return entries


def in_batches(decisions: list[Decision], size: int) -> list[list[Decision]]:
    return [decisions[first : first + size] for first in range(0, len(decisions), size)]


def comparable(entries: Iterable[TimelineEntryAdded]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        row = {key: value for key, value in msgspec.to_builtins(entry).items() if value is not None}
        row.pop("type")
        row["place"] = row.pop("order")
        row |= {"by_user": row.pop("by")} if "by" in row else {}
        if row.pop("explanation", None) is not None:
            row["explained"] = True
        assert found.setdefault(entry.entry_id, row) == row
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [1, 97])
def test_every_recording_gives_what_the_naive_recount_gives_and_leaves_only_what_lives(name: str, size: int) -> None:
    decisions = decided(name)
    table = Shelved()
    entries = [entry for batch in in_batches(decisions, size) for entry in follow(table, batch)]
    assert comparable(entries) == expected_of_decisions(decisions)
    assert len({entry.entry_id for entry in entries}) == len(entries)
    [kept] = table.values.values()
    assert all(not known.is_over for known in kept.values())
    assert kept[f"{decisions[-1].workspace}/"].mark == (decisions[-1].epoch, decisions[-1].seq)


def supervised() -> list[Decision]:
    """Contacts that supervisors move, prioritise, assign and cancel, refused acts among them."""
    driver = Driver(a_configuration("ana", "bo", queues={"service": QueueSettings(), "sales": QueueSettings()}))
    found: list[Decision] = []
    for number in range(20):
        name = f"c{number}"
        found += driver.arrive(name, queue="sales", customer_id=f"cu_{number}")
        why = {"interaction_id": name, "actor": "sue", "reason": "the shop asked"}
        found += driver.command(inputs.MoveInteraction, to_queue="service", **why)
        found += driver.command(inputs.ReprioritiseInteraction, priority=1 + number % 9, **why)
        found += driver.command(inputs.AssignInteraction, to_agent="ana", **why)
        found += driver.command(inputs.CancelInteraction, **why)
        found += driver.command(inputs.CancelInteraction, **why)
    return found


@pytest.mark.parametrize("size", [1, 4, 97])
def test_what_supervisors_did_is_told_wherever_a_batch_ends_and_leaves_nothing_behind(size: int) -> None:
    decisions = supervised()
    first = decisions[0].seq - 1
    table = Shelved()
    table.put(place_of(decisions[0]), f"{decisions[0].workspace}/", Known(epoch=1, seq=first))
    entries = [entry for batch in in_batches(decisions, size) for entry in follow(table, batch)]
    assert comparable(entries) == expected_of_decisions(decisions)
    kinds = Counter(str(entry.kind) for entry in entries)
    assert (kinds["contact.moved"], kinds["contact.prioritised"], kinds["contact.cancelled"]) == (20, 20, 20)
    assert list(table.values[place_of(decisions[0])]) == [f"{decisions[0].workspace}/"]


@pytest.mark.parametrize("seed", range(3))
def test_days_full_of_consults_and_conferences_give_the_entries_of_a_recount(seed: int) -> None:
    decisions = drive(seed, 400).pair.decisions
    entries = follow(Shelved(), decisions)
    assert comparable(entries) == expected_of_decisions(decisions)
    kinds = {str(entry.kind) for entry in entries}
    assert {"consult.started", "consult.ended", "agent.joined"} <= kinds


@pytest.mark.parametrize("name", ["a-busy-day", "scenario-handing_over"])
def test_a_reopened_log_restates_everything_and_nothing_happens_twice(name: str) -> None:
    plain, reopened = decided(name), decided(name, reopen_at=(60, 500, 501))
    assert sum(isinstance(one, InteractionChanged) for one in reopened) > sum(
        isinstance(one, InteractionChanged) for one in plain
    )
    table = Shelved()
    entries = [entry for batch in in_batches(reopened, 50) for entry in follow(table, batch)]
    assert comparable(entries) == expected_of_decisions(reopened)
    happened = [
        sorted(Counter((one.kind, one.at_ms, one.interaction_id, one.duration_ms) for one in told).items(), key=str)
        for told in (entries, follow(Shelved(), plain))
    ]
    assert happened[0] == happened[1]


@pytest.mark.long
def test_whatever_is_read_again_after_a_crash_gives_the_same_entries_or_none() -> None:
    decisions = decided("a-busy-day")[:4_000]
    expected = expected_of_decisions(decisions)
    for lost in range(0, 40, 3):
        table = Shelved()
        entries = [entry for batch in in_batches(decisions[:2_000], 100) for entry in follow(table, batch)]
        survived = Shelved()
        for key, known in table.puts[: len(table.puts) - lost]:
            partition = place_of(decisions[0])
            survived.values.setdefault(partition, {})
            if known is None:
                survived.values[partition].pop(key, None)
            else:
                survived.values[partition][key] = known
        for partition in survived.values:
            sweep(survived, partition)
        entries += follow(survived, decisions[1_900:])
        assert comparable(entries) == expected


def test_what_comes_again_changes_nothing_not_even_when_its_interaction_is_over() -> None:
    decisions = decided("another-busy-day")
    table = Shelved()
    follow(table, decisions)
    puts = len(table.puts)
    assert follow(table, decisions) == []
    assert len(table.puts) == puts


def test_a_missing_decision_is_an_error_and_nothing_of_the_batch_is_kept() -> None:
    decisions = decided("scenario-offers")
    table = Shelved()
    follow(table, decisions[:3])
    puts = list(table.puts)
    with pytest.raises(LogBroken):
        follow(table, [decisions[3], decisions[5]])
    assert table.puts == puts
    with pytest.raises(LogBroken):
        follow(Shelved(), decisions[1:])


def test_a_new_epoch_begins_with_its_start_and_with_nothing_else() -> None:
    [first, second, *_] = decided("scenario-offers")
    started = EpochStarted(
        workspace=first.workspace, epoch=3, seq=1, cause=0, at_ms=5, previous_epoch=1, previous_seq=1
    )
    table = Shelved()
    follow(table, [first, started])
    assert follow(table, [second]) == []
    with pytest.raises(LogBroken):
        follow(table, [msgspec.structs.replace(first, epoch=4)])


def test_a_decision_in_a_partition_that_is_not_its_workspaces_is_refused() -> None:
    [first, *_] = decided("scenario-offers")
    with pytest.raises(Invalid):
        Following(Shelved()).apply((place_of(first) + 1) % ROUTING_DECISIONS.partitions, first)
