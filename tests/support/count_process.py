"""A whole process for tests to kill, freeze and stop: on Faust, sums the numbers of `COUNT_SOURCE` by key in a table with
marks, and tells each new sum on `COUNT_TARGET`.
"""

from __future__ import annotations

import os
from typing import Any

import msgspec

from runtime.faust_app import FaustApp
from runtime.faust_shelf import Shelf
from runtime.process import Context, run
from runtime.records import Output
from schemas.topics import Key, Topic

PARTITIONS = 4


class Sum(msgspec.Struct, frozen=True):
    """`mark`: the offset of the last number that is in `total`."""

    mark: int
    total: int
    by: str


def topic_named(name: str, *, compacted: bool = False) -> Topic:
    return Topic(name=name, key=Key.WORKSPACE, partitions=PARTITIONS, events="", compacted=compacted)


async def main(context: Context) -> None:
    source = os.environ["COUNT_SOURCE"]
    stream = FaustApp(context, f"count.{source}")
    sums = Shelf(stream, topic_named(os.environ["COUNT_TABLE"], compacted=True), Sum)

    async def count(records: Any) -> None:
        async for batch in stream.batches(records, most=20, tables=[sums]):
            told = []
            for record in batch:
                key = (record.key or b"").decode()
                kept = sums.get(record.partition, key) or Sum(-1, 0, "")
                if record.offset > kept.mark:
                    total = kept.total + int(record.value or b"0")
                    sums.put(record.partition, key, Sum(record.offset, total, context.instance))
                    told.append(Output(os.environ["COUNT_TARGET"], record.key, str(total).encode()))
            if told:
                await stream.send(told)

    stream.agent(topic_named(source), count)
    await stream.run()


if __name__ == "__main__":
    run("count", main)
