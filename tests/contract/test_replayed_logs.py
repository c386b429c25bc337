"""Explaining, replaying and exporting give the same from a live log, from a snapshot on, and from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.log_choice import NoSuchLog, opened
from deploy.log_file import SUFFIX, Damaged, LogFile, Writer
from deploy.log_transfer import NothingToExport, export, take_in
from deploy.moments import Place
from deploy.replaying import NothingToReplay, differing, replay
from deploy.states import state
from runtime.clock import SystemClock
from runtime.memory import MemoryBroker
from runtime.records import Output
from schemas import codec
from schemas.decisions import OfferMade
from schemas.envelope import Envelope, to_headers
from schemas.event import Event, wire_type
from schemas.ids import decision_id
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, TOPICS
from streams.routing.engine import BrokenInvariant, Engine
from streams.routing.explaining import NotInLog, Until, explain, kept
from streams.routing.fold import Broke, Fold
from streams.routing.live_log import LiveLog
from streams.routing.logged import LoggedDecision
from tests.support import recordings
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration
from tests.support.listed_log import ListedLog, listed
from tests.support.traced import traced


def a_day() -> Driver:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    for number in range(6):
        driver.arrive(f"c{number}")
        driver.attend(4_000)
    driver.login("bo")
    driver.accept("c1", "bo")
    driver.attend(3_000)
    driver.arrive("last")
    return driver


# Explaining


async def test_the_trace_of_a_log_is_that_of_the_engine_itself() -> None:
    driver = a_day()
    found = await explain(listed(driver), "c3")
    expected = traced(driver, "c3")
    assert found.moments == expected.moments
    assert len(found.moments) > 3


async def test_a_snapshot_before_the_arrival_saves_the_way_and_changes_nothing() -> None:
    log = listed(a_day(), snapshot_at=12)
    whole = await explain(log, "c3")
    assert log.asked == [None]
    short = await explain(log, "c3", snapshots=kept(log))
    assert (short.moments, log.asked[1:]) == (whole.moments, [12])


async def test_a_snapshot_after_the_arrival_is_not_begun_from() -> None:
    log = listed(a_day(), snapshot_at=12)
    assert (await explain(log, "c0", snapshots=kept(log))).moments == (await explain(log, "c0")).moments
    assert log.asked == [None, None]


async def test_a_snapshot_that_this_program_cannot_read_is_not_needed() -> None:
    log = listed(a_day(), snapshot_at=12)
    (taken,) = log.taken
    log.taken = [msgspec.structs.replace(taken, chunks=(b"unreadable",))]
    assert (await explain(log, "c0", snapshots=kept(log))).moments


async def test_a_moment_cuts_what_was_decided_later() -> None:
    log = listed(a_day())
    whole = await explain(log, "c3")
    middle = whole.moments[len(whole.moments) // 2].at_ms
    cut = await explain(log, "c3", until=Until(middle))
    assert cut.moments == tuple(moment for moment in whole.moments if moment.at_ms <= middle)
    assert (cut.until_ms, cut.ended) == (middle, False)
    with pytest.raises(NotInLog):
        await explain(log, "last", until=Until(lambda _zone: middle))
    with pytest.raises(NotInLog):
        await explain(log, "nobody")


class BreaksAtTwelve(Engine):
    """An engine with a planted breach."""

    def apply(self, event: Any, *, offset: int, stamp_ms: int) -> Any:
        if offset == 12:
            raise BrokenInvariant("planted", "input 12")
        return super().apply(event, offset=offset, stamp_ms=stamp_ms)


async def test_a_break_that_no_router_has_told_is_raised_with_its_place() -> None:
    fold = Fold(listed(a_day()), factory=BreaksAtTwelve)
    with pytest.raises(Broke, match="planted at input 12"):
        async for _ in fold.steps():
            pass


# Replaying


async def test_a_log_replays_equal_with_its_fingerprints() -> None:
    log = listed(a_day(), snapshot_at=12)
    found = await replay(log, check=True)
    assert (found.difference, found.compared, found.fingerprints) == (None, len(log.said), 1)
    assert found.seq == found.decisions == len(log.said)
    assert (await replay(log, until=Place(None, 5))).seq >= 5


async def test_the_first_decision_that_differs_is_shown_with_its_input_and_its_fields() -> None:
    log = listed(a_day())
    index = next(at for at, one in enumerate(log.said) if b'"offer.made"' in one.value)
    good: Any = codec.decode(ROUTING_DECISIONS, log.said[index].value)
    bad = msgspec.structs.replace(good, at_ms=good.at_ms + 1)
    log.said[index] = LoggedDecision(bad.epoch, bad.seq, codec.encode(bad))
    found = (await replay(log, check=True)).difference
    assert isinstance(good, OfferMade)
    assert found is not None
    assert (found.what, found.seq, found.offset) == ("decision", good.seq, good.cause)
    assert found.fields == (f"at_ms: {bad.at_ms} was recorded, {good.at_ms} replayed",)
    assert (found.interaction_id, found.replayed) == (
        good.leg.interaction_id if good.leg else "",
        codec.encode(good).decode(),
    )
    assert '"interaction.identified"' in found.input


async def test_a_fingerprint_that_differs_is_found() -> None:
    log = listed(a_day(), snapshot_at=12)
    (taken,) = log.taken
    log.taken = [msgspec.structs.replace(taken, manifest=msgspec.structs.replace(taken.manifest, fingerprint="other"))]
    found = (await replay(log, check=True)).difference
    assert found is not None
    assert (found.what, found.offset, found.recorded) == ("fingerprint", 12, "other")


async def test_nothing_to_replay_or_to_check_is_said() -> None:
    with pytest.raises(NothingToReplay, match="no input"):
        await replay(ListedLog([]))
    with pytest.raises(NothingToReplay, match="recorded"):
        await replay(ListedLog(a_day().log), check=True)


def test_fields_that_differ_are_named_by_their_paths() -> None:
    assert differing(b'{"a":{"b":1},"c":2}', b'{"a":{"b":3},"c":2,"d":"x"}') == (
        "a.b: 1 was recorded, 3 replayed",
        'd: nothing was recorded, "x" replayed',
    )
    assert differing(b"no", b"{}") == ("what was recorded is not JSON",)


# Files


async def in_topics(driver: Driver) -> MemoryBroker:
    """The driver's log in topics, as a router would have left it."""
    broker = MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock())
    producer = broker.producer()
    await producer.start()
    for _, _, event in driver.log:
        await producer.send([a_record(ROUTING_INPUTS.name, event, "e")])
    reader = broker.reader()
    async for step in Fold(LiveLog(reader, WORKSPACE)).steps():
        for decision in step.decisions:
            name = decision_id(WORKSPACE, decision.epoch, decision.seq)
            await producer.send([a_record(ROUTING_DECISIONS.name, decision, name)])
    await producer.stop()
    await reader.stop()
    return broker


def a_record(topic: str, event: Event, name: str) -> Output:
    headers = to_headers(Envelope(id=name, source="/test", type=wire_type(event)))
    return Output(topic, WORKSPACE.encode(), codec.encode(event), headers)


async def test_an_exported_log_replays_as_the_live_one_does(tmp_path: Path) -> None:
    driver = a_day()
    broker = await in_topics(driver)
    live = LiveLog(broker.reader(), WORKSPACE)
    done = await export(broker, WORKSPACE, tmp_path / f"x{SUFFIX}", 5)
    file = LogFile(Path(done.path))
    assert done.inputs == len(driver.log)
    assert [one async for one in file.inputs()] == [one async for one in live.inputs()]
    assert [one async for one in file.decisions()] == [one async for one in live.decisions()]
    assert (await replay(file, check=True)).compared == (await replay(live, check=True)).compared == done.decisions
    assert (await explain(file, "c3")).moments == (await explain(live, "c3")).moments
    assert await state(file) == await state(live)


async def test_an_export_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    broker = await in_topics(Driver())
    with pytest.raises(NothingToExport):
        await export(broker, WORKSPACE, tmp_path / "x", 5)
    assert list(tmp_path.iterdir()) == []


def test_what_is_taken_in_is_found_by_its_name_its_path_and_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "imported"
    done = take_in(recordings.FOLDER / "scenario-order.jsonl.gz", folder, None)
    assert (done.name, done.recording, done.decisions) == ("scenario-order", True, 0)
    for wanted in ("scenario-order", done.path, str(folder)):
        assert opened(wanted, folder).path == Path(done.path)
    with pytest.raises(NoSuchLog, match="no such file"):
        opened("other", folder)
    with pytest.raises(NoSuchLog, match="not of elsewhere"):
        opened("scenario-order", folder, "elsewhere")
    take_in(recordings.FOLDER / "scenario-order.jsonl.gz", folder, "again")
    with pytest.raises(NoSuchLog, match="2 logs"):
        opened(str(folder), folder)


def test_a_damaged_file_is_neither_taken_in_nor_opened(tmp_path: Path) -> None:
    path = tmp_path / f"x{SUFFIX}"
    with path.open("wb") as stream:
        Writer(stream, WORKSPACE, 0).finish()
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(Damaged):
        take_in(path, tmp_path / "imported", None)
    with pytest.raises(Damaged):
        opened(str(path), tmp_path)
    assert not (tmp_path / "imported").exists()
