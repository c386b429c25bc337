from __future__ import annotations

from schemas import chat
from tests.support.web_service import serving


async def test_a_customer_who_writes_and_ends_at_once_has_written_and_left() -> None:
    async with serving() as here, here.page() as customer:
        await customer.told(chat.Welcome)
        [found] = here.web.parts.chats
        [window] = found.members
        here.web.posting.post(window, chat.Send(id="12345678", text="never mind"))  # type: ignore[arg-type]
        here.web.posting.leave(window)  # type: ignore[arg-type]
        assert (await customer.state(chat.ChatState.ENDED)).ended_by is chat.EndedBy.CUSTOMER
        assert here.router.left == [found.row.interaction_id]
        assert [one.text for one in here.router.written()] == ["never mind"]


async def test_who_ends_a_contact_that_there_is_not_says_nothing() -> None:
    async with serving() as here, here.page() as customer:
        await customer.told(chat.Welcome)
        await customer.say(chat.End())
        await customer.say(chat.Send(id="12345678", text="hello"))
        await customer.state(chat.ChatState.WAITING)
        assert here.router.left == []
