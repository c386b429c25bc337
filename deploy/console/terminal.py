"""The console: a full screen on a terminal, plain lines (or one JSON object a line) elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from deploy.console import parse, render
from deploy.console.client import AgentClient, Wishes
from deploy.console.words import Words
from schemas import live

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyBindings

LOG_LINES: Final = 200
LOG_ROWS: Final = 8
OTHER_ROWS: Final = LOG_ROWS + 2
"""The sentences, the rule above them, and the line that is typed."""
REFRESH_S: Final = 0.5
COMMAND_S: Final = 30.0
SIGN_S: Final = 2.0

Out = Callable[[str], None]


class Console:
    """One person's client with what is typed and what is said."""

    def __init__(
        self, url: str, tickets: Callable[[], Awaitable[str]], workspace: str, words: Words, out: Out, raw: Out | None
    ) -> None:
        self.words = words
        self.workspace = workspace
        self.selected: str | None = None
        self.quitting = asyncio.Event()
        self._out = out
        self._raw = raw
        self._clock_offset_ms = 0
        self._stands_still = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._writes_to: str | None = None
        self._signed_s = 0.0
        self.client = AgentClient(url, tickets, Wishes(), on_frame=self._frame, on_lost=self._lost)

    def sight(self, now_ms: int) -> render.Sight:
        """What the picture is made of; `now_ms` by this machine's clock."""
        return render.Sight(
            mirror=self.client.mirror,
            agent_id=self.client.agent_id,
            workspace=self.workspace,
            now_ms=now_ms + self._clock_offset_ms,
            connected=self.client.is_connected,
            selected=self.selected,
        )

    def typed(self, line: str) -> None:
        """Does what the line asks for."""
        now_ms = self.client.now_ms() + self._clock_offset_ms
        desk = parse.Desk(self.client.mirror, self.client.agent_id, self.selected, now_ms)
        match parse.wish_of(line, desk):
            case parse.Ask(do=do):
                self._start(self.client.do(do, within_s=COMMAND_S))
            case parse.Write(leg_id=leg_id, text=text):
                self._start(self.client.say(leg_id, text, within_s=COMMAND_S))
            case parse.Select(leg_id=leg_id):
                self.selected = leg_id
            case parse.Wrong(key=key, values=values):
                self._out(self.words.say(key, **values))
            case parse.Plain.HELP:
                self._out(self.words.say("help"))
            case parse.Plain.QUIT:
                self.quitting.set()

    def writing(self, line: str) -> None:
        """The line has changed: a customer who is written to shall see that, and that it has stopped."""
        desk = parse.Desk(self.client.mirror, self.client.agent_id, self.selected)
        wish = parse.wish_of(line, desk) if line else None
        leg_id = wish.leg_id if isinstance(wish, parse.Write) else None
        if self._writes_to is not None and self._writes_to != leg_id:
            self._send(live.Typing(leg_id=self._writes_to, active=False))
        if leg_id is not None:
            self._send(live.Typing(leg_id=leg_id))
        self._writes_to = leg_id

    async def answered(self) -> None:
        """Returns when everything asked so far has its answer, or none will come."""
        if self._tasks:
            await asyncio.wait(list(self._tasks))

    async def work(self) -> None:
        """Stays connected until asked to quit. Raises Gone."""
        running = asyncio.create_task(self.client.run())
        quitting = asyncio.create_task(self.quitting.wait())
        try:
            await asyncio.wait([running, quitting], return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        finally:
            for task in (running, quitting, *self._tasks):
                task.cancel()
            await asyncio.wait([running, quitting, *self._tasks])

    def _frame(self, frame: live.ServerFrame) -> None:
        if isinstance(frame, live.Welcome):
            self._clock_offset_ms = frame.at_ms - self.client.now_ms()
        if self._raw is not None:
            self._raw(live.encode(frame).decode())
            return
        if isinstance(frame, live.Live | live.NotLive):
            stood_still, self._stands_still = self._stands_still, isinstance(frame, live.NotLive)
            if stood_still == self._stands_still:
                return
        for line in render.narrate(frame, self.client.agent_id, self.words, again=self.client.connections > 0):
            self._out(line)

    def _lost(self) -> None:
        if self._raw is None:
            self._out(self.words.say("lost"))

    def _send(self, frame: live.Typing) -> None:
        """At most one sign a second; gateways take so many frames only."""
        now_s = time.monotonic()
        if frame.active and frame.leg_id == self._writes_to and now_s - self._signed_s < SIGN_S:
            return
        self._signed_s = now_s
        task = asyncio.create_task(self.client.send(frame))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _start(self, asking: Awaitable[live.Result]) -> None:
        async def ask() -> None:
            try:
                await asking
            except TimeoutError:
                self._out(self.words.say("no_answer"))

        task = asyncio.create_task(ask())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def plain(make: Callable[[Out, Out | None], Console], *, as_json: bool) -> None:
    """Lines in, lines out; ends with the input, once what was asked is answered. Raises Gone."""
    raw: Out | None = _print if as_json else None
    console = make(_complain if as_json else _print, raw)
    working = asyncio.create_task(console.work())
    reading = asyncio.create_task(_read_lines(console))
    done, _ = await asyncio.wait([working, reading], return_when=asyncio.FIRST_COMPLETED)
    console.quitting.set()
    reading.cancel()
    await asyncio.wait([working, reading])
    for task in done | {working}:
        if not task.cancelled():
            task.result()


async def full_screen(make: Callable[[Out, Out | None], Console]) -> None:
    """The picture, the newest sentences, and a line to type. Raises Gone."""
    from prompt_toolkit.application import Application
    from prompt_toolkit.layout import HSplit, Layout, Window
    from prompt_toolkit.layout.controls import FormattedTextControl
    from prompt_toolkit.utils import get_cwidth
    from prompt_toolkit.widgets import TextArea

    said: deque[str] = deque(maxlen=LOG_LINES)

    def say(sentence: str) -> None:
        said.append(sentence)
        application.invalidate()

    console = make(say, None)

    def accepted(buffer: Any) -> bool:
        console.typed(buffer.text)
        return False

    def rows_of(text: str) -> int:
        return max(1, -(-get_cwidth(text) // application.output.get_size().columns))

    def shown() -> str:
        rows = application.output.get_size().rows - OTHER_ROWS
        return "\n".join(render.fitting(console.sight(console.client.now_ms()), console.words, rows, rows_of))

    def log() -> str:
        return "\n".join(render.newest(said, LOG_ROWS, rows_of))

    line = TextArea(height=1, prompt="> ", multiline=False, accept_handler=accepted)
    line.buffer.on_text_changed += lambda buffer: console.writing(buffer.text)
    rule = Window(height=1, char="-")
    screen = HSplit(
        [
            Window(FormattedTextControl(shown), wrap_lines=True),
            rule,
            Window(FormattedTextControl(log), height=LOG_ROWS, wrap_lines=True),
            line,
        ]
    )
    application: Application[None] = Application(
        layout=Layout(screen, focused_element=line),
        key_bindings=_keys(console),
        full_screen=True,
        refresh_interval=REFRESH_S,
    )
    drawing = asyncio.create_task(application.run_async(handle_sigint=False))
    try:
        await console.work()
    finally:
        with contextlib.suppress(Exception):
            application.exit()
        await asyncio.wait([drawing])


def _keys(console: Console) -> KeyBindings:
    """Ctrl-C and Ctrl-D leave, F2 accepts the first offer."""
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    keys = KeyBindings()

    @keys.add("c-c")
    @keys.add("c-d")
    def leave(_event: KeyPressEvent) -> None:
        console.quitting.set()

    @keys.add("f2")
    def accept(_event: KeyPressEvent) -> None:
        console.typed("accept")

    return keys


async def _read_lines(console: Console) -> None:
    async for line in _lines():
        console.typed(line)
        await console.answered()
        if console.quitting.is_set():
            return


async def _lines() -> AsyncIterator[str]:
    """What comes on standard input."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode(errors="replace")


def _print(line: str) -> None:
    print(line, flush=True)


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
