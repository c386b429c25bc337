"""`hubline run`: the stack, the book city in it, a gentle stream of contacts, scripted agents and a live table.

What runs already is used and left running; what somebody is starting is waited for. The agent `ana` is left to a person.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console

from deploy.console.words import Language
from deploy.local import state
from deploy.local.layout import Layout, data_dir
from deploy.local.stack import Endpoints, Request, endpoints_now, opened
from deploy.simulation import bookcity
from deploy.simulation.board import Board
from deploy.simulation.bookcity import WORKSPACE
from deploy.simulation.company import WATCHER, Cast, set_up
from deploy.simulation.contacts import CHANNELS, contacts
from deploy.simulation.manner import Paced
from deploy.simulation.pace import pace_for
from deploy.simulation.plan import all_day, at_rate
from deploy.simulation.play import Play
from deploy.simulation.table import show
from deploy.simulation.traffic import Traffic, Where, where
from deploy.simulation.words import Words
from runtime.clock import SystemClock
from runtime.ids import random_id
from runtime.postgres import connect_pool
from runtime.settings import Postgres

FREE_FOR_A_PERSON: Final = "ana"
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Note = Callable[[str], None]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    data_dir: Path
    rate_per_s: float
    language: Language


def run(wanted: Wanted, environ: Mapping[str, str], note: Note) -> None:
    """Runs until SIGINT, SIGTERM or SIGHUP. Raises StackError and SetUpFailed. To be called in the main thread."""
    words = Words(wanted.language)
    if state.wait_up(Layout(data_dir=wanted.data_dir)):
        _demonstrate(wanted, endpoints_now(wanted.data_dir, environ), words, words.say("leave"))
        return
    with opened(Request(data_dir=wanted.data_dir), environ, note) as stack:
        try:
            with _signals(stack.supervisor.cancel):
                stack.supervisor.start()
            note(words.say("up"))
            _demonstrate(wanted, stack.endpoints, words, words.say("stop"))
        finally:
            with _signals(lambda: None):
                stack.supervisor.stop()


def _demonstrate(wanted: Wanted, endpoints: Endpoints, words: Words, below: str) -> None:
    async def work() -> None:
        working = asyncio.create_task(_work(wanted, endpoints, words, below))
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, working.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await working

    asyncio.run(work())


async def _work(wanted: Wanted, endpoints: Endpoints, words: Words, below: str) -> None:
    clock = SystemClock()
    async with connect_pool(Postgres(url=endpoints.database_url)) as pool:
        city = await set_up(bookcity.company(), pool, clock, wanted.data_dir)
    reached = where(endpoints)
    console = Console(highlight=False)
    for line in look(reached, city, wanted.data_dir, words):
        console.print(line, soft_wrap=True, markup=False)
    agents = [
        name
        for name, account in city.accounts.items()
        if name not in (WATCHER, FREE_FOR_A_PERSON) and account.password is not None
    ]
    pace = pace_for(wanted.rate_per_s, len(agents))
    stream = contacts(random_id("run"), WORKSPACE, bookcity.known())
    play = Play(
        company=bookcity.company(),
        arrivals=at_rate(stream, wanted.rate_per_s, None),
        shifts=all_day(agents),
        manner=Paced(pace),
        customers_talk_ms=pace.handle_ms,
        channels=CHANNELS,
        longest_ms=0,
        chat_sockets=True,
    )
    traffic = Traffic(reached, play, city, clock)
    board = Board()
    traffic.listeners.append(board.take)
    async with traffic.open(), asyncio.TaskGroup() as group:
        group.create_task(traffic.send())
        group.create_task(show(traffic.watcher, traffic.workspace, board, words, below, clock, console))


def look(reached: Where, city: Cast, folder: Path, words: Words) -> Iterator[str]:
    """Where everything is, line by line."""
    elsewhere = "" if folder == data_dir({}) else f"HUBLINE_DATA_DIR={folder} "
    yield words.say("look")
    yield f"  {words.say('interface')}: {reached.http}/docs"
    yield f"  {words.say('admin')}: {reached.admin}"
    yield f"  {words.say('gateway')}: {reached.gateway}"
    if reached.query is not None:
        yield f"  {words.say('query')}: {reached.query}/docs"
    if reached.web is not None:
        yield f"  {words.say('chat')}: {reached.web}/chat/demo"
    yield f"  {words.say('state')}: {elsewhere}.venv/bin/hubline status"
    yield f"  {words.say('data')}: {folder}"
    yield words.say("users")
    for account in city.accounts.values():
        yield f"  {account.user:<16} {account.password or words.say('unknown_password')}"
    yield words.say("keys")
    for adapter, key in city.keys.items():
        yield f"  {adapter:<16} {key}"
    person = city.accounts[FREE_FOR_A_PERSON]
    yield words.say("sit_down")
    yield f"  {elsewhere}HUBLINE_PASSWORD={person.password} .venv/bin/hubline agent --as {person.user}"
    watcher = city.accounts[WATCHER]
    yield words.say("watch")
    yield f"  {elsewhere}HUBLINE_PASSWORD={watcher.password} .venv/bin/hubline watch --as {watcher.user}"


@contextlib.contextmanager
def _signals(then: Callable[[], None]) -> Iterator[None]:
    """While the block runs, a signal to stop calls `then`."""
    before = {number: signal.signal(number, lambda *_: then()) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
