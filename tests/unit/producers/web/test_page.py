from __future__ import annotations

import httpx
import pytest

from producers.web.page import Page, headers, language
from tests.support.web_service import serving


@pytest.mark.parametrize(
    ("asked", "accepted", "found"),
    [
        ("zh-CN", "en", "zh-CN"),
        ("en", "zh-CN", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        (None, "de, en-GB;q=0.8, zh;q=0.7", "en"),
        ("xx", None, "en"),
    ],
)
def test_the_page_speaks_what_was_asked_for_or_the_browser_s_language(
    asked: str | None, accepted: str | None, found: str
) -> None:
    assert language(asked, accepted) == found


def test_names_from_the_address_cannot_be_markup() -> None:
    text = Page("bookcity").render('"><script>', "orders", "en")
    assert 'data-workspace="bookcity" data-queue="orders"' in text
    assert "{{" not in text


def test_the_policy_allows_no_code_but_the_page_s_own_files() -> None:
    policy = headers("chat.example:8084")["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "ws://chat.example:8084" in policy
    assert "unsafe" not in policy
    assert "evil" not in headers("a; script-src evil")["content-security-policy"]


async def test_the_page_and_its_files_are_served_and_nothing_else() -> None:
    async with serving() as here, httpx.AsyncClient(base_url=here.url, timeout=60) as client:
        page = await client.get("/chat/demo", headers={"accept-language": "zh-CN"})
        files = [await client.get(f"/chat/demo/{name}") for name in ("chat.js", "words.js", "chat.css", "x.js")]
    assert (page.status_code, 'lang="zh-CN"' in page.text) == (200, True)
    assert [one.status_code for one in files] == [200, 200, 200, 404]


async def test_without_the_demo_there_is_no_page() -> None:
    async with serving(HUBLINE_WEB_DEMO="false") as here, httpx.AsyncClient(base_url=here.url, timeout=60) as client:
        assert (await client.get("/chat/demo")).status_code == 404
