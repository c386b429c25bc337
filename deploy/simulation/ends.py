"""How the contacts of a simulation ended by its own people's records: customers', adapters', agents'. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from deploy.simulation.record import EndBook, PostBook, TalkBook


class Experience(msgspec.Struct, frozen=True):
    """What one customer lived through. `waited_ms`: from the moment of asking to an agent, or to hanging up; None = neither
    has happened.
    """

    answered: bool
    waited_ms: float | None


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """Of `asked` contacts each ends once. `at_odds`: an end that the agents' records contradict: answered for one, hung
    up for the other.
    """

    asked: int
    refused: int
    ended_once: int
    never_ended: int
    ended_twice: int
    at_odds: int

    @property
    def failures(self) -> tuple[str, ...]:
        """What is wrong, in words."""
        said = {
            "not answered 202": self.refused,
            "without an end": self.never_ended,
            "with two ends": self.ended_twice,
            "ended one way for the adapter and another for the agents": self.at_odds,
        }
        return tuple(f"{count} {what}" for what, count in said.items() if count)


def ends(asked: Iterable[str], posts: PostBook, talks: TalkBook, told: EndBook) -> Ends:
    """The sums over all contacts that were to be posted."""
    wanted = tuple(asked)
    counts = {one: len(told.ends.get(one, ())) for one in wanted}
    return Ends(
        asked=len(wanted),
        refused=sum(one not in posts.answered_ms for one in wanted),
        ended_once=sum(count == 1 for count in counts.values()),
        never_ended=sum(count == 0 for count in counts.values()),
        ended_twice=sum(count > 1 for count in counts.values()),
        at_odds=sum(_at_odds(one, talks, told) for one in wanted),
    )


def experience(interaction_id: str, posts: PostBook, talks: TalkBook, told: EndBook) -> Experience:
    """One customer's."""
    asked_ms = posts.due_ms.get(interaction_id)
    begun_ms = None if _hung_up_first(interaction_id, talks, told) else talks.begun_ms.get(interaction_id)
    over_ms = begun_ms if begun_ms is not None else told.left_ms.get(interaction_id)
    waited_ms = None if asked_ms is None or over_ms is None else max(0.0, over_ms - asked_ms)
    return Experience(begun_ms is not None, waited_ms)


def _at_odds(interaction_id: str, talks: TalkBook, told: EndBook) -> bool:
    """Abandoned though an agent talked with the customer, or completed though none had."""
    talked = interaction_id in talks.connected
    return any(
        (said.startswith("abandoned") and talked and interaction_id not in talks.handed_on)
        or (said.startswith("completed") and interaction_id not in talks.begun_ms)
        for said in told.ends.get(interaction_id, {}).values()
    )


def _hung_up_first(interaction_id: str, talks: TalkBook, told: EndBook) -> bool:
    """Whether the customer hung up before any agent talked with him, if only while he was put through."""
    abandoned = any(said.startswith("abandoned") for said in told.ends.get(interaction_id, {}).values())
    return abandoned and interaction_id not in talks.connected
