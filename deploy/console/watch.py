"""The supervisor's live table: on a terminal a whole screen that moves and is acted from; elsewhere the table again and
again, or frames as lines, or one table and no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import msgspec
from rich.console import Console

from deploy.console.client import AgentClient, Wishes
from deploy.console.watch_screen import Sight, picture
from deploy.console.watch_words import WatchWords
from schemas import live
from schemas.metrics import Dimension
from schemas.vocabulary import Role

PLAIN_EVERY_S: Final = 5.0
ONCE_WITHIN_S: Final = 20.0


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How the table is wished for."""

    workspace: str
    role: Role = Role.SUPERVISOR
    queues: tuple[str, ...] = ()
    once: bool = False
    as_json: bool = False


class Watch:
    """One supervisor's client and what is shown of it."""

    def __init__(
        self, url: str, tickets: Callable[[], Awaitable[str]], wanted: Wanted, words: WatchWords, console: Console
    ) -> None:
        self._wanted = wanted
        self._words = words
        self._console = console
        self._clock_offset_ms = 0
        self._stopping = asyncio.Event()
        wishes = Wishes(role=wanted.role, queues=wanted.queues, subscribe=False, metrics=tuple(Dimension), waits=True)
        self.client = AgentClient(url, tickets, wishes, on_frame=self._frame)

    async def run(self) -> None:
        """Shows until told to stop, or once. Raises Gone, and TimeoutError when nothing came to show once."""
        running = asyncio.create_task(self.client.run())
        showing = asyncio.create_task(self._once() if self._wanted.once else self._show())
        stopping = asyncio.create_task(self._stopping.wait())
        tasks = (running, showing, stopping)
        with self._stopped_by_signals():
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        done = [task for task in (running, showing) if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for task in done:
            task.result()

    def sight(self) -> Sight:
        """What the table is made of now."""
        return Sight(
            mirror=self.client.mirror,
            workspace=self._wanted.workspace,
            now_ms=self.client.now_ms() + self._clock_offset_ms,
            connected=self.client.is_connected,
        )

    async def _once(self) -> None:
        await self.client.until(lambda mirror: mirror.cursor and mirror.figures.is_told, within_s=ONCE_WITHIN_S)
        if not self._wanted.as_json:
            self._print()

    async def _show(self) -> None:
        if self._wanted.as_json:
            await self._stopping.wait()
        elif self._console.is_terminal and sys.stdin.isatty():
            await self._screen()
        else:
            await self.client.until(lambda mirror: mirror.cursor and mirror.figures.is_told, within_s=ONCE_WITHIN_S)
            while True:
                self._print()
                await asyncio.sleep(PLAIN_EVERY_S)

    async def _screen(self) -> None:
        from deploy.console.supervise_words import SuperviseWords
        from deploy.console.watch_terminal import Desk, full_screen

        desk = Desk(self.client, self._words, SuperviseWords(self._words.language))
        await full_screen(desk, self.sight, self._words)

    def _print(self) -> None:
        self._console.print(picture(self.sight(), self._words, self._console.width))

    def _frame(self, frame: live.ServerFrame) -> None:
        if isinstance(frame, live.Welcome):
            self._clock_offset_ms = frame.at_ms - self.client.now_ms()
        if self._wanted.as_json and not self._stopping.is_set():
            try:
                sys.stdout.write(live.encode(frame).decode() + "\n")
                sys.stdout.flush()
            except BrokenPipeError:
                self._stopping.set()
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    @contextlib.contextmanager
    def _stopped_by_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, self._stopping.set)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)
