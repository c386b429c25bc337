from __future__ import annotations

import httpx
import msgspec
import pytest

from producers.web.app import opening_policy
from runtime.settings import Web
from schemas import chat
from schemas.messages import Author
from tests.support.web_service import Serving, serving

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
KEY = "a-random-key-of-the-page"


def posting(here: Serving, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"{here.url}/v1/workspaces/shop", headers={"origin": here.url, **headers}, timeout=60
    )


async def test_a_form_is_a_contact_once_however_often_it_is_posted() -> None:
    async with serving() as here, posting(here, **{"idempotency-key": KEY}) as client:
        form = {"text": "hello", "phone": "13800138000"}
        answers = [await client.post("/forms/message", json=form) for _ in range(2)]
        called = await client.post("/forms/callback", json={"phone": "13800138000"})
        assert [answer.status_code for answer in (*answers, called)] == [202, 202, 202]
        assert answers[0].json() == answers[1].json()
        assert answers[0].headers["access-control-allow-origin"] == here.url
        written = here.router.written()
    assert {one.interaction_id for one in written} == {answers[0].json()["interaction_id"]}
    assert {one.message_id for one in written} == {written[0].message_id}


@pytest.mark.parametrize(
    ("headers", "path", "body", "status"),
    [
        ({"origin": "https://evil.example"}, "/forms/message", b"{}", 403),
        ({}, "/forms/message", b"{}", 422),
        ({}, "/forms/message", b"{", 400),
        ({}, "/forms/message", b" " * 70_000, 413),
        ({}, "/../nowhere/forms/message", b"{}", 404),
        ({}, "/forms/nonsense", b"{}", 404),
    ],
)
async def test_what_is_refused_says_why(headers: dict[str, str], path: str, body: bytes, status: int) -> None:
    async with serving() as here, posting(here, **headers) as client:
        answer = await client.post(path, content=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


async def test_browsers_are_told_whether_they_may_post() -> None:
    async with serving() as here, httpx.AsyncClient(base_url=here.url, timeout=60) as client:
        asked = {"access-control-request-method": "POST"}
        mine = await client.options("/v1/workspaces/shop/forms/message", headers={"origin": here.url, **asked})
        other = await client.options("/v1/workspaces/shop/forms/message", headers={"origin": "http://evil", **asked})
    assert (mine.status_code, mine.headers["access-control-allow-origin"]) == (204, here.url)
    assert (other.status_code, other.headers.get("access-control-allow-origin")) == (403, None)


async def test_too_many_requests_wait() -> None:
    async with (
        serving(HUBLINE_WEB_ADDRESS_REQUESTS_BURST="2", HUBLINE_WEB_ADDRESS_REQUESTS_PER_S="1") as here,
        posting(here) as client,
    ):
        answers = [await client.post("/forms/callback", content=b"{}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_file_goes_with_a_message_and_comes_back_to_its_chat_only() -> None:
    async with serving() as here, here.page() as customer, here.page() as stranger:
        token = (await customer.told(chat.Welcome)).token
        other = (await stranger.told(chat.Welcome)).token
        path = "/chat/attachments"
        async with posting(here, authorization=f"Bearer {token}") as client:
            named = {"content-type": "image/png", "x-file-name": "%E5%9B%BE.png"}
            kept = await client.post(path, content=PNG, headers=named)
            assert kept.status_code == 201, kept.text
            wrong = [
                await client.post(path, content=PNG, headers={"content-type": "application/pdf"}),
                await client.post(path, content=b"<html>", headers={"content-type": "text/html"}),
            ]
            assert [answer.status_code for answer in wrong] == [415, 415]
            got = await client.get(f"{path}/{kept.json()['id']}")
        async with posting(here, authorization=f"Bearer {other}") as client:
            assert (await client.get(f"{path}/{kept.json()['id']}")).status_code == 404
        async with posting(here) as client:
            assert (await client.get(f"{path}/{kept.json()['id']}")).status_code == 401
        assert (got.content, got.headers["x-content-type-options"]) == (PNG, "nosniff")
        assert got.headers["content-disposition"].startswith("attachment;")
        await customer.say(chat.Send(id="12345678", attachments=(kept.json()["id"],)))
        shown = await customer.told(chat.MessageShown)
        assert msgspec.to_builtins(shown.message.attachments[0]) == {**kept.json()}
        await stranger.say(chat.Send(id="12345678", attachments=(kept.json()["id"],)))
        refused = await stranger.told(chat.NotSent)
        assert refused.reason is chat.NotSentReason.UNKNOWN_ATTACHMENT
        assert [one.author for one in here.router.written()] == [Author.CUSTOMER]


async def test_a_file_that_is_too_large_is_not_taken() -> None:
    async with serving(HUBLINE_WEB_MAX_ATTACHMENT_BYTES="20") as here, here.page() as customer:
        token = (await customer.told(chat.Welcome)).token
        async with posting(here, authorization=f"Bearer {token}") as client:
            answer = await client.post("/chat/attachments", content=PNG, headers={"content-type": "image/png"})
    assert answer.status_code == 413
    assert opening_policy(Web(max_attachment_bytes=20)).max_attachment_bytes == 20
