"""Bad inputs on the real product: a planted breach beside a healthy workspace, poison, duplicates, a socket that is slow.

The router here is the product's own with one planted fault (`tests.support.breaching_router`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local import plan
from deploy.local.plan import Program
from deploy.routing_log import partition_for, records_of, resume
from runtime.ids import random_id
from runtime.records import Output, TopicPartition
from schemas import codec
from schemas.decisions import WorkspaceStopped
from schemas.topics import INTERACTIONS, ROUTING_DECISIONS, ROUTING_INPUTS, Topic, dead_letters_of
from tests.support.breaching_router import CAMPAIGN, INVARIANT
from tests.support.broker_suite import producing
from tests.support.checker import (
    a_busy_shop,
    all_ended,
    check_records,
    check_replay,
    decided,
    more_ended,
)
from tests.support.product import Product, another_in_partition, running_product
from tests.support.slow_socket import slow_socket
from tests.support.waiting import eventually

LONG_S = 120.0
ROUTER = "routing"
BREACHING = Program(ROUTER, "tests.support.breaching_router", plan.STAGES)
OTHERS = tuple(program for program in plan.PROGRAMS if ROUTER not in (program.name, program.stands_by_for))
NAMES = (*plan.SERVICES, *(program.name for program in (BREACHING, *OTHERS)))
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product(NAMES, (BREACHING, *OTHERS), {"HUBLINE_GATEWAY_BACKLOG_BYTES": "16384"}) as product:
        yield product


async def test_a_breach_stops_one_workspace_and_it_goes_on_without_that_input(product: Product) -> None:
    healthy = await product.open_shop()
    broken = await product.open_shop(workspace=another_in_partition(partition_for(healthy.workspace)))
    async with (
        a_busy_shop(product, healthy) as (healthy_record, _),
        product.staffed(broken) as record,
        product.posts(broken) as posts,
    ):
        for _ in range(5):
            await posts.post()
        await all_ended(posts, record)
        planted = await posts.post(campaign=CAMPAIGN)
        await eventually(lambda: record.stopped, within_s=LONG_S, what="the screens say that it is stopped")
        for _ in range(5):
            await posts.post()
        product.supervisor.kill(ROUTER)
        await more_ended(healthy_record, 20)
        stopped = await decided(product.broker, broken.workspace)
        assert stopped.stopped_at is not None
        resumed = await resume(product.broker, broken.workspace, skip=True, actor="test")
        assert resumed.from_offset == stopped.stopped_at
        await eventually(lambda: not record.stopped, within_s=LONG_S)
        del posts.answered[planted]
        await all_ended(posts, record)
        check_records(posts, record)
        assert planted not in record.shown, "what the broken input did is undone, and it is skipped"
        assert (await decided(product.broker, broken.workspace)).stopped_at is None
    assert await stops(product, broken.workspace) == [INVARIANT]
    assert await stops(product, healthy.workspace) == []


async def test_poison_ends_in_the_dead_letters_and_stops_nobody(product: Product) -> None:
    shop = await product.open_shop()
    key = shop.workspace.encode()
    async with a_busy_shop(product, shop) as (record, _):
        async with producing(product.broker) as producer:
            await producer.send(
                [
                    Output(topic.name, key, value, ())
                    for topic in (INTERACTIONS, ROUTING_INPUTS)
                    for value in (b"\xff poison", b"{}", b'{"type":"no.such.event"}', b"")
                ]
            )
        await more_ended(record, 10)
    for topic in (INTERACTIONS, ROUTING_INPUTS):
        letters = await dead_letters(product, topic, key)
        assert sorted(letters) == sorted([b"\xff poison", b"{}", b'{"type":"no.such.event"}', b""]), topic.name


async def test_everything_sent_again_changes_nothing(product: Product) -> None:
    shop = await product.open_shop()
    async with a_busy_shop(product, shop) as (record, posts):
        external_id = random_id("c")
        assert await posts.again(external_id) == await posts.again(external_id)
        await more_ended(record, 10)
        for topic in (INTERACTIONS, ROUTING_INPUTS):
            reader = product.broker.reader()
            whole = [record async for record in records_of(reader, topic, shop.workspace)]
            await reader.stop()
            async with producing(product.broker) as producer:
                await producer.send([Output(topic.name, one.key, one.value, one.headers) for one in whole])
        await more_ended(record, 10)
    await check_replay(product.broker, shop.workspace)


async def test_a_slow_socket_holds_nobody_up_and_catches_up(product: Product) -> None:
    shop = await product.open_shop()
    async with (
        a_busy_shop(product, shop, per_s=20) as (record, _),
        product.signed_in(shop, "sue") as sue,
        slow_socket(product.gateway_url, sue.ticket) as slow,
    ):
        await more_ended(record, 60)
        assert await slow.catch_up(record.newest_seq) > 50, "what it missed came merged"


async def test_a_breach_is_mended_and_the_workspace_goes_on_with_that_input(product: Product) -> None:
    """The last one here: once mended, the router with the planted fault does not come back."""
    shop = await product.open_shop()
    async with product.staffed(shop) as record, product.posts(shop) as posts:
        for _ in range(3):
            await posts.post()
        await posts.post(campaign=CAMPAIGN)
        for _ in range(3):
            await posts.post()
        await eventually(lambda: record.stopped, within_s=LONG_S)
        product.supervisor.halt(ROUTER)
        with product.another("streams.routing", "routing-1"):
            await resume(product.broker, shop.workspace, skip=False, actor="test")
            for _ in range(3):
                await posts.post()
            await all_ended(posts, record)
            check_records(posts, record)
            await decided(product.broker, shop.workspace)
    assert await stops(product, shop.workspace) == [INVARIANT]


async def dead_letters(product: Product, topic: Topic, key: bytes) -> list[bytes]:
    """The original bytes of a key's records of that topic that nobody could process."""
    reader = product.broker.reader()
    where = TopicPartition(dead_letters_of(topic).name, 0)
    log = await reader.log_range(where)
    try:
        return [
            record.value or b""
            async for batch in reader.read_range(where.topic, where.partition, log.first, log.end)
            for record in batch
            if record.key == key
        ]
    finally:
        await reader.stop()


async def stops(product: Product, workspace: str) -> list[str]:
    """The invariants for which the workspace was ever stopped, by its decisions."""
    reader = product.broker.reader()
    try:
        found = [
            codec.decode(ROUTING_DECISIONS, record.value or b"")
            async for record in records_of(reader, ROUTING_DECISIONS, workspace)
        ]
    finally:
        await reader.stop()
    return [one.invariant for one in found if isinstance(one, WorkspaceStopped)]
