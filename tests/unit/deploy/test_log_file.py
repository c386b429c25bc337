"""A log as one file: what was written is read back, and whatever was changed or cut off is found."""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec
import pytest

from deploy.log_file import SUFFIX, Damaged, InputLine, LogFile, Mark, Writer
from schemas import codec
from schemas.decisions import WorkspaceStopped
from schemas.inputs import SetStatus, TimeAdvanced
from streams.routing.logged import LoggedDecision
from tests.support.recordings import FOLDER

WS = "bookcity"
MARK = Mark("abc", 3, 1, 2)
EVENTS = [TimeAdvanced(workspace=WS), SetStatus(workspace=WS, command_id="k", agent_id="ana", status="lunch")]
STOP = WorkspaceStopped(workspace=WS, epoch=1, seq=2, cause=1, at_ms=9, invariant="planted", offset=1)


def written(path: Path) -> LogFile:
    with path.open("wb") as stream:
        writer = Writer(stream, WS, 77)
        for number, event in enumerate(EVENTS):
            writer.input(InputLine(3 * number, 1_000 + number, msgspec.Raw(codec.encode(event))))
        writer.decision(LoggedDecision(1, 1, b'{"type":"x"}'))
        writer.decision(LoggedDecision(1, 2, codec.encode(STOP)))
        writer.mark(MARK)
        writer.finish()
    return LogFile(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / f"one{SUFFIX}"


async def test_what_was_written_is_read_back(path: Path) -> None:
    log = written(path)
    assert (log.workspace, log.header.exported_ms, log.is_recording) == (WS, 77, False)
    found = [one async for one in log.inputs()]
    assert [(one.offset, one.stamp_ms, one.event) for one in found] == [
        (0, 1_000, EVENTS[0]),
        (3, 1_001, EVENTS[1]),
    ]
    assert [one.value async for one in log.decisions()] == [b'{"type":"x"}', codec.encode(STOP)]
    assert await log.stops() == [STOP]
    assert log.marks() == [MARK]
    assert await log.snapshots() == ()
    counts = log.check()
    assert (counts.inputs, counts.decisions) == (2, 2)


@pytest.mark.parametrize(("first", "end", "offsets"), [(1, None, [3]), (None, 3, [0]), (0, 4, [0, 3]), (4, 9, [])])
async def test_a_part_of_the_inputs_is_read(path: Path, first: int | None, end: int | None, offsets: list[int]) -> None:
    assert [one.offset async for one in written(path).inputs(first, end)] == offsets


def test_the_same_log_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    written(path)
    other = tmp_path / "other"
    written(other)
    assert path.read_bytes() == other.read_bytes()


def test_each_flipped_byte_is_found(path: Path) -> None:
    written(path)
    good = path.read_bytes()
    for place in range(10, len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(Damaged):
            LogFile(path).check()


def test_a_byte_flipped_before_it_was_compressed_is_found(path: Path) -> None:
    written(path)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"lunch", b"munch")))
    with pytest.raises(Damaged, match="SHA-256"):
        LogFile(path).check()


def test_a_file_without_its_end_or_with_more_behind_it_is_found(path: Path) -> None:
    written(path)
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines[:-1])))
    with pytest.raises(Damaged, match="cut off"):
        LogFile(path).check()
    path.write_bytes(gzip.compress(b"".join([*lines, lines[1]])))
    with pytest.raises(Damaged, match="behind the end"):
        LogFile(path).check()


def test_a_newer_form_and_a_file_of_another_kind_are_refused(path: Path) -> None:
    path.write_bytes(gzip.compress(b'{"hubline_log":99,"workspace":"w"}\n'))
    with pytest.raises(Damaged, match="newer"):
        LogFile(path)
    path.write_bytes(gzip.compress(b"hello\n"))
    with pytest.raises(Damaged, match="not a routing log"):
        LogFile(path)
    path.write_bytes(b"not gzip")
    with pytest.raises(Damaged):
        LogFile(path)


def test_a_value_with_a_line_break_is_refused(path: Path) -> None:
    with path.open("wb") as stream, pytest.raises(ValueError, match="line break"):
        Writer(stream, WS, 0).decision(LoggedDecision(1, 1, b"{\n}"))


async def test_a_recording_is_a_log_too() -> None:
    log = LogFile(FOLDER / "scenario-order.jsonl.gz")
    assert log.is_recording
    assert log.check().inputs == len([one async for one in log.inputs()]) > 5
    assert [one async for one in log.decisions()] == []
