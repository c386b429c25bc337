from __future__ import annotations

import pytest
from aiokafka.partitioner import DefaultPartitioner

from runtime.partitioner import partition_of, place
from runtime.records import Output


@pytest.mark.parametrize("count", [1, 16, 32])
def test_keys_go_where_every_other_client_sends_them(count: int) -> None:
    everything = list(range(count))
    theirs = DefaultPartitioner()
    for number in range(200):
        key = f"workspace-{number}".encode()
        assert partition_of(key, count) == theirs(key, everything, everything)


def test_known_keys_keep_their_partition_for_ever() -> None:
    assert [partition_of(key, 16) for key in KNOWN] == list(KNOWN.values())


KNOWN = {b"bookcity": 9, b"bank": 15, b"": 9}


def test_a_partition_that_is_given_wins_over_the_key() -> None:
    assert place(Output("t", b"bookcity", b"v", partition=2), 16) == 2


def test_a_record_that_cannot_be_placed_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a key or a partition"):
        place(Output("t", None, b"v"), 16)
    with pytest.raises(ValueError, match="no partition 16"):
        place(Output("t", b"k", b"v", partition=16), 16)
