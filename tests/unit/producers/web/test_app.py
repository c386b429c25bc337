from __future__ import annotations

import pytest

from producers.web.app import identities_of, opening_policy, round_s
from runtime.settings import Web
from schemas import chat
from schemas.messages import Author
from tests.support.gateway_parts import a_broker
from tests.support.waiting import eventually
from tests.support.web_service import Router, serving


async def test_a_customer_and_an_agent_write_to_each_other() -> None:
    async with serving() as here, here.page() as customer:
        await customer.told(chat.Welcome)
        assert (await customer.state(chat.ChatState.NEW)).interaction_id is None
        await customer.say(chat.Send(id="12345678", text="hello"))
        sent = await customer.told(chat.Sent)
        waiting = await customer.state(chat.ChatState.WAITING)
        assert waiting.interaction_id == sent.interaction_id == here.router.contacts[0].interaction_id
        here.router.take_in(sent.interaction_id)
        await customer.state(chat.ChatState.CONNECTED)
        here.router.write(sent.interaction_id, "good day")
        shown = await customer.told(chat.MessageShown, lambda one: one.message.author is Author.AGENT)
        assert shown.message.text == "good day"
        here.router.end(sent.interaction_id)
        assert (await customer.state(chat.ChatState.ENDED)).ended_by is chat.EndedBy.AGENT


async def test_a_chat_goes_on_at_another_process_where_it_was_left() -> None:
    router = Router(a_broker())
    async with serving(router) as here, here.page() as customer:
        token = (await customer.told(chat.Welcome)).token
        await customer.say(chat.Send(id="12345678", text="one"))
        shown = await customer.told(chat.MessageShown)
        router.take_in(shown.interaction_id)
        await customer.state(chat.ChatState.CONNECTED)
        store = here.store
    router.write(shown.interaction_id, "two")
    hello = chat.Hello(workspace="shop", token=token, interaction_id=shown.interaction_id, after=shown.message.offset)
    async with serving(router, store, HUBLINE_WEB_PORT="0") as there, there.page(hello) as customer:
        assert (await customer.told(chat.Welcome)).resumed
        transcript = await customer.told(chat.Transcript)
        assert [one.text for one in transcript.messages] == ["two"]
        await customer.state(chat.ChatState.CONNECTED)
        await customer.say(chat.Send(id="12345678", text="one"))
        assert (await customer.told(chat.Sent)).message_id == shown.message.message_id
    assert [one.text for one in router.written()] == ["one", "two"]


async def test_who_is_gone_for_the_grace_has_left_and_a_message_after_that_opens_a_linked_contact() -> None:
    router = Router(a_broker())
    async with serving(router, HUBLINE_WEB_GRACE_MS="200") as here:
        async with here.page() as customer:
            token = (await customer.told(chat.Welcome)).token
            await customer.say(chat.Send(id="12345678", text="one"))
            first = (await customer.told(chat.Sent)).interaction_id
            await customer.state(chat.ChatState.WAITING)
            await customer.vanish()
        async with here.page(chat.Hello(workspace="shop")) as other:
            await other.told(chat.Welcome)
            await eventually(lambda: router.left)
        async with here.page(chat.Hello(workspace="shop", token=token)) as customer:
            assert (await customer.state(chat.ChatState.ENDED)).ended_by is chat.EndedBy.CUSTOMER
            await customer.say(chat.Send(id="23456789", text="two"))
            second = (await customer.told(chat.Sent)).interaction_id
            await customer.state(chat.ChatState.WAITING)
            assert customer.texts() == ["one", "two"]
    assert [(one.interaction_id, one.linked_to) for one in router.contacts] == [(first, None), (second, first)]


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        (chat.Hello(workspace="nowhere"), chat.Close.UNKNOWN_WORKSPACE),
        (chat.Hello(workspace="shop", queue="complaints"), chat.Close.NOT_PERMITTED),
        (chat.Hello(workspace="shop", token="x" * 43), chat.Close.UNKNOWN_CHAT),
        (chat.Hello(workspace="shop", identity="ey.ey.ey"), chat.Close.IDENTITY_REFUSED),
        (chat.Ping(), chat.Close.BAD_FRAME),
    ],
)
async def test_who_may_not_come_in_is_told_why(hello: chat.Hello, code: chat.Close) -> None:
    async with serving() as here, here.page(hello) as customer:
        assert await customer.closed() == code


def test_a_round_comes_several_times_within_the_grace() -> None:
    assert round_s(60_000, 1_000, 5) == 1.0
    assert round_s(1_000, 1_000, 5) == 0.2
    assert round_s(1, 1_000, 5) == 0.1


def test_queues_are_read_from_the_settings() -> None:
    assert opening_policy(Web(queues="orders, complaints,")).queues == {"orders", "complaints"}


def test_without_keys_nobody_is_signed_in() -> None:
    assert identities_of(Web()).verify("shop", "ey.ey.ey", 1) is None
