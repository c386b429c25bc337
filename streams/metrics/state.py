"""All that is known of one workspace at its mark, and what has changed since it was last written and told."""

from __future__ import annotations

from typing import TypeVar

from schemas.metrics import Dimension
from streams.metrics.kept import (
    NOWHERE,
    Cell,
    Group,
    Head,
    Kept,
    KeptAgent,
    KeptContact,
    KeptQueue,
    Kind,
    Place,
)
from streams.metrics.standing import Standing
from streams.metrics.tally import Tally

CellKey = tuple[Group, int]
V = TypeVar("V")


class Changes:
    """The keys of what is to be written, in the order of their changes."""

    def __init__(self) -> None:
        self.cells: dict[CellKey, None] = {}
        self.queues: dict[str, None] = {}
        self.agents: dict[str, None] = {}
        self.contacts: dict[str, None] = {}
        self.head = False


class State:
    """One workspace. `counted`: up to where all cells are complete; `ahead`: the highest mark of any record read back;
    `untold`: the cells in which something was counted since they were told.
    """

    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        self.head = Head()
        self.counted: Place = NOWHERE
        self.ahead: Place = NOWHERE
        self.queues: dict[str, KeptQueue] = {}
        self.agents: dict[str, KeptAgent] = {}
        self.contacts: dict[str, KeptContact] = {}
        self.cells: dict[Group, dict[int, Cell]] = {}
        self.standing = Standing(workspace)
        self.changes = Changes()
        self.untold: dict[CellKey, None] = {}
        self._day_starts_ms = 0
        self._days: dict[Group, Cell] = {}

    @property
    def place(self) -> Place:
        """The mark: `(epoch, seq)` of the last decision applied."""
        return self.head.place

    def is_whole(self) -> bool:
        """Whether no record is ahead of the mark, as some are after a crash until the batch is read again."""
        return self.place >= self.ahead

    # Changes

    def set_queue(self, name: str, value: KeptQueue | None, place: Place) -> None:
        """Sets or (None) removes a queue, unless it is ahead."""
        if not _is_ahead(self.queues.get(name), place):
            _set(self.queues, name, value)
            self.changes.queues[name] = None
            self.standing.touched[Dimension.QUEUE, name] = None

    def set_agent(self, agent_id: str, value: KeptAgent | None, place: Place) -> None:
        """Sets or (None) removes an agent, unless he is ahead."""
        before = self.agents.get(agent_id)
        if not _is_ahead(before, place):
            _set(self.agents, agent_id, value)
            self.standing.agent(agent_id, before, value)
            self.changes.agents[agent_id] = None

    def drop_contact(self, interaction_id: str, contact: KeptContact) -> None:
        """Forgets an interaction with its legs."""
        for leg in contact.legs.values():
            self.standing.leg(contact, leg, None)
        self.contacts.pop(interaction_id, None)
        self.changes.contacts[interaction_id] = None

    def count(self, tally: Tally, at_starts_ms: int, place: Place) -> None:
        """Adds a decision's sums to the cells that are not ahead."""
        deltas: dict[CellKey, Cell] = {}
        for group, counts in tally.counts.items():
            deltas[group, at_starts_ms] = Cell(place=place, counts=counts)
        for key, spent in tally.status_ms.items():
            delta = deltas.setdefault(key, Cell(place=place))
            delta.status_ms = spent
        for (group, starts_ms), delta in deltas.items():
            self._add(group, starts_ms, delta, place)

    def _add(self, group: Group, starts_ms: int, delta: Cell, place: Place) -> None:
        if starts_ms < self.head.floor_ms:
            return
        cells = self.cells.setdefault(group, {})
        cell = cells.get(starts_ms)
        if cell is None:
            cell = cells[starts_ms] = Cell(place=(0, 0))
        if cell.place >= place:
            return
        _sum(cell, delta)
        cell.place = place
        if group[0] is Dimension.QUEUE:
            queue = self.queues.get(group[1])
            cell.within_ms = None if queue is None else queue.within_ms
        day = self._days.get(group)
        if day is not None and starts_ms >= self._day_starts_ms:
            _sum(day, delta)
        self.changes.cells[group, starts_ms] = None
        self.untold[group, starts_ms] = None
        self.standing.touched[group] = None

    def drop_cells_before(self, floor_ms: int) -> None:
        """Counts nothing in intervals that began earlier from now on, and forgets those of them that were told."""
        for group in list(self.cells):
            cells = self.cells[group]
            for old in [one for one in cells if one < floor_ms and (group, one) not in self.untold]:
                del cells[old]
                self.changes.cells[group, old] = None
            if not cells:
                del self.cells[group]
        self.head.floor_ms = floor_ms

    # Looking

    def cell(self, group: Group, starts_ms: int) -> Cell | None:
        """What is counted of a group in an interval."""
        return self.cells.get(group, {}).get(starts_ms)

    def day(self, group: Group, day_starts_ms: int) -> Cell:
        """What is counted of a group since that midnight."""
        if day_starts_ms != self._day_starts_ms:
            self._day_starts_ms = day_starts_ms
            self._days.clear()
        day = self._days.get(group)
        if day is None:
            day = self._days[group] = Cell(place=NOWHERE)
            for starts_ms, cell in self.cells.get(group, {}).items():
                if starts_ms >= day_starts_ms:
                    _sum(day, cell)
        return day

    # The table

    def put(self, kind: Kind, key: tuple[object, ...], kept: Kept) -> None:
        """Takes in a record of the table; the rest of `key` after workspace and kind names it."""
        if kept.cell is not None:
            dimension, name, starts_ms = key
            self.cells.setdefault((Dimension(str(dimension)), str(name)), {})[int(str(starts_ms))] = kept.cell
            self.ahead = max(self.ahead, kept.cell.place)
        elif kept.counted is not None:
            self.counted = kept.counted
            self.ahead = max(self.ahead, kept.counted)
        elif kept.queue is not None:
            self.queues[str(key[0])] = kept.queue
            self.ahead = max(self.ahead, kept.queue.place)
        elif kept.agent is not None:
            agent_id = str(key[0])
            self.agents[agent_id] = kept.agent
            self.standing.agent(agent_id, None, kept.agent)
            self.ahead = max(self.ahead, kept.agent.place)
        elif kept.contact is not None:
            self.contacts[str(key[0])] = kept.contact
            for leg in kept.contact.legs.values():
                self.standing.leg(kept.contact, None, leg)
            self.ahead = max(self.ahead, kept.contact.place)
        elif kept.head is not None:
            self.head = kept.head
        else:
            raise ValueError(f"{self.workspace}: a record of kind {kind} holds nothing")


def _is_ahead(kept: KeptQueue | KeptAgent | None, place: Place) -> bool:
    return kept is not None and kept.place >= place


def _set(table: dict[str, V], key: str, value: V | None) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def _sum(cell: Cell, delta: Cell) -> None:
    for name, amount in delta.counts.items():
        cell.counts[name] = cell.counts.get(name, 0) + amount
    for status, spent_ms in delta.status_ms.items():
        cell.status_ms[status] = cell.status_ms.get(status, 0) + spent_ms
