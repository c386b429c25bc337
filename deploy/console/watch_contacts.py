"""The supervisor's list of live contacts, who waits longest first, each with the end of its id to act on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from deploy.console.mirror import Mirror
from deploy.console.watch_cells import waited
from deploy.console.watch_words import WatchWords
from schemas.values import LegValue
from schemas.vocabulary import LegKind, LegState

SHORTEST_END: Final = 4
ORDER: Final = (
    LegState.QUEUED,
    LegState.OFFERED,
    LegState.CONNECTING,
    LegState.CONNECTED,
    LegState.ON_HOLD,
    LegState.SCHEDULED,
)
"""Who still waits is seen first; a part that is being wrapped up is no live contact."""
WAITING: Final = frozenset({LegState.QUEUED, LegState.OFFERED})
COLUMNS: Final = ("contact", "channel", "queue", "state", "for", "agent", "tier", "priority")


def live(mirror: Mirror) -> list[LegValue]:
    """The main legs of contacts that wait or are in hand, in the order of the list."""
    legs = (leg for leg in mirror.legs.values() if leg.kind is LegKind.MAIN and leg.state in ORDER)
    return sorted(legs, key=lambda leg: (ORDER.index(leg.state), leg.since_ms, leg.leg_id))


def end_length(ids: Sequence[str]) -> int:
    """How many last characters tell these ids apart."""
    length = SHORTEST_END
    while len({one[-length:] for one in ids}) < len(set(ids)):
        length += 1
    return length


def table(mirror: Mirror, now_ms: int, words: WatchWords, rows: int) -> Table:
    """As many contacts as there are rows for."""
    length = end_length(list(mirror.interactions))
    found = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim underline")
    for column in COLUMNS:
        found.add_column(words.say(f"contact_{column}"), no_wrap=True, overflow="ellipsis")
    for leg in live(mirror)[: max(0, rows)]:
        found.add_row(*(Text(text) for text in _cells(leg, mirror, now_ms, words, length)))
    return found


def _cells(leg: LegValue, mirror: Mirror, now_ms: int, words: WatchWords, length: int) -> tuple[str, ...]:
    interaction = mirror.interactions.get(leg.interaction_id)
    return (
        leg.interaction_id[-length:],
        "-" if interaction is None else words.word(interaction.channel),
        leg.queue or "-",
        words.word(leg.state),
        waited(max(0, now_ms - leg.since_ms) + (leg.waited_ms if leg.state in WAITING else 0)),
        leg.agent_id or "-",
        "-" if interaction is None or interaction.tier is None else words.word(interaction.tier),
        "-" if interaction is None else str(interaction.priority),
    )
