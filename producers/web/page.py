"""The plain page on which a customer chats: its files, and what each visitor's copy says.

It runs no script and no style but its own files, and connects to this server only.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get

FOLDER: Final = Path(__file__).parent / "pages"
CHINESE: Final = "zh-CN"
ENGLISH: Final = "en"
_NAME: Final = re.compile(r"[\w][\w.:-]{0,63}")
_HOST: Final = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
_SCRIPT: Final = "text/javascript; charset=utf-8"
_STYLE: Final = "text/css; charset=utf-8"


class Page:
    """`workspace`: where a visitor chats who names none."""

    def __init__(self, workspace: str) -> None:
        self._workspace = workspace
        self._html = (FOLDER / "chat.html").read_text(encoding="utf-8")
        self._files = {
            name: (FOLDER / name).read_text(encoding="utf-8") for name in ("chat.css", "chat.js", "words.js")
        }

    def handlers(self) -> list[Any]:
        """The routes of the page and its files."""

        @get("/chat/demo")
        async def get_page(request: Request[Any, Any, Any]) -> Response[str]:
            query = request.query_params
            body = self.render(
                query.get("workspace"),
                query.get("queue"),
                language(query.get("lang"), request.headers.get("accept-language")),
            )
            return Response(
                body, media_type="text/html; charset=utf-8", headers=headers(request.headers.get("host", ""))
            )

        @get("/chat/demo/{name:str}")
        async def get_file(request: Request[Any, Any, Any]) -> Response[str]:
            name = request.path_params["name"]
            text = self._files.get(name)
            if text is None:
                return Response("", status_code=404)
            kind = _STYLE if name.endswith(".css") else _SCRIPT
            return Response(
                text, media_type=kind, headers={"x-content-type-options": "nosniff", "cache-control": "no-cache"}
            )

        return [get_page, get_file]

    def render(self, workspace: str | None, queue: str | None, lang: str) -> str:
        """The page for a visitor; a name that cannot be one counts as not given."""
        values = {
            "lang": lang,
            "workspace": _name(workspace) or self._workspace,
            "queue": _name(queue) or "",
            "title": "在线咨询" if lang == CHINESE else "Chat with us",
        }
        text = self._html
        for name, value in values.items():
            text = text.replace(f"{{{{{name}}}}}", html.escape(value))
        return text


def language(asked: str | None, accepted: str | None) -> str:
    """Chinese for who asks for it or whose browser names it before English."""
    for text in (asked or "", accepted or ""):
        for part in text.lower().split(","):
            tag = part.partition(";")[0].strip()
            if tag.startswith("zh"):
                return CHINESE
            if tag.startswith("en"):
                return ENGLISH
    return ENGLISH


def headers(host: str) -> dict[str, str]:
    """What a browser may do with the page."""
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return {
        "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"connect-src 'self'{sockets}; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "vary": "Accept-Language",
    }


def _name(text: str | None) -> str | None:
    return text if text is not None and _NAME.fullmatch(text) else None
