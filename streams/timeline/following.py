"""One workspace's decisions after the other, over what the table holds: which count, and what to keep of them. Pure.

A workspace's own mark lies beside its interactions, under a key of its own: it drops what comes again, also of
interactions that are long over, and finds a decision that is missing. What a batch changes is kept here until its entries
are acknowledged; then `keep` gives it to the table, in the order that `streams.timeline` promises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from runtime.errors import Invalid, LogBroken
from runtime.partitioner import partition_of
from schemas.decisions import Decision, EpochStarted
from schemas.timeline import TimelineEntryAdded
from schemas.topics import ROUTING_DECISIONS
from streams.timeline.decided import entries_of
from streams.timeline.intervened import of_intervention
from streams.timeline.known import NOBODY, Known, interaction_of, learn


class Table(Protocol):
    """What is known, by partition of the decisions."""

    def get(self, partition: int, key: str) -> Known | None:
        """The value, None = there is none."""
        ...

    def items(self, partition: int) -> Mapping[str, Known]:
        """All of a partition."""
        ...

    def put(self, partition: int, key: str, value: Known) -> None:
        """Sets a value."""
        ...

    def drop(self, partition: int, key: str) -> None:
        """Removes a value, if there is one."""
        ...


class Following:
    """The decisions of one batch. `apply` each in the log's order, then `keep`; a batch that failed is dropped whole."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: dict[tuple[int, str], Known] = {}
        self._marks: dict[tuple[int, str], Known] = {}

    def apply(self, partition: int, decision: Decision) -> list[TimelineEntryAdded]:
        """The entries of a decision; none when it was applied before.

        Raises:
            LogBroken: a decision before this one is missing.
            Invalid: the decision lies in a partition that is not its workspace's.
        """
        if not self._is_next(partition, decision):
            return []
        interaction_id = interaction_of(decision)
        if interaction_id is None:
            return of_intervention(decision)
        where = (partition, f"{decision.workspace}/{interaction_id}")
        known = self._known.get(where) or self._table.get(*where)
        if known is not None and (decision.epoch, decision.seq) <= known.mark:
            return []
        entries = entries_of(known, decision)
        self._known[where] = learn(NOBODY if known is None else known, decision)
        return entries

    def keep(self) -> None:
        """The table takes what was learnt."""
        for where, known in self._known.items():
            self._table.put(*where, known)
        for where, mark in self._marks.items():
            self._table.put(*where, mark)
        for where, known in self._known.items():
            if known.is_over:
                self._table.drop(*where)

    def _is_next(self, partition: int, decision: Decision) -> bool:
        where = (partition, f"{decision.workspace}/")
        found = self._marks.get(where) or self._table.get(*where) or Known(epoch=1, seq=0)
        here = (decision.epoch, decision.seq)
        if here <= found.mark:
            return False
        if found.seq == 0 and partition_of(decision.workspace.encode(), ROUTING_DECISIONS.partitions) != partition:
            raise Invalid(f"workspace {decision.workspace!r} does not belong to partition {partition}")
        begins = isinstance(decision, EpochStarted) and decision.seq == 1
        if not begins and here != (found.epoch, found.seq + 1):
            name = f"{ROUTING_DECISIONS.name}/{partition}"
            raise LogBroken(f"{name}: {decision.workspace} goes from {found.mark} to {here}")
        self._marks[where] = Known(epoch=decision.epoch, seq=decision.seq)
        return True


def sweep(table: Table, partition: int) -> None:
    """Drops what is over: a crash may have come between the mark and that. To be done once for each partition taken.

    What the workspace's mark does not cover stays: the decisions that ended it come again.
    """
    values = table.items(partition)
    for key in [key for key, known in values.items() if known.is_over]:
        mark = values.get(f"{key.partition('/')[0]}/")
        if mark is not None and values[key].mark <= mark.mark:
            table.drop(partition, key)
