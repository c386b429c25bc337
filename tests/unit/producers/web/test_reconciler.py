from __future__ import annotations

from producers.web.events import received_output
from producers.web.memory_store import MemoryChatStore
from schemas import chat, ids
from schemas.interactions import InteractionReceived
from tests.support.gateway_parts import a_broker
from tests.support.waiting import eventually
from tests.support.web_service import Router, Serving, serving

GRACE = "300"


async def a_lost_chat(here: Serving) -> tuple[str, str]:
    """The token and the contact of a customer who has vanished."""
    async with here.page() as customer:
        token = (await customer.told(chat.Welcome)).token
        await customer.say(chat.Send(id="12345678", text="one"))
        contact = (await customer.told(chat.Sent)).interaction_id
        await customer.state(chat.ChatState.WAITING)
        await customer.vanish()
    return token, contact


async def has_left(router: Router, contact: str) -> None:
    await eventually(lambda: contact in router.left)


async def test_a_customer_who_went_over_to_another_process_has_not_left() -> None:
    router, store = Router(a_broker()), MemoryChatStore()
    async with (
        serving(router, store, HUBLINE_WEB_GRACE_MS=GRACE) as here,
        serving(router, store, HUBLINE_WEB_GRACE_MS=GRACE) as there,
    ):
        token, contact = await a_lost_chat(here)
        async with there.page(chat.Hello(workspace="shop", token=token)) as customer:
            await customer.state(chat.ChatState.WAITING)
            _, lost = await a_lost_chat(here)
            await eventually(lambda: lost in router.left)
            assert contact not in router.left
        await eventually(lambda: contact in router.left)


async def test_contacts_of_another_adapter_of_the_same_name_are_left_alone() -> None:
    router = Router(a_broker())
    foreign = InteractionReceived(
        workspace="shop",
        interaction_id=ids.interaction_id("shop", "web", "somebody else's"),
        adapter="web",
        instance="default",
        external_id="somebody else's",
        channel="web_chat",
        received_at_ms=1,
    )
    async with serving(router, HUBLINE_WEB_GRACE_MS=GRACE) as here:
        router.broker.append(received_output(foreign, None), 1)
        await eventually(lambda: router.contacts)
        for _ in range(2):
            _, lost = await a_lost_chat(here)
            await has_left(router, lost)
    assert foreign.interaction_id not in router.left


async def test_nobody_is_said_to_have_left_while_the_database_is_away() -> None:
    router, store = Router(a_broker()), MemoryChatStore()
    async with serving(router, store, HUBLINE_WEB_GRACE_MS=GRACE) as here:
        store.away = True
        token, contact = await a_lost_chat(here)
        async with here.page(chat.Hello(workspace="shop", token=token)) as customer:
            await customer.state(chat.ChatState.WAITING)
            assert customer.texts() == ["one"]
        assert router.left == []
        store.away = False
        await eventually(lambda: contact in router.left)
