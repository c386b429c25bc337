from __future__ import annotations

from producers.web.window import Window
from schemas import chat


class Page:
    def __init__(self) -> None:
        self.frames: list[chat.Frame] = []

    def write(self, frame: chat.Frame) -> None:
        self.frames.append(frame)

    async def drained(self) -> None:
        """At once."""


def test_what_comes_while_the_past_is_read_waits_behind_it() -> None:
    page = Page()
    window = Window(page)
    new, old, newest = (chat.Live(at_ms=moment) for moment in (2, 1, 3))
    window.tell(new)
    window.tell_first(old)
    window.release()
    window.tell(newest)
    assert page.frames == [old, new, newest]
