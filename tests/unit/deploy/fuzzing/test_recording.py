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


BROKEN = {"empty": b"", "other": b"no gzip", "words": gzip.compress(b"no line"), "part": gzip.compress(b'{"offset":1}')}


@pytest.mark.parametrize("what", BROKEN)
def test_anything_else_is_refused(what: str) -> None:
    with pytest.raises(Unreadable):
        read(BROKEN[what])
