"""Callbacks on the real parts: asked for over HTTP, kept by an agent, and not lost with a router that is killed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from deploy.console.client import AgentClient, Wishes
from deploy.console.mirror import Mirror
from schemas import live, supervision
from schemas.values import LegValue
from schemas.vocabulary import LegState, Refusal
from tests.support.product import Product, Shop, running_product
from tests.support.waiting import eventually

PARTS = ("kafka", "postgres", "routing", "identity", "view", "gateway", "admin", "http")
AHEAD_MS = 12_000


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product(only=PARTS) as running:
        yield running


@contextlib.asynccontextmanager
async def at_the_desk(product: Product, shop: Shop, user: str) -> AsyncIterator[AgentClient]:
    async with product.signed_in(shop, user) as signed_in:
        client = AgentClient(product.gateway_url, signed_in.ticket, Wishes(subscribe=False))
        async with client.running():
            yield client


@contextlib.asynccontextmanager
async def an_adapter(product: Product, shop: Shop) -> AsyncIterator[Callable[..., Any]]:
    """Says events of contacts."""
    headers = {"authorization": f"Bearer {shop.key}"}
    async with httpx.AsyncClient(base_url=product.http_url, headers=headers, timeout=60) as client:

        async def say(interaction_id: str, type_: str, **said: Any) -> None:
            url = f"/v1/workspaces/{shop.workspace}/interactions/{interaction_id}/events"
            answer = await client.post(url, json={"type": type_, **said})
            assert answer.status_code == 202, answer.text

        yield say


def legs(mirror: Mirror, interaction_id: str, state: LegState) -> list[LegValue]:
    return [leg for leg in mirror.legs.values() if leg.interaction_id == interaction_id and leg.state is state]


async def test_a_caller_hangs_up_keeps_the_place_and_is_called_back(product: Product) -> None:
    shop = await product.open_shop(("ana",))
    async with (
        product.posts(shop) as posts,
        an_adapter(product, shop) as say,
        at_the_desk(product, shop, "sue") as sue,
    ):
        first = await posts.post(channel="phone", confirms_connection=True)
        second = await posts.post(channel="phone")
        await sue.until(lambda m: legs(m, first, LegState.QUEUED) and legs(m, second, LegState.QUEUED))
        await say(first, "callback.requested")
        await say(first, "customer.left")
        await say(second, "interaction.attributes_changed", priority=6)
        await sue.until(lambda m: m.interactions[second].priority == 6)
        assert sue.mirror.interactions[first].channel == "callback"
        assert legs(sue.mirror, first, LegState.QUEUED), "what was said before has been decided: it still waits"
        async with at_the_desk(product, shop, "ana") as ana:
            offers = await ana.until(lambda m: m.offers_to("ana"))
            assert [offer.interaction_id for offer in offers] == [first]
            taken = await ana.do(live.Accept(offer_id=offers[0].offer_id))
            assert taken.outcome is live.Outcome.APPLIED
            [calling] = await ana.until(lambda m: legs(m, first, LegState.CONNECTING))
            assert calling.callback_ms is not None
            await say(first, "channel.connected", leg_id=calling.leg_id)
            await ana.until(lambda m: legs(m, first, LegState.CONNECTED))
            for do in (live.End(leg_id=calling.leg_id), live.FinishWrapUp(leg_id=calling.leg_id)):
                assert (await ana.do(do)).outcome is live.Outcome.APPLIED
            await sue.until(lambda m: first not in m.interactions)


async def test_what_is_scheduled_outlives_a_killed_router_and_enters_at_its_time(product: Product) -> None:
    shop = await product.open_shop(("ana", "bo"))
    async with (
        product.posts(shop) as posts,
        an_adapter(product, shop) as say,
        at_the_desk(product, shop, "sue") as sue,
        at_the_desk(product, shop, "ana") as ana,
    ):
        await eventually(lambda: "ana" in sue.mirror.agents)
        at_ms = round(time.time() * 1000) + AHEAD_MS
        promised = await posts.post(channel="phone", callback_at_ms=at_ms)
        await sue.until(lambda m: legs(m, promised, LegState.SCHEDULED))
        await say(promised, "callback.requested", at_ms=at_ms, agent_id="ana")
        [mine] = await ana.until(lambda m: m.callbacks_of("ana"))
        assert (mine.scheduled_for_ms, mine.interaction_id) == (at_ms, promised)
        await sue.until(lambda m: m.queues["orders"].scheduled == 1)
        product.supervisor.kill("routing")
        offers = await ana.until(lambda m: m.offers_to("ana"), within_s=90)
        assert [offer.interaction_id for offer in offers] == [promised]
        leg = ana.mirror.legs[offers[0].leg_id]
        assert (leg.arrived_ms, leg.entered_queue_ms, leg.scheduled_for_ms) == (at_ms, at_ms, at_ms)
        await sue.until(lambda m: m.queues["orders"].scheduled == 0)


async def test_an_agent_promises_on_the_line_and_a_supervisor_brings_it_forward(product: Product) -> None:
    shop = await product.open_shop(("ana",))
    async with (
        product.posts(shop) as posts,
        at_the_desk(product, shop, "sue") as sue,
        at_the_desk(product, shop, "ana") as ana,
    ):
        call = await posts.post(channel="phone")
        [offer] = await ana.until(lambda m: m.offers_to("ana"))
        assert (await ana.do(live.Accept(offer_id=offer.offer_id))).outcome is live.Outcome.APPLIED
        [mine] = await ana.until(lambda m: legs(m, call, LegState.CONNECTED))
        at_ms = round(time.time() * 1000) + 3_600_000
        promise = live.RequestCallback(interaction_id=call, at_ms=at_ms, agent_id="ana")
        assert (await ana.do(promise)).outcome is live.Outcome.APPLIED
        [promised] = await ana.until(lambda m: m.callbacks_of("ana"))
        assert promised.scheduled_for_ms == at_ms
        await ana.until(lambda m: legs(m, call, LegState.WRAP_UP))
        assert (await ana.do(live.FinishWrapUp(leg_id=mine.leg_id))).outcome is live.Outcome.APPLIED
        other = await ana.do(live.RequestCallback(interaction_id="i_of_nobody", at_ms=at_ms))
        assert (other.outcome, other.reason) == (live.Outcome.REFUSED, Refusal.UNKNOWN_INTERACTION)
        now = await sue.do(supervision.CallBack(interaction_id=call, reason="the customer is waiting at the counter"))
        assert now.outcome is live.Outcome.APPLIED
        [again] = await ana.until(lambda m: m.offers_to("ana"))
        assert again.interaction_id == call
