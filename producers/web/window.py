"""One socket as its chat sees it: while transcripts are read, what else is told waits behind them."""

from __future__ import annotations

from typing import Protocol

from producers.web.chat import Chat
from schemas import chat


class Sink(Protocol):
    """Takes frames without waiting; one that is full closes its socket by itself."""

    def write(self, frame: chat.Frame) -> None: ...

    async def drained(self) -> None:
        """Returns when all that was written has left."""
        ...


class Window:
    """`chat` is set when it is open."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._held: list[chat.Frame] | None = []
        self.chat: Chat | None = None

    def tell(self, frame: chat.Frame) -> None:
        """See `Member`."""
        if self._held is None:
            self._sink.write(frame)
        else:
            self._held.append(frame)

    def tell_first(self, frame: chat.Frame) -> None:
        """Before all that waits."""
        self._sink.write(frame)

    async def drained(self) -> None:
        """Returns when the page has taken all that does not wait."""
        await self._sink.drained()

    def release(self) -> None:
        """Nothing waits any more."""
        held, self._held = self._held, None
        for frame in held or ():
            self._sink.write(frame)
