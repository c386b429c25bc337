"""Which live interactions name an agent: as owner, or as the one preferred. Derived from the work, never kept.

An entry may be stale (the interaction is over, or names another by now): stale ones are dropped all at once when an
agent's list has doubled, so that naming costs no bookkeeping when work ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from streams.routing.model import Interaction

_SWEEP_ABOVE: Final = 64


def named_in(interaction: Interaction) -> Iterator[str]:
    """The agents whom the interaction names."""
    if interaction.preferred_agent is not None:
        yield interaction.preferred_agent
    if interaction.owner is not None:
        yield interaction.owner
    if interaction.main.preferred is not None:
        yield interaction.main.preferred


class Names:
    """By agent the interactions that name them. `note` whenever an interaction names somebody."""

    __slots__ = ("_by_agent", "_interactions", "_sweep_at")

    def __init__(self, interactions: Mapping[str, Interaction]) -> None:
        self._interactions = interactions
        self._by_agent: dict[str, dict[str, None]] = {}
        self._sweep_at: dict[str, int] = {}

    def note(self, interaction: Interaction) -> None:
        """The interaction names whom it names now."""
        for agent_id in named_in(interaction):
            noted = self._by_agent.setdefault(agent_id, {})
            if len(noted) >= self._sweep_at.get(agent_id, _SWEEP_ABOVE):
                noted = self._by_agent[agent_id] = dict.fromkeys(one.interaction_id for one in self._live(agent_id))
                self._sweep_at[agent_id] = 2 * len(noted) + _SWEEP_ABOVE
            noted[interaction.interaction_id] = None

    def of(self, agent_id: str) -> list[Interaction]:
        """Every live interaction that names the agent, the earliest arrival first."""
        return sorted(self._live(agent_id), key=lambda one: (one.arrived_ms, one.interaction_id))

    def knows(self, interaction: Interaction) -> bool:
        """Whether all that the interaction names is noted."""
        return all(interaction.interaction_id in self._by_agent.get(name, ()) for name in named_in(interaction))

    def _live(self, agent_id: str) -> Iterator[Interaction]:
        """Without those that are over or name another by now."""
        for interaction_id in self._by_agent.get(agent_id, ()):
            interaction = self._interactions.get(interaction_id)
            if interaction is not None and agent_id in named_in(interaction):
                yield interaction
