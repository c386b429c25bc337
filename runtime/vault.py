"""Attachments outside Kafka: a folder, or a bucket. A file is there once its description is, which is written last."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import msgspec
import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from schemas.messages import Attachment

_PLACE: Final = re.compile(r"[A-Za-z0-9_-]+/a_[A-Za-z0-9]+")


class Vault:
    """Files by workspace, chat and id. Every method raises OSError when the store does not do it."""

    def __init__(self, store: Any) -> None:
        self._store = store

    async def put(self, attachment: Attachment, data: bytes) -> None:
        """Keeps a file; its `claim` is its place."""
        try:
            await obstore.put_async(self._store, attachment.claim, data)
            await obstore.put_async(self._store, _described(attachment.claim), msgspec.json.encode(attachment))
        except BaseError as error:
            raise OSError(str(error)) from error

    async def find(self, workspace: str, chat_id: str, attachment_id: str) -> Attachment | None:
        """What is known of a file; None = there is none of that chat."""
        claim = claim_of(workspace, chat_id, attachment_id)
        if claim is None:
            return None
        data = await self._get(_described(claim))
        return None if data is None else msgspec.json.decode(data, type=Attachment)

    async def claimed(self, workspace: str, claim: str) -> Attachment | None:
        """What is known of the file that a message of the workspace names; None = there is none there."""
        place = place_of(workspace, claim)
        return None if place is None else await self.find(workspace, *place)

    async def read(self, attachment: Attachment) -> bytes | None:
        """The file itself."""
        return await self._get(attachment.claim)

    async def _get(self, path: str) -> bytes | None:
        try:
            found = await obstore.get_async(self._store, path)
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise OSError(str(error)) from error


def claim_of(workspace: str, chat_id: str, attachment_id: str) -> str | None:
    """Where a file lies; None = that is no id of a file."""
    place = f"{chat_id}/{attachment_id}"
    return f"{workspace}/{place}" if _PLACE.fullmatch(place) else None


def place_of(workspace: str, claim: str) -> tuple[str, str] | None:
    """The chat and the id that a claim names; None = it is no place in that workspace: adapters may claim anything."""
    chat_id, _, attachment_id = claim.removeprefix(f"{workspace}/").partition("/")
    return (chat_id, attachment_id) if claim_of(workspace, chat_id, attachment_id) == claim else None


def open_vault(url: str | None, folder: Path) -> Vault:
    """The vault at `url` (s3://..., file://...), or in `folder`."""
    if url is not None:
        return Vault(from_url(url))
    return Vault(LocalStore(str(folder), mkdir=True))


def _described(claim: str) -> str:
    return f"{claim}.json"
