"""Each process of the product killed, frozen or displaced in the middle of traffic: nothing accepted is lost or doubled.

Ends each time with the senders' and agents' own records, the invariants, and a byte-identical replay.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from functools import partial

import pytest

from tests.support.checker import Report, a_busy_shop, longest_silence_s, more_ended, told
from tests.support.gateway_service import Process
from tests.support.product import Product, another_in_partition, running_product
from tests.support.product_people import Desk
from tests.support.waiting import eventually

LONG_S = 120.0
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product() as product:
        yield product


@pytest.mark.parametrize("name", ["identity", "routing", "view", "gateway", "http"])
async def test_killed_in_the_middle_of_traffic_nothing_is_lost_or_doubled(
    product: Product, name: str, record_property: Report
) -> None:
    shop = await product.open_shop()
    async with a_busy_shop(product, shop) as (record, posts):
        before = product.supervisor.pid(name)
        killed_at = time.monotonic()
        product.supervisor.kill(name)
        await eventually(lambda: product.supervisor.pid(name) not in (None, before), within_s=LONG_S)
        await eventually(lambda: product.supervisor.is_ready(name), within_s=LONG_S)
        told(record_property, ready_again_s=round(time.monotonic() - killed_at, 2))
        await more_ended(record)
        await eventually(lambda: len(posts.answered) > 15, within_s=LONG_S)
    told(record_property, without_offers_s=longest_silence_s(record, killed_at), unanswered_posts=posts.unanswered)
    assert len(posts.answered) > 15


async def test_a_killed_router_is_succeeded_by_its_standby_and_comes_back_to_stand_by_itself(
    product: Product, record_property: Report
) -> None:
    shop = await product.open_shop()
    async with a_busy_shop(product, shop) as (record, _):
        for _ in range(2):
            await eventually(lambda: None not in product.routers(), within_s=LONG_S, what="one works, one stands by")
            works, standby = product.routers()
            assert works is not None
            assert standby is not None
            warm = product.supervisor.pid(standby)
            killed_at = time.monotonic()
            product.supervisor.kill(works)
            await eventually(partial(_works, product, standby), within_s=LONG_S)
            assert product.supervisor.pid(standby) == warm, "the process that stood by, and no new one"
            await more_ended(record)
            told(record_property, without_offers_s=longest_silence_s(record, killed_at))
        await eventually(lambda: None not in product.routers(), within_s=LONG_S, what="stood by for again")


def _works(product: Product, name: str) -> bool:
    return product.routers()[0] == name


async def test_two_routers_share_the_work_and_one_of_them_frozen_wakes_as_a_zombie(
    product: Product, record_property: Report
) -> None:
    async with contextlib.AsyncExitStack() as shops:
        records = []
        for partition in (3, 12):
            shop = await product.open_shop(("ana", "bo"), workspace=another_in_partition(partition))
            records.append((await shops.enter_async_context(a_busy_shop(product, shop, per_s=5)))[0])
        with product.another("streams.routing", "routing-2") as second:
            await opened(second, 1)
            for record in records:
                await more_ended(record)
            await eventually(lambda: product.routers()[0] is not None, within_s=LONG_S, what="one of the pair works")
            works = product.routers()[0]
            assert works is not None
            first, frozen_at = product.supervisor.pid(works), time.monotonic()
            assert product.supervisor.send(works, signal.SIGSTOP)
            try:
                await opened(second, 2)
                for record in records:
                    await more_ended(record)
            finally:
                product.supervisor.send(works, signal.SIGCONT)
            await eventually(lambda: product.supervisor.pid(works) not in (None, first), within_s=LONG_S)
            for record in records:
                await more_ended(record)
            second.signal(signal.SIGTERM)
            assert second.wait() == 0
        for record in records:
            await more_ended(record)
            told(record_property, without_offers_s=longest_silence_s(record, frozen_at))
    assert "Displaced" in product.log_text(works), "the zombie ended by itself"


async def test_an_agent_at_two_gateways_stays_when_one_is_killed(product: Product, record_property: Report) -> None:
    shop = await product.open_shop()
    with product.another_gateway() as (_, url):
        async with a_busy_shop(product, shop) as (record, _), product.signed_in(shop, "ana") as ana:
            async with Desk("ana", url, ana.ticket, record).at_work() as second_tab:
                second_tab.begin()
                await more_ended(record)
                killed_at = time.monotonic()
                product.supervisor.kill("gateway")
                await more_ended(record, 20)
                await eventually(lambda: product.supervisor.is_ready("gateway"), within_s=LONG_S)
                await more_ended(record)
            told(record_property, without_offers_s=longest_silence_s(record, killed_at))
            await more_ended(record)
    assert {agent for agent, _ in record.blamed} == set()


async def opened(router: Process, times: int) -> None:
    """Waits until the router has opened partitions that hold inputs so often."""
    await eventually(lambda: router.log_text.count('"routing.opened"') >= times, within_s=LONG_S, what=router.log_text)
