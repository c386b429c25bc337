"""The shared stack of the tests is real and has what the product needs."""

from __future__ import annotations

import asyncpg
import pytest

from deploy.topics import ensure
from runtime.topics_check import TopicsWrong, check
from schemas.topics import Key, Topic
from tests.support.stack import SharedStack


async def test_every_topic_of_the_list_exists_with_its_partitions_and_settings(stack: SharedStack) -> None:
    await check(stack.kafka)


async def test_a_module_has_a_database_of_its_own_on_a_server_that_keeps_what_it_acknowledges(
    database_url: str,
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        name = await connection.fetchval("SELECT current_database()")
        settings = [await connection.fetchval(f"SHOW {one}") for one in ("fsync", "synchronous_commit")]
        version = int(await connection.fetchval("SHOW server_version_num"))
    finally:
        await connection.close()
    assert name.startswith("test_stack_")
    assert settings == ["on", "on"]
    assert version >= 18_00_00


async def test_missing_topics_are_created_once_and_wrong_ones_are_reported_not_changed(stack: SharedStack) -> None:
    wanted = Topic(name="stack.test.v1", key=Key.ORIGINAL, partitions=2, events="", log_append_time=True)
    assert await ensure(stack.kafka, [wanted]) == ("stack.test.v1",)
    assert await ensure(stack.kafka, [wanted]) == ()
    other = Topic(name="stack.test.v1", key=Key.ORIGINAL, partitions=3, events="", compacted=True)
    with pytest.raises(TopicsWrong) as wrong:
        await ensure(stack.kafka, [other])
    assert len(wrong.value.problems) == 3
    await check(stack.kafka, [wanted])
