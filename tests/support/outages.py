"""A part of the product away for a while, with contacts at every stage: offered, connected, in wrap-up, waiting."""

from __future__ import annotations

import asyncio
import time

from deploy.local import plan
from tests.support.checker import check_everything
from tests.support.product import Product, Timing
from tests.support.waiting import eventually

LASTS_S = 18.0
"""Longer than an offer, the grace and the gateways' lease of 15 s of attended time."""
TIGHT = Timing(offer_timeout_s=12, wrap_up_s=20, grace_s=12)


async def outage(product: Product, name: str, lasts_s: float) -> dict[str, float]:
    """Stops `name`, and who stands by for it, for so long while offers ring and contacts are in hand.

    Nobody may be blamed, nothing may be lost. The agents do nothing until it is back, as nobody could; then they begin
    with what rings. `kept` of the `rang` offers were accepted after it: all, where gateways went on saying that they
    live; else offers may be taken back.
    """
    shop = await product.open_shop(timing=TIGHT)
    standbys = [program.name for program in plan.PROGRAMS if program.stands_by_for == name]
    async with product.staffed(shop, working=False) as record, product.posts(shop) as posts:
        for _ in range(10):
            await posts.post()
        pending = await eventually(record.desks["ana"].pending, within_s=60)
        for one in (*standbys, name):
            product.supervisor.halt(one)
        began = time.monotonic()
        coming = [asyncio.create_task(posts.post()) for _ in range(5)]
        await eventually(lambda: time.monotonic() - began > lasts_s, within_s=lasts_s + 5)
        for one in (name, *standbys):
            product.supervisor.resume(one)
        await eventually(lambda: product.supervisor.is_ready(name), within_s=60)
        back = time.monotonic()
        for desk in record.desks.values():
            desk.begin()
        await asyncio.gather(*coming)
        verified = await check_everything(product.broker, shop.workspace, posts, record)
        accepted = set().union(*record.accepted.values())
        return {
            "lasted_s": lasts_s,
            "blamed": len(record.blamed),
            "rang": len(pending),
            "kept": len(accepted & set(pending)),
            "all_ended_after_s": round(time.monotonic() - back, 2),
            "contacts": len(posts.answered),
            "repeated": verified.repeated,
        }
