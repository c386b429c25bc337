"""The fault matrix: every process frozen, killed again and again, and away for a minute; every crash point many times.

`make soak`. Ends each time as the short ones do: the senders' and the agents' own records, invariants, replay.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from functools import partial

import pytest

from deploy.local import kafka, plan
from tests.support.checker import Report, a_busy_shop, longest_silence_s, more_ended, told
from tests.support.faults import ROUTER_POINTS, Crash
from tests.support.outages import outage
from tests.support.product import Product, running_product
from tests.support.routers import RouterLog, check_crash, running_log
from tests.support.waiting import eventually

pytestmark = pytest.mark.soak
LONG_S = 120.0
FROZEN_S = 30.0
MINUTE_S = 60.0
ROUNDS = 20
KILLED = plan.NAMES
FROZEN = ("identity", "routing", "view", "gateway", "http")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product() as product:
        yield product


@pytest.fixture(scope="module")
def log() -> Iterator[RouterLog]:
    with running_log() as log:
        yield log


@pytest.mark.parametrize("name", FROZEN)
async def test_frozen_for_half_a_minute_it_wakes_and_does_no_harm(
    product: Product, name: str, record_property: Report
) -> None:
    shop = await product.open_shop()
    async with a_busy_shop(product, shop) as (record, posts):
        frozen_at, works = time.monotonic(), product.working(name)
        assert product.supervisor.send(works, signal.SIGSTOP)
        await eventually(lambda: time.monotonic() - frozen_at > FROZEN_S, within_s=FROZEN_S + 10)
        product.supervisor.send(works, signal.SIGCONT)
        await more_ended(record, 20)
    told(record_property, without_offers_s=longest_silence_s(record, frozen_at), contacts=len(posts.answered))
    assert len(posts.answered) > 20


async def test_a_router_frozen_for_half_a_minute_beside_another_is_a_zombie_that_says_nothing_new(
    product: Product, record_property: Report
) -> None:
    shop = await product.open_shop()
    async with a_busy_shop(product, shop) as (record, _):
        with product.another("streams.routing", "routing-2"):
            await more_ended(record)
            frozen_at, works = time.monotonic(), product.working("routing")
            assert product.supervisor.send(works, signal.SIGSTOP)
            await eventually(lambda: time.monotonic() - frozen_at > FROZEN_S, within_s=FROZEN_S + 10)
            product.supervisor.send(works, signal.SIGCONT)
            await more_ended(record, 20)
        await more_ended(record, 20)
    told(record_property, without_offers_s=longest_silence_s(record, frozen_at))
    assert record.blamed == set()


@pytest.mark.parametrize("seed", range(3))
async def test_killed_at_random_again_and_again(product: Product, seed: int, record_property: Report) -> None:
    dice = random.Random(seed)
    shop = await product.open_shop()
    async with a_busy_shop(product, shop) as (record, posts):
        began = time.monotonic()
        for _ in range(ROUNDS):
            await more_ended(record, dice.randrange(1, 8))
            name = dice.choice(KILLED)
            product.supervisor.kill(name)
            if dice.random() < 0.7:
                await eventually(partial(product.supervisor.is_ready, name), within_s=LONG_S)
        await more_ended(record, 20)
    told(record_property, without_offers_s=longest_silence_s(record, began), contacts=len(posts.answered))
    assert len(posts.answered) > ROUNDS


@pytest.mark.parametrize("name", ["routing", "identity", "view", kafka.NAME])
async def test_away_for_a_minute_it_blames_no_agent(product: Product, name: str, record_property: Report) -> None:
    figures = await outage(product, name, MINUTE_S)
    told(record_property, **figures)
    assert figures["blamed"] == 0


@pytest.mark.parametrize("spared", range(6))
@pytest.mark.parametrize("point", ROUTER_POINTS)
async def test_killed_at_every_numbered_point(log: RouterLog, point: Crash, spared: int) -> None:
    await check_crash(log, point, spared)
