"""What one decision counts, by group, before it is added to the cells."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.metrics import Dimension
from schemas.vocabulary import RoutingStatus
from streams.metrics.kept import Group, KeptAgent, KeptContact
from streams.metrics.spans import pieces


class Tally:
    """Sums by group, all of one moment; and times in a status by group and interval."""

    __slots__ = ("counts", "status_ms")

    def __init__(self) -> None:
        self.counts: dict[Group, dict[str, int]] = {}
        self.status_ms: dict[tuple[Group, int], dict[RoutingStatus, int]] = {}

    def add(self, groups: Iterable[Group], **amounts: int) -> None:
        """Counts these amounts in each of the groups."""
        for group in groups:
            sums = self.counts.setdefault(group, {})
            for name, amount in amounts.items():
                if amount:
                    sums[name] = sums.get(name, 0) + amount

    def spent(self, groups: Iterable[Group], status: RoutingStatus, from_ms: int, to_ms: int) -> None:
        """Counts time in a status, each interval's part in that interval."""
        for starts_ms, amount in pieces(from_ms, to_ms):
            for group in groups:
                sums = self.status_ms.setdefault((group, starts_ms), {})
                sums[status] = sums.get(status, 0) + amount


def groups_of_contact(workspace: str, contact: KeptContact) -> tuple[Group, ...]:
    """Where a contact counts wherever it waits: the workspace, its channel, the site that it names."""
    whole = (Dimension.WORKSPACE, workspace)
    channel = (Dimension.CHANNEL, contact.channel)
    return (whole, channel) if contact.site is None else (whole, channel, (Dimension.SITE, contact.site))


def groups_of_queue(queue: str | None) -> tuple[Group, ...]:
    """The queue's group, if there is a queue."""
    return () if queue is None else ((Dimension.QUEUE, queue),)


def groups_of_agent(agent_id: str | None, agent: KeptAgent | None) -> tuple[Group, ...]:
    """The agent's own group, and the team's."""
    own: tuple[Group, ...] = () if agent_id is None else ((Dimension.AGENT, agent_id),)
    return own if agent is None or agent.team is None else (*own, (Dimension.TEAM, agent.team))


def groups_of_desk(agent_id: str | None, agent: KeptAgent | None) -> tuple[Group, ...]:
    """As `groups_of_agent`, and the site where the agent sits."""
    groups = groups_of_agent(agent_id, agent)
    return groups if agent is None or agent.site is None else (*groups, (Dimension.SITE, agent.site))
