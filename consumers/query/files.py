"""Files that customers sent with their messages: found by the message that names them, read from the vault."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from consumers.query.problems import Kind, not_ready
from runtime.problems import Problem
from runtime.vault import Vault
from schemas.live import Message
from schemas.messages import Attachment


class StoredFile(msgspec.Struct, frozen=True):
    """A file, and what was found out about it when it came."""

    attachment: Attachment
    data: bytes


class Files:
    """The files of all workspaces, read only."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def read(self, workspace: str, claim: str) -> StoredFile:
        """The file at that claim. Raises Problem: 404 when it is not kept, 503 when the store does not answer."""
        try:
            found = await self._vault.claimed(workspace, claim)
            data = None if found is None else await self._vault.read(found)
        except OSError:
            raise not_ready("the store of attachments") from None
        if found is None or data is None:
            raise Problem(Kind.NOT_FOUND, "the file is not kept here")
        return StoredFile(found, data)


def claim_in(messages: Iterable[Message], attachment_id: str) -> str | None:
    """The claim of the attachment with that id among the messages."""
    claims = (it.claim for one in messages for it in one.message.attachments)
    return next((claim for claim in claims if claim.rpartition("/")[2] == attachment_id), None)
