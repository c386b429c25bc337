"""The live table in the terminal; where there is none, plain lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from deploy.console.client import AgentClient
from deploy.simulation.board import COLUMNS, Board, offer_line, statuses, sum_line
from deploy.simulation.words import Words
from runtime.clock import Clock
from schemas.vocabulary import RoutingStatus

REFRESH_S: Final = 0.25
PLAIN_EVERY_S: Final = 5.0
FEWEST_OFFERS: Final = 3
OTHER_LINES: Final = 18
STYLES: Final[dict[RoutingStatus, str]] = {
    RoutingStatus.IDLE: "green",
    RoutingStatus.INTERACTING: "cyan",
    RoutingStatus.WRAP_UP: "yellow",
    RoutingStatus.NOT_RESPONDING: "red",
    RoutingStatus.OFF_QUEUE: "dim",
}

Say = Callable[[str], None]


async def show(
    watcher: AgentClient, workspace: str, board: Board, words: Words, below: str, clock: Clock, console: Console
) -> None:
    """Shows the board until cancelled; `below` stands under the table."""
    if not console.is_terminal:
        await _plain(watcher, board, words, clock, lambda text: console.print(Text(text), soft_wrap=True))
        return
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            live.update(render(watcher, workspace, board, words, below, console.height), refresh=True)
            await clock.sleep(REFRESH_S)


def render(watcher: AgentClient, workspace: str, board: Board, words: Words, below: str, height: int) -> RenderableType:
    """The whole picture, with as many offers as there are lines left of `height`."""
    parts: list[RenderableType] = [_work(watcher, workspace, board, words), _agents(watcher, words)]
    not_live = watcher.mirror.not_live
    if not_live is not None:
        parts.append(Text(words.say("not_live", reason=not_live.reason), style="bold red"))
    parts.append(Text(words.say("decisions"), style="bold"))
    offers = list(board.latest)[-max(FEWEST_OFFERS, height - OTHER_LINES) :]
    parts.extend(Text("  " + offer_line(one, words), no_wrap=True, overflow="ellipsis") for one in offers)
    parts.append(Text(below, style="dim"))
    return Group(*parts)


def _work(watcher: AgentClient, workspace: str, board: Board, words: Words) -> Table:
    table = Table(title=words.say("title", workspace=workspace), title_justify="left", expand=False)
    table.add_column(words.say("channel"))
    for column in COLUMNS:
        table.add_column(words.say(column), justify="right", min_width=7)
    counts = board.counts(watcher.mirror)
    for channel, count in counts.items():
        table.add_row(words.channel(channel), *(str(count[column] or "·") for column in COLUMNS))
    table.add_section()
    table.add_row(
        words.say("all"), *(str(sum(count[column] for count in counts.values())) for column in COLUMNS), style="bold"
    )
    return table


def _agents(watcher: AgentClient, words: Words) -> RenderableType:
    found = statuses(watcher.mirror)
    head = Text(words.say("agents") + "  ", style="bold")
    for status in RoutingStatus:
        if found[status]:
            head.append(f"{words.status(status)} {found[status]}   ", style=STYLES[status])
    names = Text("  ")
    for agent in sorted(watcher.mirror.agents.values(), key=lambda one: one.agent_id):
        in_hand = f"({len(agent.legs)})" if agent.legs else ""
        names.append(f"{agent.agent_id}{in_hand}  ", style=STYLES[agent.routing_status])
    return Group(head, names)


async def _plain(watcher: AgentClient, board: Board, words: Words, clock: Clock, say: Say) -> None:
    next_sum_s = clock.monotonic() + PLAIN_EVERY_S
    while True:
        for offer in board.fresh_offers():
            say(offer_line(offer, words))
        if clock.monotonic() >= next_sum_s:
            next_sum_s += PLAIN_EVERY_S
            say(sum_line(board, watcher.mirror, words))
        await clock.sleep(REFRESH_S)
