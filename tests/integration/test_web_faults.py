"""A customer's chat on the whole product: with an agent at a gateway, through kill -9, and after the customer is gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.console.client import AgentClient, Wishes
from schemas import chat, live
from schemas.messages import Author
from schemas.values import LegValue
from schemas.vocabulary import LegState
from tests.support.browser import browser, chromium
from tests.support.gateway_service import HOST
from tests.support.product import Product, Shop, running_product
from tests.support.waiting import eventually
from tests.support.web_service import Customer, visitor

PARTS = ("kafka", "postgres", "routing", "identity", "view", "message_writer", "gateway", "admin", "web")
GRACE_MS = 4_000
LONG_S = 120.0
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product(PARTS, environ={"HUBLINE_WEB_GRACE_MS": str(GRACE_MS)}) as product:
        yield product


def page(product: Product, hello: chat.Hello) -> contextlib.AbstractAsyncContextManager[Customer]:
    """A page's socket that has said hello."""

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Customer]:
        port = product.stack.endpoints.ports["web"]
        async with visitor(f"ws://{HOST}:{port}/chat", f"http://{HOST}:{port}") as customer:
            await customer.say(hello)
            yield customer

    return opened()


@contextlib.asynccontextmanager
async def ana(product: Product, shop: Shop) -> AsyncIterator[AgentClient]:
    """The agent at her gateway."""
    async with product.signed_in(shop, "ana") as signed_in:
        client = AgentClient(product.gateway_url, signed_in.ticket, Wishes())
        async with client.running():
            await client.until(lambda mirror: "ana" in mirror.agents)
            yield client


async def accepted(client: AgentClient, interaction_id: str) -> LegValue:
    """The leg, once she has taken the chat."""

    def offers() -> list[str]:
        offered = client.mirror.offers_to("ana")
        return [one.offer_id for one in offered if one.interaction_id == interaction_id]

    def connected() -> list[LegValue]:
        legs = client.mirror.legs_of("ana")
        return [leg for leg in legs if leg.interaction_id == interaction_id and leg.state is LegState.CONNECTED]

    [offer_id] = await eventually(offers, within_s=LONG_S)
    await client.do(live.Accept(offer_id=offer_id))
    [leg] = await eventually(connected, within_s=LONG_S)
    return leg


async def killed(product: Product) -> None:
    """kill -9 of the web server, and it is back."""
    before = product.supervisor.pid("web")
    product.supervisor.kill("web")
    await eventually(lambda: product.supervisor.pid("web") not in (None, before), within_s=LONG_S)
    await eventually(lambda: product.supervisor.is_ready("web"), within_s=LONG_S)


async def test_a_chat_goes_on_through_a_kill_with_nothing_lost_or_doubled(product: Product) -> None:
    shop = await product.open_shop(("ana",))
    async with ana(product, shop) as agent:
        async with page(product, chat.Hello(workspace=shop.workspace)) as customer:
            token = (await customer.told(chat.Welcome)).token
            await customer.say(chat.Send(id="message-1", text="one"))
            contact = (await customer.told(chat.Sent)).interaction_id
            leg = await accepted(agent, contact)
            await customer.state(chat.ChatState.CONNECTED)
            await agent.say(leg.leg_id, "two")
            seen = await customer.told(chat.MessageShown, lambda one: one.message.author is Author.AGENT)
            await customer.say(chat.Send(id="message-3", text="three"))
            await killed(product)
        await agent.say(leg.leg_id, "four")
        hello = chat.Hello(workspace=shop.workspace, token=token, interaction_id=contact, after=seen.message.offset)
        async with page(product, hello) as customer:
            await customer.say(chat.Send(id="message-3", text="three"))
            await customer.say(chat.Send(id="message-5", text="five"))
            await customer.told(chat.Sent, lambda one: one.id == "message-5")
            await customer.state(chat.ChatState.CONNECTED)
            await eventually(lambda: len(customer.texts()) == 3)
            assert sorted(customer.texts()) == ["five", "four", "three"]
            await agent.do(live.End(leg_id=leg.leg_id))
            assert (await customer.state(chat.ChatState.ENDED)).ended_by is chat.EndedBy.AGENT
        async with page(product, chat.Hello(workspace=shop.workspace, token=token)) as customer:
            await customer.state(chat.ChatState.ENDED)
            assert sorted(customer.texts()) == ["five", "four", "one", "three", "two"]


async def open_to_visitors(product: Product) -> Shop:
    """A new shop which the web server has heard of: before that it lets nobody in."""
    shop = await product.open_shop(("ana",))

    async def lets_in() -> bool:
        async with page(product, chat.Hello(workspace=shop.workspace)) as visitor:
            await eventually(lambda: visitor.frames or visitor.reading.done())
            return bool(visitor.frames)

    await eventually(lets_in, what="the web server knows the shop")
    return shop


async def test_who_vanishes_while_the_server_is_killed_has_left_after_the_grace(product: Product) -> None:
    shop = await open_to_visitors(product)
    async with page(product, chat.Hello(workspace=shop.workspace)) as customer:
        token = (await customer.told(chat.Welcome)).token
        await customer.say(chat.Send(id="message-1", text="one"))
        first = (await customer.told(chat.Sent)).interaction_id
        await eventually(lambda: any(one.position == 1 for one in customer.frames if isinstance(one, chat.State)))
        await killed(product)
    async with product.signed_in(shop, "sue") as signed_in:
        sue = AgentClient(product.gateway_url, signed_in.ticket, Wishes())
        async with sue.running():
            await sue.until(lambda mirror: "ana" in mirror.agents)
            await eventually(
                lambda: first not in sue.mirror.interactions, within_s=LONG_S, what="the contact is abandoned"
            )
    async with page(product, chat.Hello(workspace=shop.workspace, token=token)) as customer:
        assert (await customer.state(chat.ChatState.ENDED)).ended_by is chat.EndedBy.CUSTOMER
        await customer.say(chat.Send(id="message-2", text="two"))
        again = await customer.told(chat.Sent)
        assert again.interaction_id != first
        await customer.state(chat.ChatState.WAITING)
        await customer.say(chat.End())
        await customer.state(chat.ChatState.ENDED)


async def test_two_people_chat_through_the_page_which_is_reloaded_in_the_middle(
    product: Product, tmp_path: Path
) -> None:
    program = await asyncio.to_thread(chromium)
    if program is None:
        pytest.skip("no Chromium here, and it cannot be installed: apt-get install chromium")
    shop = await product.open_shop(("ana",))
    url = f"http://{HOST}:{product.stack.endpoints.ports['web']}/chat/demo?workspace={shop.workspace}&lang=zh-CN"
    async with ana(product, shop) as agent, browser(program) as tab:
        await tab.open(url)
        await tab.shows("!document.querySelector('#line').classList.contains('off')")
        await tab.write("#text", "<b>one</b>")
        await tab.click("#send")
        [offered] = await eventually(lambda: agent.mirror.offers_to("ana"), within_s=LONG_S)
        leg = await accepted(agent, offered.interaction_id)
        await tab.shows("document.querySelector('#state').dataset.state === 'connected'")
        await agent.say(leg.leg_id, "two")
        await tab.shows("document.querySelectorAll('#messages li').length === 2")
        await tab.open(url)
        await tab.shows("document.querySelector('#state').dataset.state === 'connected'")
        await agent.send(live.Typing(leg_id=leg.leg_id))
        await tab.shows("document.querySelector('#typing').textContent.includes('正在输入')")
        await agent.say(leg.leg_id, "three")
        await tab.write("#text", "four")
        await eventually(lambda: agent.mirror.is_typing(leg.interaction_id, agent.now_ms()))
        barriers = await tab.barriers()
        await tab.click("#send")
        await tab.shows("document.querySelectorAll('#messages li:not(.waiting)').length === 4")
        shown = await tab.evaluate(
            "[...document.querySelectorAll('#messages li')].map((one) => one.lastChild.textContent)"
        )
        said = await eventually(
            lambda: (
                len(agent.mirror.transcript(leg.interaction_id)) == 4
                and [one.text for one in agent.mirror.transcript(leg.interaction_id)]
            )
        )
        small = await tab.evaluate(
            "[...document.querySelectorAll('button')].filter((one) => !one.hidden && one.offsetHeight < 44).length"
        )
        nameless = await tab.evaluate(
            "[...document.querySelectorAll('button, textarea')].filter((one) => !one.hidden"
            " && !one.textContent && !(one.labels && one.labels[0].textContent)).length"
        )
        wide = await tab.evaluate("document.documentElement.scrollWidth > innerWidth")
        await tab.click("#end")
        await tab.shows("document.querySelector('#state').dataset.state === 'ended'")
        barriers += await tab.barriers()
        await tab.photograph(tmp_path / "ended.png")
    assert sorted(shown) == sorted(said or ()) == ["<b>one</b>", "four", "three", "two"]
    assert (small, nameless, wide, tab.errors, barriers) == (0, 0, False, [], [])
