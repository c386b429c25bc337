"""How a file that somebody else sent is given out: to be saved, never shown or run in the page's own name. Pure."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

FILE_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, no-store",
}


def headers_for(name: str) -> dict[str, str]:
    """The headers of a file of that name."""
    return {"content-disposition": disposition(name), **FILE_HEADERS}


def disposition(name: str) -> str:
    """`Content-Disposition` that always saves, under that name (RFC 6266)."""
    plain = "".join(sign if (sign.isascii() and sign.isalnum()) or sign in "._-" else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
