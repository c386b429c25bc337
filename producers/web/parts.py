"""What the files that perform need of the process, in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from producers.web.chats import Chats
from producers.web.identity import Identities
from producers.web.store import ChatStore
from producers.web.watching import Watching
from runtime.broker import Reader
from runtime.clock import Clock
from runtime.following import ViewFollower
from runtime.metrics import Metrics
from runtime.sender import Sender
from runtime.transcripts import Transcripts
from schemas.messages import Attachment


class Attachments(Protocol):
    """Where files are."""

    async def find(self, workspace: str, chat_id: str, attachment_id: str) -> Attachment | None:
        """What is known of a file of the chat; raises OSError when nothing can be said."""
        ...


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """`caught_up`: whether this process has been up to date once. `child_trace`: the traceparent that goes on."""

    instance: str
    chats: Chats
    watching: Watching
    follower: ViewFollower
    reader: Reader
    transcripts: Transcripts
    store: ChatStore
    attachments: Attachments
    sender: Sender
    identities: Identities
    clock: Clock
    metrics: Metrics
    child_trace: Callable[[str | None], str]
    caught_up: Callable[[], bool]
