"""An hour of mixed traffic with random faults, and at its end everything that can be checked.

`make soak`. SOAK_SECONDS sets another length, SOAK_SEED other faults. A fault is any process of the product killed, frozen
for a while or away for a while, the broker and the database too, often the next before the last is over.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from deploy.local import plan
from deploy.verification import verify, with_figures
from tests.support.checker import Report, a_busy_shop, longest_silence_s, more_ended, told
from tests.support.product import Product, Timing, running_product
from tests.support.waiting import eventually

pytestmark = pytest.mark.soak
LASTS_S = float(os.environ.get("SOAK_SECONDS", "3600"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
PER_S = 4.0
CHANNELS = ("web_chat", "phone", "web_chat", "email", "web_chat", "in_store")
LONG_S = 120.0
OFTENEST_S, SELDOMEST_S = 5.0, 45.0
SHORTEST_S, LONGEST_S = 2.0, 20.0
"""How long what is frozen or stopped stays so."""
SERVICES = frozenset(plan.SERVICES)
PATIENT = Timing(grace_s=60)
"""Nobody counts as gone while the only gateway is away: calls would stay with who is offline, as they should."""


@pytest.fixture
def product() -> Iterator[Product]:
    with running_product() as product:
        yield product


async def test_an_hour_of_mixed_traffic_with_random_faults(product: Product, record_property: Report) -> None:
    dice = random.Random(SEED)
    faults: Counter[str] = Counter()
    shop = await product.open_shop(timing=PATIENT)
    began = time.monotonic()
    async with a_busy_shop(product, shop, per_s=PER_S, channels=CHANNELS) as (record, posts):
        while time.monotonic() - began < LASTS_S:
            await passed(dice.uniform(OFTENEST_S, SELDOMEST_S))
            faults[await one_fault(product, dice)] += 1
        for name in plan.NAMES:
            await eventually(partial(product.supervisor.is_ready, name), within_s=LONG_S, what=f"{name} is ready")
        await more_ended(record, 20)
    found = await with_figures(
        await verify(product.broker, shop.workspace), product.broker, product.stack.endpoints.database_url
    )
    told(record_property, faults=dict(faults), contacts=len(posts.answered), again=posts.unanswered)
    told(record_property, longest_without_offers_s=longest_silence_s(record, began), lasted_s=time.monotonic() - began)
    assert found.holds
    assert found.metrics is not None
    assert found.metrics.rows


async def one_fault(product: Product, dice: random.Random) -> str:
    """Kills, freezes or stops one part; what is frozen or stopped goes on again. Returns what was done to what."""
    name = dice.choice(plan.NAMES)
    kind = dice.choice(("killed", "killed", "frozen", "away"))
    lasts_s = dice.uniform(SHORTEST_S, LONGEST_S)
    if kind == "frozen" and name not in SERVICES:
        if product.supervisor.send(name, signal.SIGSTOP):
            await passed(lasts_s)
            product.supervisor.send(name, signal.SIGCONT)
        return f"{name} frozen"
    if kind == "away":
        await asyncio.to_thread(product.supervisor.halt, name)
        await passed(lasts_s)
        await asyncio.to_thread(product.supervisor.resume, name)
        return f"{name} away"
    product.supervisor.kill(name)
    return f"{name} killed"


async def passed(seconds: float) -> None:
    """Lets so much of the test's hour go by."""
    until = time.monotonic() + seconds
    await eventually(lambda: time.monotonic() >= until, within_s=seconds + LONG_S)
