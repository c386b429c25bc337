from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bench.workload import AGENTS, Workload, encoded_size
from schemas.decisions import CommandRefused, Decision, DuplicateIgnored, LegEnded, OfferMade
from schemas.inputs import Command

START_MS = 1_700_000_000_000


def played(workload: Workload, chunks: int, size: int = 300) -> Iterator[tuple[list[object], list[Decision]]]:
    offset = 0
    events = workload.opening()
    for number in range(chunks):
        yield events, workload.take(events, offset, START_MS + 200 * number)
        offset += len(events)
        events = workload.chunk(size)


def test_every_command_of_the_log_takes_effect() -> None:
    said = [decision for _, decisions in played(Workload(), 12) for decision in decisions]
    assert not [decision for decision in said if isinstance(decision, CommandRefused)]
    assert sum(isinstance(decision, LegEnded) for decision in said) > 300


def test_chunks_are_as_long_as_asked_for_and_hold_work_and_commands() -> None:
    chunks = [events for events, _ in played(Workload(), 8)]
    assert {len(events) for events in chunks[1:]} == {300}
    assert sum(isinstance(event, Command) for event in chunks[-1]) > 100


def test_repeated_webhooks_are_among_them() -> None:
    kinds = Counter(type(one) for _, decisions in played(Workload(), 12) for one in decisions)
    assert kinds[DuplicateIgnored] > 0
    assert kinds[OfferMade] > 300


def test_without_repeated_webhooks_nothing_is_ignored() -> None:
    said = [one for _, decisions in played(Workload(repeated=0.0), 12) for one in decisions]
    assert not [one for one in said if isinstance(one, DuplicateIgnored)]


def test_the_same_seed_and_stamps_give_the_same_log() -> None:
    one, other = ([events for events, _ in played(Workload(7), 5)] for _ in range(2))
    assert one == other


def test_decisions_are_counted_and_measured() -> None:
    workload = Workload()
    said = [decision for _, decisions in played(workload, 3) for decision in decisions]
    assert workload.decided == len(said) > AGENTS
    assert encoded_size(said) > 100 * len(said)
