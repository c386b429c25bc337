"""The workspaces of the partitions held here: a batch of decisions in, records of the table out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.events import from_record
from runtime.records import Record
from schemas.decisions import Decision
from schemas.topics import ROUTING_DECISIONS
from streams.metrics.fold import fold
from streams.metrics.kept import Kept
from streams.metrics.state import State
from streams.metrics.telling import Teller
from streams.metrics.writes import read_back, take_writes


class Table(Protocol):
    """Where records are kept, by partition: see `runtime.faust_shelf.Shelf`."""

    def partitions(self) -> Iterable[int]:
        """Those that are at hand."""
        ...

    def items(self, partition: int) -> Mapping[str, Kept]:
        """All of a partition: the same mapping for as long as it is at hand."""
        ...

    def put(self, partition: int, key: str, value: Kept) -> None:
        """Sets a value."""
        ...

    def drop(self, partition: int, key: str) -> None:
        """Removes a value."""
        ...


class _Held:
    """One partition, read back from the mapping `kept`."""

    def __init__(self, kept: Mapping[str, Kept]) -> None:
        self.kept = kept
        self.states = read_back(kept.items())
        self.tellers = {name: Teller(state) for name, state in self.states.items()}


class Partitions:
    """What is known of each workspace, and who tells it; read back from the table when a partition comes."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._held: dict[int, _Held] = {}

    def apply(self, batch: Sequence[Record]) -> list[DeadLetter]:
        """Folds a batch, of any partitions, and puts what changed on the table. Returns the records that are no decisions.

        Raises:
            Gap: a decision is missing.
        """
        dead: list[DeadLetter] = []
        changed: dict[tuple[int, str], State] = {}
        for record in batch:
            try:
                decision, _ = from_record(record, ROUTING_DECISIONS)
            except Invalid as error:
                dead.append(DeadLetter(record, error.reason))
                continue
            assert isinstance(decision, Decision)
            state = self._state(record.partition, decision.workspace)
            changed[record.partition, decision.workspace] = state
            fold(state, decision)
        for (partition, _), state in changed.items():
            for key, kept in take_writes(state):
                if kept is None:
                    self._table.drop(partition, key)
                else:
                    self._table.put(partition, key, kept)
        return dead

    def tellers(self) -> list[Teller]:
        """Who tells the workspaces of the partitions at hand."""
        partitions = sorted(self._table.partitions())
        for partition in [one for one in self._held if one not in partitions]:
            del self._held[partition]
        return [teller for partition in partitions for teller in self._read(partition).tellers.values()]

    def _state(self, partition: int, workspace: str) -> State:
        held = self._read(partition)
        state = held.states.get(workspace)
        if state is None:
            state = held.states[workspace] = State(workspace)
            held.tellers[workspace] = Teller(state)
        return state

    def _read(self, partition: int) -> _Held:
        kept = self._table.items(partition)
        held = self._held.get(partition)
        if held is None or held.kept is not kept:
            held = self._held[partition] = _Held(kept)
        return held
