"""Which partition a key belongs to: murmur2, as the clients of Kafka in every language agree."""

from __future__ import annotations

import functools

from aiokafka.partitioner import murmur2

from runtime.records import Output


@functools.lru_cache(maxsize=65_536)
def partition_of(key: bytes, partition_count: int) -> int:
    """The partition of `key` in a topic of `partition_count` partitions."""
    return int(murmur2(key) & 0x7FFFFFFF) % partition_count


def place(output: Output, partition_count: int) -> int:
    """The partition that `output` goes to.

    Raises:
        ValueError: it has neither a key nor a partition, or a partition that does not exist.
    """
    if output.partition is not None:
        if not 0 <= output.partition < partition_count:
            raise ValueError(f"{output.topic} has no partition {output.partition}")
        return output.partition
    if output.key is None:
        raise ValueError(f"a record for {output.topic} needs a key or a partition")
    return partition_of(output.key, partition_count)
