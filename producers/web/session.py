"""One page's conversation, without I/O: frames in, acts out.

`AWAITING_HELLO` -> `OPENING` (the chat is looked up) -> `OPEN` -> `CLOSED`. What a page sends while its chat is opened waits.
A frame that is not understood, comes too early or too often closes the socket.
"""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from runtime.frame_limits import FrameLimits, close_reason, paid_until
from schemas import chat

MOST_HELD: Final = 64


class Stage(enum.IntEnum):
    """Where the conversation stands."""

    AWAITING_HELLO = 0
    OPENING = 1
    OPEN = 2
    CLOSED = 3


class Limits(FrameLimits, frozen=True, kw_only=True):
    """What a page may ask for."""

    frame_every_ms: int = 100
    burst: int = 40


class Say(msgspec.Struct, frozen=True):
    """Send this frame."""

    frame: chat.Frame


class Close(msgspec.Struct, frozen=True):
    """Close the socket."""

    code: chat.Close
    reason: str


class Open(msgspec.Struct, frozen=True):
    """Open the chat; answered by `Session.opened`, or by a close."""

    hello: chat.Hello


class Post(msgspec.Struct, frozen=True):
    """Put the message into the log."""

    send: chat.Send


class Leave(msgspec.Struct, frozen=True):
    """The customer ends the contact."""


class Pass(msgspec.Struct, frozen=True):
    """Tell the chat's other windows, and the agent."""

    active: bool


Act = Say | Close | Open | Post | Leave | Pass


class Session:
    """See the module."""

    __slots__ = ("_frames_until_ms", "_held", "_limits", "stage")

    def __init__(self, limits: Limits) -> None:
        self.stage = Stage.AWAITING_HELLO
        self._limits = limits
        self._frames_until_ms = 0
        self._held: list[chat.ClientFrame] = []

    def receive(self, data: bytes | str, now_ms: int) -> list[Act]:
        """What a frame leads to."""
        if self.stage is Stage.CLOSED:
            return []
        until_ms = paid_until(self._limits, self._frames_until_ms, now_ms)
        if until_ms is None:
            return self.close(chat.Close.TOO_MANY_FRAMES, "too many frames")
        self._frames_until_ms = until_ms
        try:
            frame = chat.decode_client(data)
        except (msgspec.MsgspecError, UnicodeError) as error:
            return self.close(chat.Close.BAD_FRAME, str(error))
        is_first = self.stage is Stage.AWAITING_HELLO
        if isinstance(frame, chat.Hello) is not is_first:
            return self.close(chat.Close.BAD_FRAME, "the first frame is hello, and only the first")
        if isinstance(frame, chat.Hello):
            self.stage = Stage.OPENING
            return [Open(frame)]
        if self.stage is Stage.OPENING and len(self._held) >= MOST_HELD:
            return self.close(chat.Close.TOO_MANY_FRAMES, "too many frames before the welcome")
        if self.stage is Stage.OPENING:
            self._held.append(frame)
            return []
        return self._obey(frame, now_ms)

    def opened(self, now_ms: int) -> list[Act]:
        """The chat is open: what has waited is done now."""
        if self.stage is not Stage.OPENING:
            return []
        self.stage = Stage.OPEN
        held, self._held = self._held, []
        return [act for frame in held for act in self._obey(frame, now_ms)]

    def close(self, code: chat.Close, reason: str) -> list[Act]:
        """Ends the conversation from this side."""
        self.stage = Stage.CLOSED
        return [Close(code, close_reason(reason))]

    def _obey(self, frame: chat.ClientFrame, now_ms: int) -> list[Act]:
        match frame:
            case chat.Send() if not frame.text.strip() and not frame.attachments:
                return [Say(chat.NotSent(id=frame.id, reason=chat.NotSentReason.EMPTY, at_ms=now_ms))]
            case chat.Send():
                return [Post(frame)]
            case chat.End():
                return [Leave()]
            case chat.Typing():
                return [Pass(frame.active)]
            case chat.Ping():
                return [Say(chat.Pong(at_ms=now_ms, nonce=frame.nonce))]
        return []
