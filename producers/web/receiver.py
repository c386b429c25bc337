"""What comes over HTTP: forms into the log, files into the vault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from producers.web import attachments, events
from producers.web.chat import ChatRow, digest_of
from producers.web.forms import Asked, Opened
from producers.web.parts import Parts
from producers.web.problems import Kind
from runtime.bearer import token_of
from runtime.ids import random_id
from runtime.kept_messages import Away
from runtime.problems import Problem
from runtime.sender import NotSent
from runtime.vault import Vault
from schemas.messages import Attachment

RETRY_AFTER_S: Final = 2
LARGEST_FORM_BYTES: Final = 65_536

Parse = Callable[[Asked, bytes], Opened]


class Receiver:
    """`region` reads phone numbers without a country code."""

    def __init__(
        self, parts: Parts, vault: Vault, *, region: str, answer_timeout_ms: int, max_attachment_bytes: int
    ) -> None:
        self._parts = parts
        self._vault = vault
        self._region = region
        self._timeout_s = answer_timeout_ms / 1000
        self._most_bytes = max_attachment_bytes

    async def form(self, workspace: str, parse: Parse, key: str | None, body: bytes) -> str:
        """The interaction that the form opened, once the broker has it. Raises Problem."""
        self._check_workspace(workspace)
        if len(body) > LARGEST_FORM_BYTES:
            raise Problem(Kind.TOO_LARGE, f"a form may take {LARGEST_FORM_BYTES} bytes")
        asked = Asked(
            workspace=workspace,
            instance=self._parts.instance,
            key=key,
            region=self._region,
            now_ms=self._parts.clock.now_ms(),
        )
        opened = parse(asked, body)
        traceparent = self._parts.child_trace(None)
        outputs = [events.received_output(opened.contact, traceparent)]
        if opened.message is not None:
            outputs.append(events.message_output(opened.message, traceparent))
        try:
            async with asyncio.timeout(self._timeout_s):
                await asyncio.gather(*(self._parts.sender.put(output) for output in outputs))
        except (TimeoutError, NotSent):
            detail = "it is not known whether this was taken: repeat it with the same key"
            raise Problem(Kind.UNKNOWN_OUTCOME, detail, retry_after_s=RETRY_AFTER_S) from None
        self._parts.metrics.web_contacts.labels(opened.contact.channel).inc()
        return opened.contact.interaction_id

    async def put(
        self, workspace: str, authorization: str | None, content_type: str | None, name: str | None, data: bytes
    ) -> Attachment:
        """A file of a chat, kept. Raises Problem."""
        row = await self._row(workspace, authorization)
        if len(data) > self._most_bytes:
            raise self._refused(Problem(Kind.TOO_LARGE, f"a file may take {self._most_bytes} bytes"))
        media_type = attachments.sniffed(data)
        if media_type is None:
            taken = ", ".join(sorted(attachments.ALLOWED))
            raise self._refused(Problem(Kind.UNSUPPORTED, f"files of these types are taken: {taken}"))
        if attachments.declared(content_type) != media_type:
            raise self._refused(
                Problem(Kind.UNSUPPORTED, f"declared is another type than that of the bytes: {media_type}")
            )
        attachment = Attachment(
            claim=f"{workspace}/{row.chat_id}/{random_id('a')}",
            name=attachments.file_name(name, media_type),
            media_type=media_type,
            size_bytes=len(data),
        )
        try:
            await self._vault.put(attachment, data)
        except OSError:
            raise Problem(Kind.NOT_READY, "files cannot be kept now", retry_after_s=RETRY_AFTER_S) from None
        self._parts.metrics.web_attachments.labels("kept").inc()
        return attachment

    async def get(self, workspace: str, authorization: str | None, attachment_id: str) -> tuple[Attachment, bytes]:
        """A file of the chat whose token it is. Raises Problem."""
        row = await self._row(workspace, authorization)
        try:
            found = await self._vault.find(workspace, row.chat_id, attachment_id)
            data = None if found is None else await self._vault.read(found)
        except OSError:
            raise Problem(Kind.NOT_READY, "files cannot be read now", retry_after_s=RETRY_AFTER_S) from None
        if found is None or data is None:
            raise Problem(Kind.NOT_FOUND, "the chat has no such file")
        return found, data

    async def _row(self, workspace: str, authorization: str | None) -> ChatRow:
        """The chat whose token stands in the header."""
        digest = digest_of(token_of(authorization, Kind.UNAUTHENTICATED, "TOKEN, the chat's"))
        here = self._parts.chats.find(digest)
        try:
            row = await self._parts.store.find(digest) if here is None else here.row
        except Away:
            raise Problem(Kind.NOT_READY, "the token cannot be checked now", retry_after_s=RETRY_AFTER_S) from None
        if row is None or row.workspace != workspace:
            raise Problem(Kind.UNAUTHENTICATED, "this token is not known")
        return row

    def _check_workspace(self, workspace: str) -> None:
        view = self._parts.follower.views.get(workspace)
        if not self._parts.caught_up():
            raise Problem(Kind.NOT_READY, "not up to date yet", retry_after_s=RETRY_AFTER_S)
        if view is None or view.configuration_version == 0:
            raise Problem(Kind.UNKNOWN_WORKSPACE)

    def _refused(self, problem: Problem) -> Problem:
        self._parts.metrics.web_attachments.labels("refused").inc()
        return problem


def answer_of(attachment: Attachment) -> bytes:
    """What the uploader is told."""
    return msgspec.json.encode(
        {
            "id": attachment.claim.rpartition("/")[2],
            "name": attachment.name,
            "media_type": attachment.media_type,
            "size_bytes": attachment.size_bytes,
        }
    )
