"""Which files are taken, and what they are called. Pure: the type is found out from the bytes."""

from __future__ import annotations

import unicodedata
from typing import Final
from urllib.parse import unquote

import filetype

ALLOWED: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})
LONGEST_NAME: Final = 120
SNIFFED_BYTES: Final = 8_192


def sniffed(data: bytes) -> str | None:
    """The media type that the bytes have; None = none that is taken here."""
    found = filetype.guess_mime(data[:SNIFFED_BYTES])
    return found if found in ALLOWED else None


def declared(content_type: str | None) -> str:
    """The media type of a Content-Type, without its parameters."""
    return (content_type or "").partition(";")[0].strip().lower()


def file_name(header: str | None, media_type: str) -> str:
    """A harmless name from the (percent-encoded) header: no folders, no control characters, not too long."""
    given = unicodedata.normalize("NFC", unquote(header or ""))
    last = given.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(". ")
    return kept[:LONGEST_NAME] or f"file.{media_type.rpartition('/')[2]}"
