"""What of a state goes to the table, and in which order, so that a crash at any point harms nothing; and back.

First the cells, then up to where all cells are complete, then all that later counts are computed from, the mark last. So
while anything of a batch is missing, either the sources are as they were before it, or its counts are complete and are
not counted again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from streams.metrics.kept import Kept, Kind
from streams.metrics.state import Changes, State

Write = tuple[str, Kept | None]
"""A key of the table and its new value; None = there is none any more."""
_KEY = msgspec.json.Decoder(list[str | int])


def key_of(workspace: str, kind: Kind, *name: str | int) -> str:
    """The key of a record."""
    return msgspec.json.encode((workspace, kind, *name)).decode()


def take_writes(state: State) -> list[Write]:
    """All that changed since the last time, in the order in which it must be written."""
    changes, state.changes = state.changes, Changes()
    return list(_writes(state, changes))


def _writes(state: State, changes: Changes) -> Iterator[Write]:
    name = state.workspace
    for group, starts_ms in changes.cells:
        cell = state.cell(group, starts_ms)
        yield key_of(name, Kind.CELL, *group, starts_ms), None if cell is None else Kept(cell=cell)
    if changes.head:
        yield key_of(name, Kind.COUNTED), Kept(counted=state.counted)
    for queue_name in changes.queues:
        queue = state.queues.get(queue_name)
        yield key_of(name, Kind.QUEUE, queue_name), None if queue is None else Kept(queue=queue)
    for agent_id in changes.agents:
        agent = state.agents.get(agent_id)
        yield key_of(name, Kind.AGENT, agent_id), None if agent is None else Kept(agent=agent)
    for interaction_id in changes.contacts:
        contact = state.contacts.get(interaction_id)
        yield key_of(name, Kind.CONTACT, interaction_id), None if contact is None else Kept(contact=contact)
    if changes.head:
        yield key_of(name, Kind.HEAD), Kept(head=state.head)


def read_back(records: Iterable[tuple[str, Kept]]) -> dict[str, State]:
    """The workspaces that a partition of the table holds."""
    states: dict[str, State] = {}
    for key, kept in records:
        workspace, kind, *name = _KEY.decode(key)
        state = states.setdefault(str(workspace), State(str(workspace)))
        state.put(Kind(str(kind)), tuple(name), kept)
    return states
