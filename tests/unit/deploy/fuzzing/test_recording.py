from __future__ import annotations

import gzip

import pytest

from deploy.fuzzing.life import Life
from deploy.fuzzing.recording import Unreadable, read, written
from tests.support.recordings import FOLDER


def test_a_log_is_read_as_it_was_written() -> None:
    life = Life("1/0")
    life.run(150)
    data = written(life.log)
    assert read(data) == life.log
    assert written(read(data)) == data


def test_a_recording_of_the_tests_is_read() -> None:
    assert len(read((FOLDER / "scenario-order.jsonl.gz").read_bytes())) > 10


@pytest.mark.parametrize(
    "data", [b"", b"no gzip", gzip.compress(b"no line", mtime=0), gzip.compress(b'{"offset":1}', mtime=0)]
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)
