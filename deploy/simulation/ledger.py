"""The sums: what the senders were promised, against the log and against what sockets showed. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from deploy.simulation.outcomes import Fate, Place
from deploy.simulation.record import Accepted, AgentBook, Held, Left, PostBook, ShownBook
from schemas.ids import interaction_of

TAKING_OVER: Final = 4
"""One input's decisions that make a consulted agent owner: the new part, the end of the old one beside, hold, the end."""


class ChannelSums(msgspec.Struct, frozen=True, kw_only=True):
    """One channel's contacts among those accepted."""

    accepted: int = 0
    connected: int = 0
    ended: int = 0


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """`accepted` = ids answered 202, each in exactly one place or lost; `never_shown`: in the log, but on no socket."""

    accepted: int
    places: dict[Place, int]
    missing: int
    never_shown: int
    duplicated: int
    unanswered: int
    connected: int
    by_channel: dict[str, ChannelSums]
    ended_by_reason: dict[str, int]
    waits_ms: tuple[float, ...]

    @property
    def lost(self) -> int:
        """Promised and not in the log, or seen by nobody."""
        return self.missing + self.never_shown


def sums(
    posts: PostBook,
    fates: Mapping[str, Fate],
    shown: ShownBook,
    agents: Sequence[AgentBook],
    channels: Iterable[str],
) -> Sums:
    """All sums of a demonstration that is over."""
    accepted = posts.answered_ms.keys()
    known = {one: fates[one] for one in accepted if one in fates}
    by_place = Counter(fate.place for fate in known.values())
    reasons = Counter(
        f"{fate.leg.state}/{fate.leg.reason or '-'}" for fate in known.values() if fate.place is Place.ENDED
    )
    return Sums(
        accepted=len(accepted),
        places={place: by_place[place] for place in Place},
        missing=len(accepted) - len(known),
        never_shown=sum(1 for one in known if one not in shown.first_ms),
        duplicated=len(doubled(agents)),
        unanswered=sum(1 for one in posts.channels if one in fates and one not in accepted),
        connected=sum(fate.connected for fate in known.values()),
        by_channel={channel: _channel(channel, posts, known) for channel in channels},
        ended_by_reason=dict(sorted(reasons.items())),
        waits_ms=tuple(
            sorted(max(0.0, shown.first_ms[one] - posts.answered_ms[one]) for one in known if one in shown.first_ms)
        ),
    )


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """The smallest value that at least `percent` of them do not exceed, to a tenth; None of none."""
    if not ordered:
        return None
    return round(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)], 1)


def doubled(agents: Sequence[AgentBook]) -> set[str]:
    """The contacts that two agents had at once, or that were accepted twice with no going back to the queue between."""
    held: dict[str, list[Held]] = defaultdict(list)
    accepted: dict[str, list[Accepted]] = defaultdict(list)
    left: dict[str, list[Left]] = defaultdict(list)
    for book in agents:
        for one in book.all_held():
            held[interaction_of(one.leg_id)].append(one)
        for acceptance in book.accepted:
            accepted[interaction_of(acceptance.offer_id)].append(acceptance)
        for leaving in book.left:
            left[interaction_of(leaving.leg_id)].append(leaving)
    at_once = {interaction_id for interaction_id, all_of in held.items() if _overlap(all_of)}
    twice = {interaction_id for interaction_id, all_of in accepted.items() if _again(all_of, left[interaction_id])}
    return at_once | twice


def _overlap(held: Sequence[Held]) -> bool:
    return any(
        first.agent_id != second.agent_id and _both(first, second) >= (TAKING_OVER if _takes_over(first, second) else 0)
        for index, first in enumerate(held)
        for second in held[index + 1 :]
    )


def _both(first: Held, second: Held) -> float:
    """For how many decisions both had it; below 0 = one after the other."""
    return min(_end(first), _end(second)) - max(first.begun_seq, second.begun_seq)


def _takes_over(first: Held, second: Held) -> bool:
    """Whether the later one goes on as owner from beside the earlier: that is said before the earlier one's part ends."""
    return max(first, second, key=lambda one: one.begun_seq).continues


def _end(held: Held) -> float:
    return math.inf if held.over_seq is None else held.over_seq


def _again(accepted: Sequence[Accepted], left: Sequence[Left]) -> bool:
    """Whether one acceptance follows another though the first agent's socket did not show that it went back."""
    ordered = sorted(accepted, key=lambda one: one.seq)
    return any(
        not any(
            one.agent_id == first.agent_id and not one.finished and one.seq >= first.seq and one.after < second.seq
            for one in left
        )
        for first, second in pairwise(ordered)
    )


def _channel(channel: str, posts: PostBook, known: Mapping[str, Fate]) -> ChannelSums:
    ids = [one for one in posts.answered_ms if posts.channels.get(one) == channel]
    fates = [known[one] for one in ids if one in known]
    return ChannelSums(
        accepted=len(ids),
        connected=sum(fate.connected for fate in fates),
        ended=sum(fate.place is Place.ENDED for fate in fates),
    )
