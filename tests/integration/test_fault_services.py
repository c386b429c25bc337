"""Broker and database stopped, started and killed under load, and outages of router and broker: no loss, no blame.

The short outages here outlast everything that could blame an agent (offers, grace, the gateways' lease); tests/soak has
those of a minute.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from deploy.local import kafka, postgres
from tests.support.checker import Report, a_busy_shop, longest_silence_s, more_ended, told
from tests.support.outages import LASTS_S, outage
from tests.support.product import Product, running_product
from tests.support.waiting import eventually

LONG_S = 120.0
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product() as product:
        yield product


async def test_the_broker_killed_under_load_loses_nothing(product: Product, record_property: Report) -> None:
    shop = await product.open_shop()
    async with a_busy_shop(product, shop) as (record, posts):
        killed_at = time.monotonic()
        product.supervisor.kill(kafka.NAME)
        await eventually(lambda: not product.supervisor.is_ready(kafka.NAME), within_s=LONG_S)
        await eventually(lambda: product.supervisor.is_ready(kafka.NAME), within_s=LONG_S)
        told(record_property, ready_again_s=round(time.monotonic() - killed_at, 2))
        await more_ended(record, 20)
    told(record_property, without_offers_s=longest_silence_s(record, killed_at), unanswered_posts=posts.unanswered)
    assert len(posts.answered) > 25


async def test_contacts_reach_agents_while_the_database_is_stopped(product: Product, record_property: Report) -> None:
    shop = await product.open_shop()
    async with a_busy_shop(product, shop) as (record, posts):
        stopped_at = time.monotonic()
        product.supervisor.halt(postgres.NAME)
        await more_ended(record, 30)
        product.supervisor.resume(postgres.NAME)
        await eventually(lambda: product.supervisor.is_ready(postgres.NAME), within_s=LONG_S)
        await more_ended(record, 20)
    told(record_property, without_offers_s=longest_silence_s(record, stopped_at), unanswered_posts=posts.unanswered)
    assert len(posts.answered) > 50


@pytest.mark.parametrize("name", ["routing", kafka.NAME])
async def test_an_outage_blames_no_agent(product: Product, name: str, record_property: Report) -> None:
    figures = await outage(product, name, LASTS_S)
    told(record_property, **figures)
    assert figures["blamed"] == 0
    assert name == kafka.NAME or figures["kept"] == figures["rang"], "what rang before the outage is accepted after it"
