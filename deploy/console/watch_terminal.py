"""The supervisor's full screen: the table or the list of contacts, what came of the last acts, and a line to type."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec
from rich.console import Console, Group, RenderableType

from deploy.console.client import AgentClient
from deploy.console.parse import Plain, Wrong
from deploy.console.render import newest
from deploy.console.supervise_words import SuperviseWords
from deploy.console.watch_acts import wish_of
from deploy.console.watch_contacts import table
from deploy.console.watch_screen import Sight, head, picture
from deploy.console.watch_words import WatchWords
from schemas import live, supervision

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyBindings

REFRESH_S: Final = 0.25
ANSWER_S: Final = 30.0
SAID_ROWS: Final = 3
SAID_KEPT: Final = 20
OTHER_ROWS: Final = SAID_ROWS + 1
"""Below the picture: what was said, and the line that is typed."""
LIST_ROWS: Final = 5
"""Of the list: two of the head, the titles, and what may be said of trouble."""


class Desk:
    """What a supervisor types, and what becomes of it."""

    def __init__(self, client: AgentClient, words: WatchWords, acts: SuperviseWords) -> None:
        self.lists_contacts = False
        self.leaving = asyncio.Event()
        self.said: deque[str] = deque(maxlen=SAID_KEPT)
        self._client = client
        self._words = words
        self._acts = acts
        self._tasks: set[asyncio.Task[None]] = set()

    def typed(self, line: str) -> None:
        """Does what the line asks for."""
        match wish_of(line, self._client.mirror):
            case Plain.HELP:
                self.said.append(self._words.say("help"))
            case Plain.QUIT:
                self.leaving.set()
            case Plain.NOTHING:
                return
            case Wrong(key=key, values=values):
                self.said.append(self._words.say(key, **values))
            case act:
                task = asyncio.create_task(self._do(act))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def answered(self) -> None:
        """Returns when everything asked so far has its answer, or none will come."""
        if self._tasks:
            await asyncio.wait(list(self._tasks))

    async def _do(self, act: supervision.AnyAct) -> None:
        try:
            result = await self._client.do(act, within_s=ANSWER_S)
        except TimeoutError:
            self.said.append(self._words.say("no_answer"))
            return
        asked: dict[str, Any] = msgspec.to_builtins(act)
        what = self._acts.act(asked.pop("name"), **asked)
        if result.outcome is live.Outcome.REFUSED:
            reason = "" if result.reason is None else self._acts.reason(result.reason)
            said = self._acts.say("refused", reason=reason, act=what)
            self.said.append(f"{said}: {result.detail}" if result.detail else said)
        else:
            self.said.append(self._acts.say(result.outcome.value, act=what))


async def full_screen(desk: Desk, sight: Callable[[], Sight], mirror_words: WatchWords) -> None:
    """Draws until the supervisor leaves."""
    from prompt_toolkit.application import Application
    from prompt_toolkit.formatted_text import ANSI
    from prompt_toolkit.layout import HSplit, Layout, Window
    from prompt_toolkit.layout.controls import FormattedTextControl
    from prompt_toolkit.utils import get_cwidth
    from prompt_toolkit.widgets import TextArea

    def size() -> tuple[int, int]:
        found = application.output.get_size()
        return found.columns, found.rows - OTHER_ROWS

    def accepted(buffer: Any) -> bool:
        desk.typed(buffer.text)
        return False

    def rows_of(text: str) -> int:
        return max(1, -(-get_cwidth(text) // size()[0]))

    def said() -> str:
        return "\n".join(newest(desk.said, SAID_ROWS, rows_of))

    line = TextArea(height=1, prompt="> ", multiline=False, accept_handler=accepted)
    screen = HSplit(
        [
            Window(FormattedTextControl(lambda: ANSI(drawn(desk, sight(), mirror_words, *size())))),
            Window(FormattedTextControl(said), height=SAID_ROWS, wrap_lines=True),
            line,
        ]
    )
    application: Application[None] = Application(
        layout=Layout(screen, focused_element=line),
        key_bindings=_keys(desk),
        full_screen=True,
        refresh_interval=REFRESH_S,
    )
    drawing = asyncio.create_task(application.run_async(handle_sigint=False))
    leaving = asyncio.create_task(desk.leaving.wait())
    try:
        await asyncio.wait([drawing, leaving], return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        with contextlib.suppress(Exception):
            application.exit()
        await asyncio.wait([drawing, leaving])
    drawing.result()


def drawn(desk: Desk, sight: Sight, words: WatchWords, width: int, height: int) -> str:
    """The table, or the list of contacts, as a terminal shows it."""
    console = Console(file=io.StringIO(), force_terminal=True, width=width, height=height, highlight=False)
    what: RenderableType = picture(sight, words, width, height, leave=True)
    if desk.lists_contacts:
        what = Group(*head(sight, words), table(sight.mirror, sight.now_ms, words, height - LIST_ROWS))
    with console.capture() as caught:
        console.print(what)
    return caught.get().rstrip("\n")


def _keys(desk: Desk) -> KeyBindings:
    """Ctrl-C and Ctrl-D leave, Tab goes from the table to the contacts and back."""
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    keys = KeyBindings()

    @keys.add("c-c")
    @keys.add("c-d")
    def leave(_event: KeyPressEvent) -> None:
        desk.leaving.set()

    @keys.add("tab")
    def turn(_event: KeyPressEvent) -> None:
        desk.lists_contacts = not desk.lists_contacts

    return keys
